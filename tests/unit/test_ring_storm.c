// SPDX-License-Identifier: GPL-2.0
/*
 * The ring while it is written: one thread writes as fast as it can, others read.
 * Each word of a record tells the record's number, so that a torn one shows.
 */
#include "ring_tools.h"

#include <pthread.h>
#include <unistd.h>

#define STORM 2000000ULL
#define STORM_RECORDS 256
#define ROOM 64

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
			tcptrail_ring_write_begin(&storm.shared, storm.slots, STORM_RECORDS - 1);
		volatile uint64_t *words = (volatile uint64_t *)slot;

		words[1] = n; /* the time */
		for (unsigned int i = 2; i < sizeof(*slot) / 8; i++)
			words[i] = word(n, i);
		tcptrail_ring_write_end(&storm.shared, slot);
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
		n = ring_read(&s->ring, records, ROOM, UINT64_MAX);
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
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests_name("ring_storm", tests, NULL, NULL);
}
