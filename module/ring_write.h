/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The writer's half of the ring protocol that uapi/tcptrail.h describes.
 *
 * Apart from the barriers it needs nothing of the kernel, so that
 * tests/unit compiles this very code for user space.
 */
#ifndef TCPTRAIL_RING_WRITE_H
#define TCPTRAIL_RING_WRITE_H

#include "uapi/tcptrail.h"

/**
 * tcptrail_ring_write_begin() - take the next slot
 * @ring: this CPU's ring; only one writer may be between begin and end
 * @slots: its records
 * @mask: how many there are, minus one
 *
 * The slot is marked busy before anything in it changes: a reader that is
 * copying the old record sees that when it looks at seq again.
 */
static inline struct tcptrail_record *
tcptrail_ring_write_begin(const struct tcptrail_ring *ring, struct tcptrail_record *slots, u32 mask)
{
	struct tcptrail_record *slot = &slots[ring->head & mask];

	WRITE_ONCE(slot->seq, TCPTRAIL_SEQ_BUSY);
	smp_wmb(); /* pairs with the read barrier before a reader's second look at seq */
	return slot;
}

/**
 * tcptrail_ring_write_end() - show the slot to readers
 * @ring: as for tcptrail_ring_write_begin()
 * @slot: what it returned, all fields but seq filled
 */
static inline void tcptrail_ring_write_end(struct tcptrail_ring *ring, struct tcptrail_record *slot)
{
	u64 n = ring->head;

	smp_store_release(&slot->seq, n); /* the record is whole */
	smp_store_release(&ring->head, n + 1); /* and so is everything below head */
}

#endif
