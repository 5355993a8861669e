/* SPDX-License-Identifier: GPL-2.0 */
/* A ring in memory, with the module's own writer, for tests. */
#ifndef TCPTRAIL_RING_TOOLS_H
#define TCPTRAIL_RING_TOOLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel_shim.h"
#include "userspace/trail/ring.h"

struct test_ring {
	struct tcptrail_ring shared;
	struct tcptrail_record *slots;
	u32 records;
};

static inline void test_ring_make(struct test_ring *t, u32 records)
{
	memset(t, 0, sizeof(*t));
	t->records = records;
	t->slots = calloc(records, sizeof(*t->slots));
	assert_non_null(t->slots);
}

static inline void test_ring_free(struct test_ring *t)
{
	free(t->slots);
}

static inline void test_ring_attach(struct test_ring *t, struct ring *r, uint16_t cpu,
				    uint64_t first)
{
	*r = (struct ring){
		.shared = &t->shared,
		.slots = (const uint8_t *)t->slots,
		.records = t->records,
		.record_size = sizeof(struct tcptrail_record),
		.cpu = cpu,
	};
	ring_init(r, first, 0);
}

static inline void test_ring_write(struct test_ring *t, uint64_t time_ns, uint16_t cpu)
{
	struct tcptrail_record *slot =
		tcptrail_ring_write_begin(&t->shared, t->slots, t->records - 1);

	memset((uint8_t *)slot + sizeof(slot->seq), 0, sizeof(*slot) - sizeof(slot->seq));
	slot->time_ns = time_ns;
	slot->cpu = cpu;
	slot->kind = TCPTRAIL_SOCKET;
	tcptrail_ring_write_end(&t->shared, slot);
}

#endif
