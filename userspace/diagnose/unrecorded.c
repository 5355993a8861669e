// SPDX-License-Identifier: GPL-2.0
/* What is not on record, by what the module says of itself. */
#include "userspace/diagnose/unrecorded.h"

#include <stdbool.h>
#include <stddef.h>

static bool has_recorded_port(const struct tcptrail_info *info, const struct conn *c)
{
	unsigned int i;

	for (i = 0; i < info->nports; i++)
		if (info->ports[i] == c->lport || info->ports[i] == c->rport)
			return true;
	return !info->nports;
}

uint64_t unrecorded_hooks(const struct tcptrail_info *info, const struct conn *c)
{
	if (!info)
		return 0;
	if (info->no_ring || !has_recorded_port(info, c))
		return UNRECORDED_ALL;
	return (~info->features | (info->netns_failed ? HOOK(SEGMENT) : 0)) & UNRECORDED_ALL;
}

uint64_t unrecorded_end(const struct conn *c)
{
	return c->object == CONN_REQUEST    ? HOOK(REQUEST_END) :
	       c->object == CONN_MINISOCKET ? HOOK(TIMEWAIT_END) :
					      HOOK(STATE);
}
