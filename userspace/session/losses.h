/* SPDX-License-Identifier: GPL-2.0 */
/* What a command read and what it knows to be missing, for its last line. */
#ifndef SESSION_LOSSES_H
#define SESSION_LOSSES_H

#include "userspace/trail/tcptrail.h"

/**
 * struct losses - zero at the start
 * @read: records, losses not counted
 * @lost: by cause
 */
struct losses {
	uint64_t read;
	uint64_t lost[256];
};

void losses_add(struct losses *t, const struct tcptrail_record *records, int count);

/**
 * losses_finish() - count also what was overwritten and stands in no LOSS record
 *	because nothing came after it
 */
void losses_finish(struct losses *t, struct tcptrail *trail);

uint64_t losses_lost(const struct losses *t);

/** losses_tell() - on standard error, one line for each cause; nothing if nothing was lost */
void losses_tell(const struct losses *t);

#endif
