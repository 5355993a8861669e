/* SPDX-License-Identifier: GPL-2.0 */
/* Inside the library: the CPUs' rings as one stream, in the order of time. */
#ifndef TRAIL_MERGE_H
#define TRAIL_MERGE_H

#include "userspace/base/time.h"
#include "userspace/trail/ring.h"

/*
 * A record is visible to us a little after the time that it bears. So what is
 * younger than this waits for the next call: an older one may still turn up on
 * another CPU.
 */
#define MERGE_HOLD_NS MS

struct merge_entry {
	uint64_t time_ns;
	struct ring *ring;
};

/**
 * struct merge - all rings
 * @rings: by CPU number; those without a mapping are left out
 * @heap: room for as many entries as there are rings; scratch
 * @count: how many rings there are
 * @waiting: entries in @heap
 * @held: the last merge_read() left records for being too young
 * @fill: how full the fullest ring was before the last merge_read(), in 256ths
 * @more: the last merge_read() left records for want of room
 */
struct merge {
	struct ring *rings;
	struct merge_entry *heap;
	unsigned int count;
	unsigned int waiting;
	unsigned int fill;
	bool held;
	bool more;
};

/**
 * merge_read() - the next records of all rings, oldest first
 * @m: the rings
 * @now_ns: the time (CLOCK_MONOTONIC), taken before the call
 * @to: for the records
 * @room: how many fit; at least 2
 *
 * Return: how many there are, or -EBADMSG if a ring makes no sense
 */
int merge_read(struct merge *m, uint64_t now_ns, struct tcptrail_record *to, size_t room);

#endif
