/* SPDX-License-Identifier: GPL-2.0 */
/* Inside the library: the reader's side of the ring protocol, one CPU's ring. */
#ifndef TRAIL_RING_H
#define TRAIL_RING_H

#include "userspace/trail/tcptrail.h"

/**
 * struct ring - one reader's view of one CPU's ring
 * @shared: the mapping; NULL if the CPU has none (yet)
 * @slots: slot 0
 * @records: how many slots; a power of two
 * @record_size: bytes from one to the next
 * @cpu: its number
 * @next: number of the record to be read next
 * @limit: records below this may be read; head as it was at ring_refresh()
 * @started: @next at the start
 * @read: records read
 * @lost: records overwritten before they were read
 * @untold: those of @lost that no LOSS record tells of yet
 * @untold_first: number of the first of them
 * @last_ns: time of the last record read, or when reading started
 *
 * started + read + lost = next, always.
 */
struct ring {
	const struct tcptrail_ring *shared;
	const uint8_t *slots;
	uint32_t records;
	uint32_t record_size;
	uint16_t cpu;
	uint64_t next;
	uint64_t limit;
	uint64_t started;
	uint64_t read;
	uint64_t lost;
	uint64_t untold;
	uint64_t untold_first;
	uint64_t last_ns;
};

/** ring_head() - records ever written */
static inline uint64_t ring_head(const struct ring *r)
{
	/* Pairs with the writer's release: what lies below head is whole. */
	return __atomic_load_n(&r->shared->head, __ATOMIC_ACQUIRE);
}

/**
 * ring_init() - start to read a ring
 * @r: shared, slots, records, record_size and cpu are set, the rest is zero
 * @first: number of the first record to read; less than head by at most
 *	@records, or it counts as lost from there
 * @now_ns: the time, to date a loss before the first record
 */
void ring_init(struct ring *r, uint64_t first, uint64_t now_ns);

/** ring_oldest() - number of the oldest record that the ring still holds */
uint64_t ring_oldest(const struct ring *r);

/**
 * ring_refresh() - see what has been written since
 *
 * Return: 1 if there is something to read, 0 if not, -EBADMSG if head went
 * backwards: this is no ring of ours.
 */
int ring_refresh(struct ring *r);

static inline bool ring_empty(const struct ring *r)
{
	return r->next >= r->limit;
}

static inline const struct tcptrail_record *ring_slot(const struct ring *r, uint64_t n)
{
	return (const void *)(r->slots + (n & (r->records - 1)) * (uint64_t)r->record_size);
}

/** ring_time() - time of record @n; a guess: it may be overwritten by now */
static inline uint64_t ring_time(const struct ring *r, uint64_t n)
{
	return __atomic_load_n(&ring_slot(r, n)->time_ns, __ATOMIC_RELAXED);
}

/**
 * ring_read() - copy records out
 * @r: not empty
 * @to: for the records, and for a LOSS record where some are missing
 * @room: how many fit; at least 2
 * @until: only records that are not younger than this
 *
 * Return: how many were written to @to; may be 0. Looks at one record at
 * least: without one in @until's reach nothing changes.
 */
size_t ring_read(struct ring *r, struct tcptrail_record *to, size_t room, uint64_t until);

#endif
