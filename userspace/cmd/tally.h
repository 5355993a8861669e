/* SPDX-License-Identifier: GPL-2.0 */
/* What a command read and what it knows to be missing, for its last line. */
#ifndef TCPTRAIL_TALLY_H
#define TCPTRAIL_TALLY_H

#include "userspace/lib/tcptrail.h"

/**
 * struct tally - zero at the start
 * @read: records, losses not counted
 * @lost: by cause
 */
struct tally {
	uint64_t read;
	uint64_t lost[256];
};

void tally_add(struct tally *t, const struct tcptrail_record *records, int count);

/**
 * tally_finish() - count also what was overwritten and stands in no LOSS record
 *	because nothing came after it
 */
void tally_finish(struct tally *t, struct tcptrail *trail);

uint64_t tally_lost(const struct tally *t);

/** tally_tell() - on standard error, one line for each cause; nothing if nothing was lost */
void tally_tell(const struct tally *t);

#endif
