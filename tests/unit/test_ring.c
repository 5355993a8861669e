// SPDX-License-Identifier: GPL-2.0
/* The ring protocol: the module's own writer against the library's reader. */
#include "ring_tools.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#define ROOM 64

static struct tcptrail_record batch[ROOM];

/* Everything that can be read now; checks that the numbers have no unexplained gap. */
static void drain(struct ring *r, uint64_t *losses)
{
	size_t n;

	while (ring_refresh(r) > 0) {
		uint64_t expected = r->next - r->untold;

		n = ring_take(r, batch, ROOM, UINT64_MAX);
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

	test_ring_make(&t, 8);
	test_ring_attach(&t, &r, 3, 0);
	assert_int_equal(ring_refresh(&r), 0);
	for (uint64_t i = 0; i < 5; i++)
		test_ring_write(&t, 100 + i, 3);
	assert_int_equal(ring_refresh(&r), 1);
	assert_int_equal(ring_take(&r, batch, ROOM, UINT64_MAX), 5);
	for (uint64_t i = 0; i < 5; i++) {
		assert_int_equal(batch[i].seq, i);
		assert_int_equal(batch[i].time_ns, 100 + i);
	}
	assert_int_equal(ring_refresh(&r), 0);
	for (uint64_t i = 5; i < 100; i++) { /* many times round, never more than full */
		test_ring_write(&t, 100 + i, 3);
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

	test_ring_make(&t, 8);
	test_ring_attach(&t, &r, 0, 0);
	for (uint64_t i = 0; i < 8; i++)
		test_ring_write(&t, i, 0);
	ring_refresh(&r);
	assert_int_equal(ring_take(&r, batch, ROOM, 2), 3);
	assert_int_equal(ring_take(&r, batch, ROOM, 2), 0);
	assert_int_equal(ring_take(&r, batch, 2, 7), 2);
	assert_int_equal(r.next, 5);
	test_ring_free(&t);
}

/* A full ring is read whole; one more, and exactly one is lost, told before the next record. */
static void test_overrun(void **state)
{
	struct test_ring t;
	struct ring r;

	test_ring_make(&t, 8);
	test_ring_attach(&t, &r, 5, 0);
	for (uint64_t i = 0; i < 9; i++)
		test_ring_write(&t, 10 + i, 5);
	ring_refresh(&r);
	assert_int_equal(ring_take(&r, batch, ROOM, UINT64_MAX), 9);
	assert_int_equal(batch[0].kind, TCPTRAIL_LOSS);
	assert_int_equal(batch[0].loss.cause, TCPTRAIL_LOSS_OVERWRITTEN);
	assert_int_equal(batch[0].loss.count, 1);
	assert_int_equal(batch[0].seq, 0);
	assert_int_equal(batch[0].cpu, 5);
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

	test_ring_make(&t, 8);
	test_ring_attach(&t, &r, 0, 0);
	assert_int_equal(ring_oldest(&r), 0);
	for (uint64_t i = 0; i < 21; i++)
		test_ring_write(&t, i, 0);
	assert_int_equal(ring_oldest(&r), 13);
	test_ring_attach(&t, &r, 0, ring_oldest(&r));
	ring_refresh(&r);
	assert_int_equal(ring_take(&r, batch, ROOM, UINT64_MAX), 8);
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

	test_ring_make(&t, 8);
	test_ring_attach(&t, &r, 0, 0);
	for (uint64_t i = 0; i < 8; i++)
		test_ring_write(&t, i, 0);
	slot = ring_write_begin(&t.shared, t.slots, t.records - 1);
	slot->time_ns = 8;
	drain(&r, &losses);
	assert_int_equal(r.next, 8);
	assert_int_equal(r.read + r.lost, 8);
	assert_true(r.lost >= 1 && r.lost <= 2); /* 0, and an eighth of the ring as a head start */
	assert_int_equal(ring_refresh(&r), 0);
	ring_write_end(&t.shared, slot);
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

	test_ring_make(&t, 8);
	test_ring_attach(&t, &r, 0, 0);
	for (uint64_t i = 0; i < 8; i++)
		test_ring_write(&t, i, 0);
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
		n = ring_take(&r, batch, 2 + (size_t)rand() % 8, (uint64_t)rand() << 33);
		assert_true(n <= 10);
		assert_int_equal(r.started + r.read + r.lost, r.next);
	}
	test_ring_free(&t);
}

/*
 * Threads: each word of a record tells its number, so that a torn one shows.
 */
#define STORM 2000000ULL
#define STORM_RECORDS 256

static struct test_ring storm;
static bool storm_over;

static uint64_t word(uint64_t n, unsigned int i)
{
	return (n * 0x9e3779b97f4a7c15ULL) ^ (i * 0xbf58476d1ce4e5b9ULL);
}

static void *write_storm(void *unused)
{
	for (uint64_t n = 0; n < STORM; n++) {
		struct tcptrail_record *slot =
			ring_write_begin(&storm.shared, storm.slots, STORM_RECORDS - 1);
		volatile uint64_t *words = (volatile uint64_t *)slot;

		words[1] = n; /* the time */
		for (unsigned int i = 2; i < sizeof(*slot) / 8; i++)
			words[i] = word(n, i);
		ring_write_end(&storm.shared, slot);
		if (n % 64 == 0)
			usleep(1);
	}
	__atomic_store_n(&storm_over, true, __ATOMIC_RELEASE);
	return NULL;
}

struct storm_reader {
	pthread_t thread;
	unsigned int pause_us; /* after each batch */
	struct ring ring;
	uint64_t read;
	uint64_t lost;
	uint64_t torn;
	uint64_t disorder;
};

static void check(struct storm_reader *s, const struct tcptrail_record *r, uint64_t *expected)
{
	const uint64_t *words = (const uint64_t *)r;

	/* A LOSS record is known by its seq and time: the first is below the second. */
	if (r->kind == TCPTRAIL_LOSS && r->loss.cause == TCPTRAIL_LOSS_OVERWRITTEN &&
	    r->time_ns != r->seq) {
		s->disorder += r->seq != *expected;
		s->lost += r->loss.count;
		*expected = r->seq + r->loss.count;
		return;
	}
	s->disorder += r->seq != *expected || r->time_ns != r->seq;
	for (unsigned int i = 2; i < sizeof(*r) / 8; i++)
		s->torn += words[i] != word(r->seq, i);
	*expected = r->seq + 1;
	s->read++;
}

static void *read_storm(void *context)
{
	struct storm_reader *s = context;
	struct tcptrail_record records[ROOM];
	uint64_t expected = 0;

	for (;;) {
		bool over = __atomic_load_n(&storm_over, __ATOMIC_ACQUIRE);
		size_t n;

		if (ring_refresh(&s->ring) <= 0 && over)
			return NULL;
		n = ring_take(&s->ring, records, ROOM, UINT64_MAX);
		for (size_t i = 0; i < n; i++)
			check(s, &records[i], &expected);
		if (s->pause_us)
			usleep(s->pause_us);
	}
}

/* Nothing is torn, and recorded = read + lost, for each reader, however slow. */
static void test_threads(void **state)
{
	struct storm_reader readers[4] = {
		{ .pause_us = 0 }, { .pause_us = 0 }, { .pause_us = 50 }, { .pause_us = 5000 }
	};
	pthread_t writer;

	storm_over = false;
	test_ring_make(&storm, STORM_RECORDS);
	for (int i = 0; i < 4; i++) {
		test_ring_attach(&storm, &readers[i].ring, 0, 0);
		pthread_create(&readers[i].thread, NULL, read_storm, &readers[i]);
	}
	pthread_create(&writer, NULL, write_storm, NULL);
	pthread_join(writer, NULL);
	for (int i = 0; i < 4; i++) {
		struct storm_reader *s = &readers[i];

		pthread_join(s->thread, NULL);
		print_message("reader %d: read %lu, lost %lu, torn words %lu\n", i, s->read,
			      s->lost, s->torn);
		assert_int_equal(s->torn, 0);
		assert_int_equal(s->disorder, 0);
		assert_int_equal(s->read, s->ring.read);
		assert_int_equal(s->lost + s->ring.untold, s->ring.lost);
		assert_int_equal(s->ring.read + s->ring.lost, STORM);
	}
	assert_true(readers[3].lost > 0);
	test_ring_free(&storm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_all),       cmocka_unit_test(test_until_and_room),
		cmocka_unit_test(test_overrun),	       cmocka_unit_test(test_history),
		cmocka_unit_test(test_stopped_writer), cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_random),	       cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
