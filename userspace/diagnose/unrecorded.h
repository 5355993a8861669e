/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is not on record: hooks that the module does not have, connections whose ports it does
 * not record. A record that is not there then means nothing.
 */
#ifndef DIAGNOSE_UNRECORDED_H
#define DIAGNOSE_UNRECORDED_H

#include <stdbool.h>
#include <stdint.h>

#include "userspace/conn/conn.h"

#define HOOK(name) (1ULL << TCPTRAIL_HOOK_##name)
#define UNRECORDED_ALL ((1ULL << TCPTRAIL_HOOKS) - 1)

/** unrecorded_ends() - is it not on record when sockets begin and end? @info as below */
static inline bool unrecorded_ends(const struct tcptrail_info *info)
{
	const uint64_t hooks = HOOK(STATE) | HOOK(TIMEWAIT_BEGIN) | HOOK(TIMEWAIT_END);

	return info->no_ring || (info->features & hooks) != hooks;
}

/**
 * unrecorded_lives() - is something of lives, or of accept(), not on record? @info as below
 *
 * Of a file without @info nothing is known to be missing. Segments may be turned off: of each
 * connection is known if there are any.
 */
static inline bool unrecorded_lives(const struct tcptrail_info *info)
{
	const uint64_t hooks = HOOK(REQUEST_BEGIN) | HOOK(REQUEST_END) | HOOK(ACCEPT);

	return info->features && (unrecorded_ends(info) || (info->features & hooks) != hooks);
}

/**
 * unrecorded_hooks() - bit n: what hook n sees of this connection is not on record, or not all
 * @info: what the module says of itself, all zero: there is none; NULL: all is recorded
 */
uint64_t unrecorded_hooks(const struct tcptrail_info *info, const struct conn *conn);

/** unrecorded_end() - which hook tells that a connection has left its state */
uint64_t unrecorded_end(const struct conn *conn);

#endif
