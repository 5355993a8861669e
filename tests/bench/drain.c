// SPDX-License-Identifier: GPL-2.0
/*
 * How fast the reader is, on one core, against its own floor:
 *
 *	drain FILE		make FILE (2 GiB of records), then measure
 *	drain --generate FILE N LIVE	only make it, of N records
 *
 * Each figure is the best of five.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>

#include "generate.h"
#include "tests/measure.h"
#include "userspace/trail/merge.h"
#include "userspace/trail/tcptrail.h"

#define RUNS 5
#define BATCH 512

static int make(const char *path, uint64_t count, uint64_t live)
{
	static struct tcptrail_record records[BATCH];
	struct generator g = { .live = live, .time_ns = 1000000000 };
	struct tcptrail_writer *w;
	int err = tcptrail_create(&w, path, NULL);

	if (err) {
		fprintf(stderr, "drain: %s: %s\n", path, strerror(-err));
		return 1;
	}
	while (!err && g.made < count) {
		uint64_t n = count - g.made < BATCH ? count - g.made : BATCH;

		generate(&g, records, n);
		err = tcptrail_write(w, records, n);
	}
	if (tcptrail_finish(w) || err) {
		fprintf(stderr, "drain: %s: not written\n", path);
		return 1;
	}
	return 0;
}

static uint64_t read_plainly(const char *path)
{
	static char block[256 * 1024];
	int fd = open(path, O_RDONLY);
	uint64_t bytes = 0;
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) > 0)
		bytes += (uint64_t)n;
	close(fd);
	return bytes / sizeof(struct tcptrail_record);
}

static uint64_t read_trail(const char *path)
{
	const struct tcptrail_record *records;
	struct tcptrail *trail;
	uint64_t count = 0;
	int n;

	if (tcptrail_open_file(&trail, path))
		exit(1);
	while ((n = tcptrail_read(trail, &records)) > 0)
		count += (uint64_t)n;
	tcptrail_close(trail);
	return count;
}

/* Rings as full as they go, drained over and over. */

#define RING_RECORDS 32768 /* as the module's default: 4 MiB */
#define ROUNDS 64

static void *slots[64];
static struct tcptrail_ring heads[64];

/* Short bursts of one CPU after the other, as a scheduler makes them. */
static void fill(unsigned int cpus, unsigned int burst)
{
	struct generator g = { .live = 1000, .time_ns = 1000000000 };
	uint64_t next[64] = { 0 };

	for (unsigned int i = 0; i < cpus; i++) {
		slots[i] = calloc(RING_RECORDS, sizeof(struct tcptrail_record));
		heads[i].head = RING_RECORDS;
	}
	for (uint64_t n = 0; n < (uint64_t)cpus * RING_RECORDS; n++) {
		unsigned int cpu = (unsigned int)(n / burst % cpus);
		struct tcptrail_record *r = (struct tcptrail_record *)slots[cpu] + next[cpu];

		generate(&g, r, 1);
		r->seq = next[cpu]++;
	}
}

static uint64_t drain_rings(unsigned int cpus)
{
	static struct tcptrail_record batch[BATCH];
	struct ring rings[64] = { 0 };
	struct merge_entry heap[64];
	struct merge m = { .rings = rings, .heap = heap, .count = cpus };
	uint64_t count = 0;

	for (int round = 0; round < ROUNDS; round++) {
		int n;

		for (unsigned int i = 0; i < cpus; i++) {
			rings[i] = (struct ring){ .shared = &heads[i],
						  .slots = slots[i],
						  .records = RING_RECORDS,
						  .record_size = sizeof(batch[0]) };
			ring_init(&rings[i], 0, 0);
		}
		while ((n = merge_read(&m, UINT64_MAX / 2, batch, BATCH)) > 0)
			count += (uint64_t)n;
	}
	return count;
}

static uint64_t copy_rings(unsigned int cpus)
{
	static struct tcptrail_record batch[BATCH];
	uint64_t count = 0;

	for (int round = 0; round < ROUNDS; round++) {
		for (unsigned int i = 0; i < cpus; i++) {
			for (unsigned int n = 0; n < RING_RECORDS; n += BATCH) {
				memcpy(batch, (struct tcptrail_record *)slots[i] + n,
				       sizeof(batch));
				__asm__ volatile("" ::: "memory");
				count += BATCH;
			}
		}
	}
	return count;
}

static void report(const char *what, uint64_t count, double seconds)
{
	printf("%-44s %8.1f M records/s  %5.1f ns each\n", what, (double)count / seconds / 1e6,
	       seconds / (double)count * 1e9);
}

#define MEASURE(what, call)                                             \
	do {                                                            \
		double best = 1e9;                                      \
		uint64_t count = 0;                                     \
		for (int i = 0; i < RUNS; i++) {                        \
			double start = seconds(CLOCK_MONOTONIC);        \
			count = (call);                                 \
			double took = seconds(CLOCK_MONOTONIC) - start; \
			best = took < best ? took : best;               \
		}                                                       \
		report(what, count, best);                              \
	} while (0)

static void measure_rings(unsigned int cpus, unsigned int burst)
{
	char what[64];

	fill(cpus, burst);
	snprintf(what, sizeof(what), "rings, %u CPUs, plain copy", cpus);
	MEASURE(what, copy_rings(cpus));
	snprintf(what, sizeof(what), "rings, %u CPUs, merged, bursts of %u", cpus, burst);
	MEASURE(what, drain_rings(cpus));
	for (unsigned int i = 0; i < cpus; i++)
		free(slots[i]);
}

int main(int argc, char *argv[])
{
	if (argc == 5 && !strcmp(argv[1], "--generate"))
		return make(argv[2], strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10));
	if (argc != 2 || *argv[1] == '-') {
		fprintf(stderr, "drain: usage: drain FILE | drain --generate FILE N LIVE\n");
		return 2;
	}
	if (access(argv[1], F_OK) && make(argv[1], 4 << 20, 100000))
		return 1;
	MEASURE("file, plain read()", read_plainly(argv[1]));
	MEASURE("file, tcptrail_read()", read_trail(argv[1]));
	measure_rings(1, 1);
	measure_rings(2, 32);
	measure_rings(16, 32);
	measure_rings(64, 1);
	return 0;
}
