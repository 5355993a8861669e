// SPDX-License-Identifier: GPL-2.0
/*
 * Allocates the rings, at load for the CPUs that are online and at hotplug for later ones,
 * and reads them for read(2). Writing is inline, in ring.h and ring_write.h.
 *
 * A ring is one vmalloc area: a page with its head, then the slots. It stays until the
 * module is unloaded, also when its CPU goes offline, so that no reader loses a mapping.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/vmalloc.h>

#include "ring.h"

DEFINE_PER_CPU(struct ring, tcptrail_ring);

static u32 records;
static int hotplug_state;

u32 tcptrail_ring_records(void)
{
	return records;
}

size_t tcptrail_ring_map_bytes(void)
{
	return PAGE_SIZE + (size_t)records * sizeof(struct tcptrail_record);
}

struct tcptrail_ring *tcptrail_ring_shared(unsigned int cpu)
{
	return smp_load_acquire(&per_cpu(tcptrail_ring, cpu).shared);
}

u64 tcptrail_ring_written(void)
{
	unsigned int cpu;
	u64 sum = 0;

	for_each_possible_cpu(cpu) {
		struct tcptrail_ring *shared = tcptrail_ring_shared(cpu);

		if (shared)
			sum += READ_ONCE(shared->head);
	}
	return sum;
}

u64 tcptrail_ring_missed(void)
{
	unsigned int cpu;
	u64 sum = 0;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(tcptrail_ring, cpu).missed);
	return sum;
}

unsigned int tcptrail_ring_copy(unsigned int cpu, u64 *pos, struct tcptrail_record *to,
				unsigned int max)
{
	const struct ring *ring = &per_cpu(tcptrail_ring, cpu);
	const struct tcptrail_ring *shared = tcptrail_ring_shared(cpu);
	unsigned int n = 0;
	u64 head;

	if (!shared)
		return 0;

	head = smp_load_acquire(&shared->head);
	if (head - *pos > records)
		*pos = head - records;

	while (n < max && *pos != head) {
		const struct tcptrail_record *slot = &ring->slots[*pos & ring->mask];

		if (smp_load_acquire(&slot->seq) == *pos) {
			to[n] = *slot;
			smp_rmb(); /* pairs with tcptrail_ring_write_begin() */
			if (READ_ONCE(slot->seq) == *pos)
				n++;
		}
		++*pos;
	}
	return n;
}

/*
 * Half of the available memory at most: the kernel would sooner kill processes
 * than refuse single pages.
 */
static bool fits(unsigned int rings)
{
	return rings <= si_mem_available() / 2 / (long)(tcptrail_ring_map_bytes() >> PAGE_SHIFT);
}

/*
 * Runs before the CPU does. A CPU that was here before finds its old ring. If
 * there is no memory the CPU comes online all the same: its records are
 * counted as missed.
 */
static int cpu_prepare(unsigned int cpu)
{
	struct ring *ring = &per_cpu(tcptrail_ring, cpu);
	void *area;

	if (ring->shared)
		return 0;

	/* vmalloc_user() zeroes: nothing of this machine's memory gets out. */
	area = fits(1) ? vmalloc_user(tcptrail_ring_map_bytes()) : NULL;
	if (!area) {
		pr_warn("no memory for the ring of CPU %u: its records will be missed\n", cpu);
		return 0;
	}
	ring->slots = area + PAGE_SIZE;
	ring->mask = records - 1;
	smp_store_release(&ring->shared, area);
	return 0;
}

static void free_rings(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct ring *ring = &per_cpu(tcptrail_ring, cpu);

		vfree(ring->shared);
		ring->shared = NULL;
	}
}

int tcptrail_ring_init(unsigned int kib)
{
	bool missing = false;
	unsigned int cpu;
	int state;

	records = kib * (SZ_1K / sizeof(struct tcptrail_record));

	if (!fits(num_online_cpus()))
		return -ENOMEM;

	/* 5.10 does not make the calls for CPUs that are online at this state. */
	state = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "net/tcptrail:prepare", cpu_prepare,
					  NULL);
	if (state < 0)
		return state;
	hotplug_state = state;

	cpus_read_lock();
	for_each_online_cpu(cpu) {
		cpu_prepare(cpu);
		missing |= !tcptrail_ring_shared(cpu);
	}
	cpus_read_unlock();
	if (missing) {
		tcptrail_ring_exit();
		return -ENOMEM;
	}
	return 0;
}

void tcptrail_ring_exit(void)
{
	cpuhp_remove_state_nocalls(hotplug_state);
	free_rings();
}
