// SPDX-License-Identifier: GPL-2.0
/* The ring protocol: the module's own writer against the library's reader. */
#include "ring_tools.h"

#include <errno.h>

#define ROOM 64
#define CPU 5
#define SLOTS 8
#define TIME_NS 100 /* of the first record, and each next one is later by 1 */

static struct tcptrail_record batch[ROOM];

static void write_up_to(struct test_ring *t, uint64_t count)
{
	while (t->shared.head < count)
		test_ring_write(t, TIME_NS + t->shared.head, CPU);
}

/* A ring with so many records, and a reader that has read nothing. */
static void begin(struct test_ring *t, struct ring *r, uint64_t count)
{
	test_ring_make(t, SLOTS);
	test_ring_attach(t, r, CPU, 0);
	write_up_to(t, count);
}

/* Everything that can be read now; checks that the numbers have no unexplained gap. */
static void drain(struct ring *r, uint64_t *losses)
{
	size_t n;

	while (ring_refresh(r) > 0) {
		uint64_t expected = r->next - r->untold;

		n = ring_read(r, batch, ROOM, UINT64_MAX);
		for (size_t i = 0; i < n; i++) {
			if (batch[i].kind == TCPTRAIL_LOSS) {
				assert_int_equal(batch[i].seq, expected);
				expected += batch[i].loss.count;
				*losses += batch[i].loss.count;
			} else {
				assert_int_equal(batch[i].seq, expected);
				expected++;
			}
		}
	}
}

/* What was written is read, in order, once. */
static void test_read_all(void **state)
{
	uint64_t losses = 0;
	struct test_ring t;
	struct ring r;

	begin(&t, &r, 0);
	assert_int_equal(ring_refresh(&r), 0);
	write_up_to(&t, 5);
	assert_int_equal(ring_refresh(&r), 1);
	assert_int_equal(ring_read(&r, batch, ROOM, UINT64_MAX), 5);
	for (uint64_t i = 0; i < 5; i++) {
		assert_int_equal(batch[i].seq, i);
		assert_int_equal(batch[i].time_ns, TIME_NS + i);
	}
	assert_int_equal(ring_refresh(&r), 0);
	for (uint64_t i = 5; i < 100; i++) { /* many times round, never more than full */
		write_up_to(&t, i + 1);
		drain(&r, &losses);
	}
	assert_int_equal(r.read, 100);
	assert_int_equal(r.lost, 0);
	test_ring_free(&t);
}

/* Nothing younger than asked for is taken, and room is kept. */
static void test_until_and_room(void **state)
{
	struct test_ring t;
	struct ring r;

	begin(&t, &r, SLOTS);
	ring_refresh(&r);
	assert_int_equal(ring_read(&r, batch, ROOM, TIME_NS + 2), 3);
	assert_int_equal(ring_read(&r, batch, ROOM, TIME_NS + 2), 0);
	assert_int_equal(ring_read(&r, batch, 2, TIME_NS + 7), 2);
	assert_int_equal(r.next, 5);
	test_ring_free(&t);
}

/* A full ring is read whole; one more, and exactly one is lost, told before the next record. */
static void test_overrun(void **state)
{
	struct test_ring t;
	struct ring r;

	begin(&t, &r, SLOTS + 1);
	ring_refresh(&r);
	assert_int_equal(ring_read(&r, batch, ROOM, UINT64_MAX), 9);
	assert_int_equal(batch[0].kind, TCPTRAIL_LOSS);
	assert_int_equal(batch[0].loss.cause, TCPTRAIL_LOSS_OVERWRITTEN);
	assert_int_equal(batch[0].loss.count, 1);
	assert_int_equal(batch[0].seq, 0);
	assert_int_equal(batch[0].cpu, CPU);
	assert_int_equal(batch[0].time_ns, batch[1].time_ns);
	assert_int_equal(batch[1].seq, 1);
	assert_int_equal(r.lost, 1);
	assert_int_equal(r.read, 8);
	test_ring_free(&t);
}

/* History starts with the oldest record that is still there. */
static void test_history(void **state)
{
	struct test_ring t;
	struct ring r;

	begin(&t, &r, 0);
	assert_int_equal(ring_oldest(&r), 0);
	write_up_to(&t, 21);
	assert_int_equal(ring_oldest(&r), 13);
	test_ring_attach(&t, &r, CPU, ring_oldest(&r));
	ring_refresh(&r);
	assert_int_equal(ring_read(&r, batch, ROOM, UINT64_MAX), 8);
	assert_int_equal(batch[0].seq, 13);
	assert_int_equal(r.lost, 0);
	test_ring_free(&t);
}

/* A writer that stopped in the middle of a slot: its record is not seen, the overwritten one lost. */
static void test_stopped_writer(void **state)
{
	struct tcptrail_record *slot;
	uint64_t losses = 0;
	struct test_ring t;
	struct ring r;

	begin(&t, &r, SLOTS);
	slot = tcptrail_ring_write_begin(&t.shared, t.slots, t.records - 1);
	slot->time_ns = TIME_NS + 8;
	drain(&r, &losses);
	assert_int_equal(r.next, 8);
	assert_int_equal(r.read + r.lost, 8);
	assert_true(r.lost >= 1 && r.lost <= 2); /* 0, and an eighth of the ring as a head start */
	assert_int_equal(ring_refresh(&r), 0);
	tcptrail_ring_write_end(&t.shared, slot);
	drain(&r, &losses);
	assert_int_equal(r.next, 9);
	assert_int_equal(losses + r.untold, r.lost);
	test_ring_free(&t);
}

/* Rings that no module wrote: calls fail or lose, and come back. */
static void test_hostile(void **state)
{
	uint64_t losses = 0;
	struct test_ring t;
	struct ring r;

	begin(&t, &r, SLOTS);
	drain(&r, &losses);
	t.shared.head = 7; /* backwards */
	assert_int_equal(ring_refresh(&r), -EBADMSG);
	t.shared.head = 0;
	assert_int_equal(ring_refresh(&r), -EBADMSG);

	t.shared.head = 16; /* slots that say otherwise */
	drain(&r, &losses);
	assert_int_equal(r.next, 16);
	assert_int_equal(r.read, 8);
	assert_int_equal(r.lost, 8);

	t.shared.head = 1000000; /* a jump of more than a ring */
	drain(&r, &losses);
	assert_int_equal(r.read + r.lost, 1000000);

	t.shared.head = UINT64_MAX;
	drain(&r, &losses);
	assert_int_equal(r.read, 8);
	assert_int_equal(r.lost, UINT64_MAX - 8);
	assert_int_equal(r.started + r.read + r.lost, r.next);
	test_ring_free(&t);
}

/* Any slots at all, any head: what is taken never exceeds the room, and sums hold. */
static void test_random(void **state)
{
	struct test_ring t;
	struct ring r;

	srand(1);
	test_ring_make(&t, 16);
	test_ring_attach(&t, &r, 0, 0);
	for (int round = 0; round < 100000; round++) {
		uint8_t *bytes = (uint8_t *)t.slots;
		size_t n;

		for (int i = 0; i < 8; i++)
			bytes[(size_t)rand() % (16 * sizeof(*t.slots))] = (uint8_t)rand();
		t.slots[rand() % 16].seq = t.shared.head + (uint64_t)(rand() % 32) - 16;
		t.shared.head += (uint64_t)(rand() % 20);
		if (ring_refresh(&r) < 0)
			test_ring_attach(&t, &r, 0, t.shared.head);
		n = ring_read(&r, batch, 2 + (size_t)rand() % 8, (uint64_t)rand() << 33);
		assert_true(n <= 10);
		assert_int_equal(r.started + r.read + r.lost, r.next);
	}
	test_ring_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_all),       cmocka_unit_test(test_until_and_room),
		cmocka_unit_test(test_overrun),	       cmocka_unit_test(test_history),
		cmocka_unit_test(test_stopped_writer), cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
