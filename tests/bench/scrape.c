// SPDX-License-Identifier: GPL-2.0
/*
 * What a scrape takes, over HTTP from this machine, while a million connections are
 * tracked and 10,000 new ones come each second; beside a thousand, to see on what it
 * depends. And what the sweeps take meanwhile, and memory.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "generate.h"
#include "tests/measure.h"
#include "userspace/exporter/http.h"
#include "userspace/exporter/listen.h"
#include "userspace/exporter/stuck_lines.h"

#define SCRAPES 200
#define BATCH 1200 /* records of 100 connections: 100 times a second */
#define PAUSE_NS 10000000L
#define SLICE 4096

struct site {
	pthread_mutex_t lock;
	struct tracker *tracker;
	struct stuck_scan *scan;
	bool scanning;
	struct generator generator;
	atomic_bool stop;
};

/* True: the scan is complete. */
static bool slice(struct site *site)
{
	const struct stuck_query query = {
		.tracker = site->tracker,
		.now_ns = site->generator.time_ns,
		.max_findings = STUCK_LINES_MAX,
	};

	if (!site->scanning)
		stuck_scan_begin(site->scan, &query);
	site->scanning = !stuck_scan_step(site->scan, SLICE);
	return !site->scanning;
}

/* The exporter's reader: a batch, a slice; scans follow each other without a pause. */
static void *read_on(void *arg)
{
	static struct tcptrail_record records[BATCH];
	struct site *site = arg;

	while (!site->stop) {
		generate(&site->generator, records, BATCH);
		pthread_mutex_lock(&site->lock);
		tracker_feed(site->tracker, records, BATCH);
		slice(site);
		pthread_mutex_unlock(&site->lock);
		nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
	}
	return NULL;
}

static int copy(void *arg, struct metrics *m)
{
	struct site *site = arg;

	pthread_mutex_lock(&site->lock);
	m->counters = *tracker_counters(site->tracker);
	m->found = stuck_scan_result(site->scan)->gauges;
	m->now_ns = site->generator.time_ns;
	m->tracked = tracker_count(site->tracker);
	pthread_mutex_unlock(&site->lock);
	m->version = "bench";
	return 0;
}

static double scrape(int fd)
{
	static const char request[] = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
	static char answer[1 << 20];
	double begin = seconds(CLOCK_MONOTONIC) * 1e3;
	size_t have = 0, want = sizeof(answer) - 1;
	char *length, *body;
	ssize_t n;

	if (send(fd, request, sizeof(request) - 1, 0) < 0)
		exit(1);
	while (have < want) {
		n = recv(fd, answer + have, want - have, 0);
		if (n <= 0)
			exit(1);
		have += (size_t)n;
		answer[have] = '\0';
		body = strstr(answer, "\r\n\r\n");
		length = body ? strstr(answer, "Content-Length: ") : NULL;
		if (length)
			want = (size_t)(body + 4 - answer) + strtoul(length + 16, NULL, 10);
	}
	return seconds(CLOCK_MONOTONIC) * 1e3 - begin;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void measure(struct site *site, double took[SCRAPES])
{
	const struct http_source source = { .copy = copy, .arg = site };
	struct sockaddr_storage address;
	socklen_t len = (socklen_t)listen_parse(&address, "127.0.0.1:0");
	int listener = listen_open(&address, len), fd, i;
	struct http *http;

	if (listener < 0 || http_start(&http, listener, &source))
		exit(1);
	getsockname(listener, (struct sockaddr *)&address, &len);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, (struct sockaddr *)&address, len))
		exit(1);
	for (i = 0; i < SCRAPES; i++) {
		took[i] = scrape(fd);
		nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS / 2 }, NULL);
	}
	close(fd);
	http_stop(http);
	qsort(took, SCRAPES, sizeof(*took), by_size);
}

static void run(uint64_t live)
{
	static struct tcptrail_record records[4096];
	struct tracker_config config = { .max_conns = TRACKER_CONNS_MAX };
	struct site site = { .generator = { .live = live, .time_ns = 1000000000 } };
	double took[SCRAPES], swept;
	pthread_t reader;

	pthread_mutex_init(&site.lock, NULL);
	if (tracker_create(&site.tracker, &config) || stuck_scan_create(&site.scan))
		exit(1);
	while (site.generator.made < live * 6) {
		generate(&site.generator, records, 4096);
		tracker_feed(site.tracker, records, 4096);
	}
	swept = seconds(CLOCK_THREAD_CPUTIME_ID) * 1e3;
	while (!slice(&site))
		;
	swept = seconds(CLOCK_THREAD_CPUTIME_ID) * 1e3 - swept;
	pthread_create(&reader, NULL, read_on, &site);
	measure(&site, took);
	site.stop = true;
	pthread_join(reader, NULL);
	printf("%10u %12.3f %12.3f %12.3f %12.1f %12zu\n", tracker_count(site.tracker),
	       took[SCRAPES / 2], took[SCRAPES * 99 / 100], took[SCRAPES - 1], swept,
	       resident_bytes() / 1024);
	stuck_scan_free(site.scan);
	tracker_free(site.tracker);
}

int main(void)
{
	printf("%10s %12s %12s %12s %12s %12s\n", "tracked", "scrape ms", "99 % ms", "slowest ms",
	       "sweep ms", "memory KiB");
	run(1000);
	run(1000000);
	return 0;
}
