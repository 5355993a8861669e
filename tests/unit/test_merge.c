// SPDX-License-Identifier: GPL-2.0
/* Many rings as one stream. */
#include "ring_tools.h"

#include <errno.h>

#include "userspace/trail/merge.h"

#define CPUS 9
#define ROOM 512
#define NOW 10000000000ULL

static struct test_ring written[CPUS];
static struct ring rings[CPUS];
static struct merge_entry heap[CPUS];
static struct merge merge;
static struct tcptrail_record batch[ROOM];

static int set_up(void **state)
{
	for (uint16_t i = 0; i < CPUS; i++) {
		test_ring_make(&written[i], 1024);
		test_ring_attach(&written[i], &rings[i], i, 0);
	}
	merge = (struct merge){ .rings = rings, .heap = heap, .count = CPUS };
	return 0;
}

static int tear_down(void **state)
{
	for (unsigned int i = 0; i < CPUS; i++)
		test_ring_free(&written[i]);
	return 0;
}

/* Whatever CPU recorded it, records come in the order of time, none twice, none missing. */
static void test_order(void **state)
{
	uint64_t time, next = 1;
	int n;

	srand(2);
	for (time = 1; time <= 2000; time++) {
		/* Bursts, too: one CPU keeps its turn for a while. */
		uint16_t cpu = rand() % 2 ? (uint16_t)(rand() % CPUS) : time / 500 % CPUS;

		test_ring_write(&written[cpu], time, cpu);
	}
	while ((n = merge_read(&merge, NOW, batch, 7)) > 0) {
		assert_true(n <= 7);
		for (int i = 0; i < n; i++)
			assert_int_equal(batch[i].time_ns, next++);
	}
	assert_int_equal(n, 0);
	assert_int_equal(next, time);
	assert_false(merge.held);
	assert_false(merge.more);
}

/* A CPU that comes late with an older record still comes first: the young ones waited. */
static void test_held_back(void **state)
{
	test_ring_write(&written[0], NOW - 2 * MERGE_HOLD_NS, 0);
	test_ring_write(&written[0], NOW - MERGE_HOLD_NS / 2, 0);
	assert_int_equal(merge_read(&merge, NOW, batch, ROOM), 1);
	assert_true(merge.held);
	test_ring_write(&written[1], NOW - MERGE_HOLD_NS / 2 - 1, 1);
	assert_int_equal(merge_read(&merge, NOW, batch, ROOM), 0);
	assert_true(merge.held);
	assert_int_equal(merge_read(&merge, NOW + 2 * MERGE_HOLD_NS, batch, ROOM), 2);
	assert_int_equal(batch[0].cpu, 1);
	assert_int_equal(batch[1].cpu, 0);
	assert_false(merge.held);
}

/* A time far ahead is damage: nothing waits for it. */
static void test_future(void **state)
{
	test_ring_write(&written[2], UINT64_MAX, 2);
	test_ring_write(&written[2], NOW - MERGE_HOLD_NS, 2);
	test_ring_write(&written[3], NOW - MERGE_HOLD_NS, 3);
	assert_int_equal(merge_read(&merge, NOW, batch, ROOM), 3);
	assert_int_equal(batch[0].cpu, 3);
	assert_int_equal(batch[1].time_ns, UINT64_MAX);
}

/* A loss stands before the record that follows it, in the order of time. */
static void test_loss_in_place(void **state)
{
	for (uint64_t i = 0; i < 1034; i++)
		test_ring_write(&written[1], 1000 + i, 1);
	test_ring_write(&written[0], 1005, 0);
	test_ring_write(&written[0], 1015, 0);
	assert_int_equal(merge_read(&merge, NOW, batch, 10), 9);
	assert_true(merge.more);
	assert_int_equal(batch[0].cpu, 0);
	assert_int_equal(batch[1].kind, TCPTRAIL_LOSS);
	assert_int_equal(batch[1].loss.count, 10);
	assert_int_equal(batch[1].time_ns, 1010);
	assert_int_equal(batch[2].seq, 10);
	for (int i = 1; i < 9; i++)
		assert_true(batch[i].time_ns >= batch[i - 1].time_ns);
}

/* Without a mapping (a CPU that was never online) a ring is left out; it may come later. */
static void test_absent_cpu(void **state)
{
	rings[8].shared = NULL;
	test_ring_write(&written[7], 5, 7);
	test_ring_write(&written[8], 4, 8);
	assert_int_equal(merge_read(&merge, NOW, batch, ROOM), 1);
	rings[8].shared = &written[8].shared;
	assert_int_equal(merge_read(&merge, NOW, batch, ROOM), 1);
	assert_int_equal(batch[0].cpu, 8);
}

/* One ring that makes no sense fails the call, each time. */
static void test_hostile(void **state)
{
	test_ring_write(&written[0], 5, 0);
	assert_int_equal(merge_read(&merge, NOW, batch, ROOM), 1);
	written[0].shared.head = 0;
	assert_int_equal(merge_read(&merge, NOW, batch, ROOM), -EBADMSG);
	assert_int_equal(merge_read(&merge, NOW, batch, ROOM), -EBADMSG);
}

/* How full the fullest ring was, for the reader's pace. */
static void test_fill(void **state)
{
	for (uint64_t i = 0; i < 512; i++)
		test_ring_write(&written[3], i, 3);
	merge_read(&merge, NOW, batch, ROOM);
	assert_int_equal(merge.fill, 128);
}

#define WITH_RINGS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RINGS(test_order),	     WITH_RINGS(test_held_back),
		WITH_RINGS(test_future),     WITH_RINGS(test_loss_in_place),
		WITH_RINGS(test_absent_cpu), WITH_RINGS(test_hostile),
		WITH_RINGS(test_fill),
	};

	return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
