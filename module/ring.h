/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ring: per CPU, fixed slots, overwriting the oldest. It knows no TCP.
 *
 * One writer at a time: interrupts are off between tcptrail_ring_begin() and
 * tcptrail_ring_end(), some 100 instructions, so that neither a softirq nor preemption
 * nor a move to another CPU comes between. Readers take no lock.
 */
#ifndef TCPTRAIL_RING_H
#define TCPTRAIL_RING_H

#include <linux/irqflags.h>
#include <linux/percpu.h>

#include "ring_write.h"

/**
 * struct ring - one CPU's ring
 * @shared: its first page, as readers map it; NULL while the CPU was never
 *	online, or when there was no memory. Set once (release), freed at unload
 * @slots: its records
 * @mask: their number, minus one
 * @missed: records that were not written because @shared was NULL
 */
struct ring {
	struct tcptrail_ring *shared;
	struct tcptrail_record *slots;
	u32 mask;
	u64 missed;
};

DECLARE_PER_CPU(struct ring, tcptrail_ring);

/**
 * tcptrail_ring_init() - allocate the rings of all online CPUs, and of later ones when
 *	they come online
 * @kib: size of one ring in KiB, a power of two
 *
 * Return: 0 or -ENOMEM, then nothing is left allocated. May sleep.
 */
int tcptrail_ring_init(unsigned int kib);

/** tcptrail_ring_exit() - free them; nobody may write, read or map them any more */
void tcptrail_ring_exit(void);

/** tcptrail_ring_records() - slots of one ring */
u32 tcptrail_ring_records(void);

/** tcptrail_ring_map_bytes() - bytes that a reader maps for one CPU */
size_t tcptrail_ring_map_bytes(void);

/** tcptrail_ring_shared() - CPU @cpu's ring as readers see it, or NULL. Any context. */
struct tcptrail_ring *tcptrail_ring_shared(unsigned int cpu);

/** tcptrail_ring_written() - records written on all CPUs since loading. Any context. */
u64 tcptrail_ring_written(void);

/** tcptrail_ring_missed() - records that had no ring to go to. Any context. */
u64 tcptrail_ring_missed(void);

/**
 * tcptrail_ring_copy() - copy records for read(2)
 * @cpu: whose
 * @pos: the first one wanted; set behind the last one returned. Records that
 *	were overwritten meanwhile are skipped
 * @to: room for @max records
 * @max: how many at most
 *
 * Return: the number of records copied. Any context.
 */
unsigned int tcptrail_ring_copy(unsigned int cpu, u64 *pos, struct tcptrail_record *to,
				unsigned int max);

/**
 * tcptrail_ring_begin() - start a record
 * @slot: its place, with old contents; every field but seq has to be filled
 * @irq: keeps the interrupt state for tcptrail_ring_end()
 *
 * Return: false if there is no ring: counted, and nothing is to be ended. Any context
 * but NMI; the caller may not sleep before tcptrail_ring_end().
 */
static __always_inline bool tcptrail_ring_begin(struct tcptrail_record **slot, unsigned long *irq)
{
	struct ring *ring;

	local_irq_save(*irq);
	ring = this_cpu_ptr(&tcptrail_ring);
	if (unlikely(!ring->shared)) {
		__this_cpu_inc(tcptrail_ring.missed);
		local_irq_restore(*irq);
		return false;
	}
	*slot = tcptrail_ring_write_begin(ring->shared, ring->slots, ring->mask);
	return true;
}

/** tcptrail_ring_end() - show the record to readers */
static inline void tcptrail_ring_end(struct tcptrail_record *slot, unsigned long irq)
{
	tcptrail_ring_write_end(__this_cpu_read(tcptrail_ring.shared), slot);
	local_irq_restore(irq);
}

#endif
