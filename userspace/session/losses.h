/* SPDX-License-Identifier: GPL-2.0 */
/* What was read of a trail and what is known to be missing. */
#ifndef SESSION_LOSSES_H
#define SESSION_LOSSES_H

#include "userspace/trail/tcptrail.h"

/**
 * struct losses - zero at the start, but for the next two
 * @from_now: what was recorded before is not read: its absence is no loss
 * @complete_ns: of what happened since then no record is missing; 0: since the first one
 * @read: records, losses not counted
 * @lost: by cause
 * @unseen: namespaces whose older sockets could not be listed
 * @cpus: bit n: of CPU n a record was read
 */
struct losses {
	bool from_now;
	uint64_t complete_ns;
	uint64_t read;
	uint64_t lost[256];
	uint64_t unseen;
	uint64_t cpus[(UINT16_MAX + 1) / 64];
};

void losses_add(struct losses *losses, const struct tcptrail_record *records, size_t count);

/**
 * losses_finish() - count also what was overwritten and stands in no LOSS record
 *	because nothing came after it
 */
void losses_finish(struct losses *losses, struct tcptrail *trail);

uint64_t losses_sum(const struct losses *losses);

/** losses_tell() - on standard error, one line for each cause; nothing if nothing was lost */
void losses_tell(const struct losses *losses);

#endif
