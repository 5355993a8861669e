// SPDX-License-Identifier: GPL-2.0
/*
 * How fast the model is, on one core: records per second at 10^3, 10^5 and 10^6
 * live connections in random order, against its floor, one hash lookup per
 * record and a look at what it finds; and bytes per tracked connection.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generate.h"
#include "tests/measure.h"
#include "userspace/base/index.h"
#include "userspace/base/array.h"
#include "userspace/conn/tracker.h"

#define BATCH 4096
#define RUNS 3

static const uint64_t key[2] = { 0x9e3779b97f4a7c15ULL, 0xc2b2ae3d27d4eb4fULL };

/*
 * The generator's connections take turns in order of their numbers, which no
 * real traffic does: deal the numbers anew. And received segments have no
 * cookie.
 */
static void shuffle(struct tcptrail_record *r, uint64_t live)
{
	uint64_t connection = r->cookie - 1, base = connection / live * live;

	connection = base + (connection - base) * 2654435761ULL % live;
	r->rport = (uint16_t)(1024 + connection % 60000);
	r->raddr[14] = (uint8_t)(connection / 60000 >> 8);
	r->raddr[15] = (uint8_t)(connection / 60000);
	r->cookie = connection + 1;
	if (r->kind == TCPTRAIL_SEGMENT && r->segment.direction == TCPTRAIL_IN)
		r->cookie = 0;
}

static void make(struct generator *g, struct tcptrail_record *records)
{
	size_t i;

	generate(g, records, BATCH);
	for (i = 0; i < BATCH; i++)
		shuffle(&records[i], g->live);
}

struct result {
	double rate;
	double bytes;
};

static struct result run_model(uint64_t live, uint64_t count)
{
	static struct tcptrail_record records[BATCH];
	struct generator g = { .live = live, .time_ns = 1000000000 };
	struct tracker_config config = { .max_conns = TRACKER_CONNS_MAX };
	size_t before = resident_bytes();
	struct result result = { 0 };
	struct tracker *tracker;
	double begin, spent = 0;
	uint64_t done;

	if (tracker_create(&tracker, &config))
		exit(1);
	/* Until all connections are open for the first time nothing is measured. */
	while (g.made < live * 6) {
		make(&g, records);
		tracker_feed(tracker, records, BATCH);
	}
	result.bytes = (double)(resident_bytes() - before) / tracker_count(tracker);
	for (done = 0; done < count; done += BATCH) {
		make(&g, records);
		begin = seconds(CLOCK_THREAD_CPUTIME_ID);
		tracker_feed(tracker, records, BATCH);
		spent += seconds(CLOCK_THREAD_CPUTIME_ID) - begin;
	}
	result.rate = (double)done / spent / 1e6;
	tracker_free(tracker);
	return result;
}

/* The floor: find a connection by a hash of what is in the record, look at it. */
static double run_lookup(uint64_t live, uint64_t count)
{
	static struct tcptrail_record records[BATCH];
	struct generator g = { .live = live, .time_ns = 1000000000 };
	struct conn *conns = calloc(live + 1, sizeof(*conns));
	uint32_t hash, at, slot;
	struct index index;
	double begin, spent = 0;
	uint64_t done, sum = 0;
	size_t i;

	if (!conns || index_init(&index))
		exit(1);
	for (i = 1; i <= live; i++) {
		conns[i].cookie = i;
		index_add(&index, index_hash(key, i, i >> 32), (uint32_t)i);
	}
	for (done = 0; done < count; done += BATCH) {
		make(&g, records);
		begin = seconds(CLOCK_THREAD_CPUTIME_ID);
		for (i = 0; i < BATCH; i++) {
			uint64_t cookie =
				(records[i].cookie ? records[i].cookie - 1 : records[i].rport) %
					live +
				1;

			hash = index_hash(key, cookie, cookie >> 32);
			at = hash;
			while ((slot = index_find(&index, hash, &at)))
				if (conns[slot].cookie == cookie)
					break;
			sum += slot;
		}
		spent += seconds(CLOCK_THREAD_CPUTIME_ID) - begin;
	}
	free(conns);
	index_fini(&index);
	return sum ? (double)done / spent / 1e6 : 0;
}

int main(void)
{
	static const uint64_t lives[] = { 1000, 100000, 1000000 };
	struct result best, result;
	double floor, rate;
	unsigned int i, run;

	printf("%10s %14s %14s %10s %12s\n", "live", "model M rec/s", "lookup M rec/s", "ns/record",
	       "bytes/conn");
	for (i = 0; i < ARRAY_SIZE(lives); i++) {
		uint64_t count = lives[i] * 12 > 6000000 ? lives[i] * 12 : 6000000;

		best = (struct result){ 0 };
		floor = 0;
		for (run = 0; run < RUNS; run++) {
			result = run_model(lives[i], count);
			if (result.rate > best.rate)
				best = result;
			rate = run_lookup(lives[i], count);
			if (rate > floor)
				floor = rate;
		}
		printf("%10llu %14.1f %14.1f %10.1f %12.0f\n", (unsigned long long)lives[i],
		       best.rate, floor, 1000 / best.rate, best.bytes);
	}
	return 0;
}
