// SPDX-License-Identifier: GPL-2.0
/*
 * How fast the tracker is, on one core: records per second of processor time at 10^3, 10^5
 * and 10^6 live connections, and bytes per tracked connection.
 *
 * Which connection the next record is about is drawn at random, as on a busy server: of all
 * connections alike ("random"), or nine times of ten of a tenth of them ("mix"). The floor is
 * one hash lookup for each record, in the same order, and a look at what is found.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generate.h"
#include "tests/measure.h"
#include "userspace/base/array.h"
#include "userspace/base/index.h"
#include "userspace/conn/tracker.h"

#define BATCH 4096
#define RUNS 3

static const uint64_t key[2] = { 0x9e3779b97f4a7c15ULL, 0xc2b2ae3d27d4eb4fULL };

/**
 * struct client - whoever opens one connection after the other
 * @connection: the number of the present one
 * @step: its next record
 */
struct client {
	uint32_t connection;
	uint32_t step;
};

struct traffic {
	struct client *clients;
	uint32_t live;
	bool mix;
	uint64_t dice;
	uint64_t time_ns;
	uint32_t begun;
};

static struct tcptrail_record records[BATCH];
static uint32_t turns[BATCH]; /* whose record it is */

static uint32_t draw(struct traffic *t, uint32_t below)
{
	t->dice ^= t->dice << 13;
	t->dice ^= t->dice >> 7;
	t->dice ^= t->dice << 17;
	return (uint32_t)((t->dice >> 32) * below >> 32);
}

static uint32_t draw_client(struct traffic *t)
{
	uint32_t tenth = t->live / 10;

	if (!t->mix)
		return draw(t, t->live);
	return draw(t, 10) ? draw(t, tenth) : tenth + draw(t, t->live - tenth);
}

static void put_record(struct traffic *t, struct tcptrail_record *r, struct client *client)
{
	if (client->step == 0)
		client->connection = t->begun++;
	generate_step(r, client->connection, client->step);
	client->step = (client->step + 1) % GENERATE_STEPS;
	t->time_ns += 1000;
	r->time_ns = t->time_ns;
	/* Where a segment comes in, the module does not know its socket. */
	if (r->kind == TCPTRAIL_SEGMENT && r->segment.direction == TCPTRAIL_IN)
		r->cookie = 0;
}

static void make(struct traffic *t)
{
	size_t i;

	for (i = 0; i < BATCH; i++) {
		turns[i] = draw_client(t);
		put_record(t, &records[i], &t->clients[turns[i]]);
	}
}

static struct traffic traffic(uint32_t live, bool mix)
{
	struct traffic t = { .live = live, .mix = mix, .dice = 88172645463325252ULL };

	t.time_ns = 1000000000;
	t.clients = malloc(live * sizeof(*t.clients));
	if (!t.clients)
		exit(1);
	/* Not calloc(): its pages would be counted with the tracker's when they are written. */
	memset(t.clients, 0, live * sizeof(*t.clients));
	return t;
}

/* Each client is somewhere in its connection before anything is measured. */
static void open_all(struct traffic *t, struct tracker *tracker)
{
	uint32_t i, step;

	for (i = 0; i < t->live; i++)
		for (step = 2 + draw(t, GENERATE_STEPS - 2); step; step--) {
			put_record(t, &records[0], &t->clients[i]);
			tracker_feed(tracker, &records[0], 1);
		}
}

struct result {
	double rate;
	double floor;
	double bytes;
};

static void run_tracker(struct result *best, uint32_t live, bool mix, uint64_t count)
{
	struct tracker_config config = { .max_conns = TRACKER_CONNS_MAX };
	struct traffic t = traffic(live, mix);
	size_t before = resident_bytes();
	struct tracker *tracker;
	double begin, rate, spent = 0;
	uint64_t done;

	if (tracker_create(&tracker, &config))
		exit(1);
	open_all(&t, tracker);
	best->bytes = (double)(resident_bytes() - before) / tracker_count(tracker);
	for (done = 0; done < count; done += BATCH) {
		make(&t);
		begin = seconds(CLOCK_THREAD_CPUTIME_ID);
		tracker_feed(tracker, records, BATCH);
		spent += seconds(CLOCK_THREAD_CPUTIME_ID) - begin;
	}
	rate = (double)done / spent / 1e6;
	if (rate > best->rate)
		best->rate = rate;
	tracker_free(tracker);
	free(t.clients);
}

static void run_lookup(struct result *best, uint32_t live, bool mix, uint64_t count)
{
	struct traffic t = traffic(live, mix);
	struct conn *conns = calloc(live + 1, sizeof(*conns));
	uint32_t hash, at, slot;
	struct index index;
	double begin, rate, spent = 0;
	uint64_t done, sum = 0;
	size_t i;

	if (!conns || index_init(&index))
		exit(1);
	for (i = 1; i <= live; i++) {
		conns[i].cookie = i;
		index_add(&index, index_hash(key, i, i >> 32), (uint32_t)i);
	}
	for (done = 0; done < count; done += BATCH) {
		make(&t);
		begin = seconds(CLOCK_THREAD_CPUTIME_ID);
		for (i = 0; i < BATCH; i++) {
			uint64_t cookie = turns[i] + 1;

			hash = index_hash(key, cookie, cookie >> 32);
			at = 0;
			while ((slot = index_find(&index, hash, &at)))
				if (conns[slot].cookie == cookie)
					break;
			sum += slot;
		}
		spent += seconds(CLOCK_THREAD_CPUTIME_ID) - begin;
	}
	rate = sum ? (double)done / spent / 1e6 : 0;
	if (rate > best->floor)
		best->floor = rate;
	free(conns);
	index_fini(&index);
	free(t.clients);
}

int main(void)
{
	static const uint32_t lives[] = { 1000, 100000, 1000000 };
	unsigned int i, run;
	int mix;

	printf("%8s %8s %14s %14s %10s %12s\n", "order", "live", "tracker M/s", "lookup M/s",
	       "ns/record", "bytes/conn");
	for (mix = 0; mix < 2; mix++)
		for (i = 0; i < ARRAY_SIZE(lives); i++) {
			uint64_t count = lives[i] * 12ULL > 6000000 ? lives[i] * 12ULL : 6000000;
			struct result best = { 0 };

			for (run = 0; run < RUNS; run++) {
				run_tracker(&best, lives[i], mix, count);
				run_lookup(&best, lives[i], mix, count);
			}
			printf("%8s %8u %14.1f %14.1f %10.1f %12.0f\n", mix ? "mix" : "random",
			       lives[i], best.rate, best.floor, 1000 / best.rate, best.bytes);
		}
	return 0;
}
