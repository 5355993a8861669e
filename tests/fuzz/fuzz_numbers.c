// SPDX-License-Identifier: GPL-2.0
/*
 * Any records as the numbers of the exporter and of the live screen. What is counted
 * record by record has to be what a look at all connections counts.
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "fuzz.h"
#include "userspace/exporter/metrics.h"
#include "userspace/conn/counters.h"
#include "userspace/diagnose/stuck.h"
#include "userspace/conn/timing.h"
#include "userspace/top/panes.h"

#define CONNS_MAX 8

struct run {
	struct tracker *tracker;
	struct groups *groups;
	struct stuck_scan *scan;
	struct top top;
	uint64_t told;
};

static void ended(void *arg, const struct tracker *tracker, const struct conn *c)
{
	struct run *run = arg;

	run->told += conn_is_connection(c);
	groups_ended(run->groups, c);
}

static void record(void *arg, const struct tracker *tracker, const struct conn *c,
		   const struct tcptrail_record *r)
{
	struct run *run = arg;

	activity_record(&run->top.activity, tracker, c, r);
}

static void step(void *arg, const struct tracker *tracker, const struct conn *c,
		 enum conn_step step, uint64_t time_ns)
{
	struct run *run = arg;

	activity_step(&run->top.activity, tracker, c, step, time_ns);
}

/* A control group may be called anything, too. */
static bool name_unit(void *arg, uint64_t cgroup, char name[GROUPS_NAME_MAX])
{
	static const char *const names[] = { "nginx.service", "a\"} 1\n", "\xff\\", "" };

	strcpy(name, names[cgroup % 4]);
	return cgroup % 5;
}

static void check_census(const struct run *run)
{
	const struct counters *counters = tracker_counters(run->tracker);
	uint64_t places[COUNTERS_PLACES] = { 0 }, told = 0;
	const struct conn *c;
	unsigned int i;

	for (c = tracker_next(run->tracker, NULL); c; c = tracker_next(run->tracker, c))
		places[counters_place(c)]++;
	/* Place 0 is of those that ended. */
	if (memcmp(places + 1, counters->places + 1, sizeof(places) - sizeof(places[0])))
		abort();
	for (i = 0; i < CONN_ENDS; i++)
		told += counters->ended[i];
	if (told < run->told)
		abort();
}

static void count_group(void *arg, const struct conn *c)
{
	struct run *run = arg;

	groups_count(run->groups, c);
}

static void begin_scan(struct run *run, uint64_t now_ns)
{
	const struct stuck_query query = {
		.tracker = run->tracker,
		.now_ns = now_ns,
		.max_findings = 2,
		.all_ports = now_ns & 2,
		.visit = count_group,
		.arg = run,
	};

	groups_begin(run->groups);
	stuck_scan_begin(run->scan, &query);
}

static void check_ports(const struct stuck_result *result)
{
	const struct port_usage *usage;
	size_t i;

	for (i = 0; i < result->ports.usages.count; i++) {
		usage = hashmap_at(&result->ports.usages, i);
		if (usage->used > CONNS_MAX || usage->timewaits > CONNS_MAX)
			abort();
		port_usage_per_minute(usage);
	}
}

static void check_metrics(struct run *run, uint64_t now_ns)
{
	struct metrics metrics = { .counters = *tracker_counters(run->tracker), .up = true };
	struct buf out;

	/* That which began before has met others. */
	while (!stuck_scan_step(run->scan, 3))
		;
	begin_scan(run, now_ns);
	while (!stuck_scan_step(run->scan, 3))
		;
	groups_end(run->groups);
	check_ports(stuck_scan_result(run->scan));
	metrics.found = stuck_scan_result(run->scan)->gauges;
	if (groups_copy(metrics.groups, run->groups))
		abort();
	metrics.version = "0";
	buf_init(&out, NULL);
	metrics_text(&out, &metrics, now_ns & 1, now_ns);
	fuzz_check_text(&out);
	fuzz_check_expo(&out);
	buf_free(&out);
	metrics_free(&metrics);
}

static void check_screen(struct run *run, uint64_t now_ns, unsigned int bits)
{
	static const int widths[] = { 80, 1, 33, 200 }, heights[] = { 24, 1, 7, 60 };
	struct top *top = &run->top;
	struct buf out;
	int y;

	top->session.tracker = run->tracker;
	top->source.file = "a trail";
	top->has_trail = true;
	top->grid.ascii = bits & 1;
	clock_init(&top->utc, 0, true);
	activity_update(&top->activity, run->tracker, now_ns);
	top_count(top);
	if (top_list(top, now_ns))
		abort();
	buf_init(&out, NULL);
	top_json(top, &out);
	fuzz_check_json(&out);
	out.len = 0;
	if (grid_resize(&top->grid, widths[bits >> 1 & 3], heights[bits >> 3 & 3]))
		abort();
	screen_draw(top, true);
	for (y = 0; y < top->grid.height; y++) {
		grid_row(&top->grid, y, &out);
		buf_char(&out, '\n');
	}
	fuzz_check_text(&out);
	buf_free(&out);
}

static void run_records(struct run *run, const struct tcptrail_record *records, size_t count,
			unsigned int bits)
{
	uint64_t now_ns = 0;
	size_t i, n;

	for (i = 0; i < count; i += n) {
		n = count - i < 7 ? count - i : 7;
		tracker_feed(run->tracker, records + i, n);
		check_census(run);
		if (i == 0)
			begin_scan(run, records[i].time_ns);
		if (stuck_scan_step(run->scan, 2) < 0)
			abort();
	}
	now_ns = tracker_stats(run->tracker)->newest_ns + 5000000000ULL;
	check_screen(run, now_ns, bits);
	check_screen(run, now_ns + 1000000000ULL, bits);
	check_metrics(run, now_ns);
	tracker_settle(run->tracker);
	check_census(run);
}

/* Where the terminal has all characters there is more that could go wrong. */
__attribute__((constructor)) static void in_utf8(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0); /* see fuzz_tracker.c */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run *run = calloc(1, sizeof(*run)); /* large, and hardly touched */
	struct tracker_config config = { .max_conns = CONNS_MAX,
					 .recent = true,
					 .record = record,
					 .step = step,
					 .ended = ended,
					 .arg = run };
	const uint16_t ports[] = { 80, 443 };
	struct tcptrail_record *records;
	size_t count;

	records = fuzz_records(data, size, &count);
	if (!run)
		abort();
	run->groups = groups_create();
	if (!run->groups || groups_by_port(run->groups, ports, 2) ||
	    groups_by_unit(run->groups, 2, name_unit, NULL))
		abort();
	ui_init(&run->top);
	if (tracker_create(&run->tracker, &config) || stuck_scan_create(&run->scan))
		abort();
	run_records(run, records, count, size ? *data >> 1 : 0);
	tracker_free(run->tracker);
	stuck_scan_free(run->scan);
	groups_free(run->groups);
	ui_free(&run->top);
	grid_free(&run->top.grid);
	free(run);
	free(records);
	return 0;
}
