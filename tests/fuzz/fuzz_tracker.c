// SPDX-License-Identifier: GPL-2.0
/* Any records through the model; lives, what is stuck, and what is said of both. */
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "fuzz.h"
#include "userspace/conn/timing.h"
#include "userspace/diagnose/stuck.h"
#include "userspace/print/life_out.h"
#include "userspace/print/stuck_out.h"

#define CONNS_MAX 8

struct run {
	struct tracker *tracker;
	struct life_summary summary;
	struct clock clock;
	struct buf text;
	struct buf json;
	uint64_t ended;
	bool summarize;
	bool join;
};

static void tell(struct run *run, const struct tracker *tracker, const struct conn *c)
{
	struct conn_pair pair;
	unsigned int i;

	if (!conn_is_connection(c))
		return;
	conn_pair(&pair, tracker, c, run->join, tracker_stats(tracker)->newest_ns);
	life_text(&run->text, tracker, &pair);
	life_parts(&run->text, tracker, &pair);
	life_json(&run->json, &run->clock, tracker, &pair);
	for (i = 0; i < pair.count && run->summarize; i++)
		life_summary_add(&run->summary, pair.ends[i].c, &pair.ends[i].timing);
}

static void ended(void *arg, const struct tracker *tracker, const struct conn *c)
{
	const struct conn *other = tracker_peer(tracker, c);
	struct run *run = arg;

	if (c->end == CONN_LIVES || c->end >= CONN_ENDS)
		abort();
	run->ended++;
	/* One that is over, too, is told with it. */
	run->ended += c->other && other->end && !(other->flags & CONN_QUEUED);
	tell(run, tracker, c);
}

/* Descriptors with the inodes and the names that occur in the records. */
static void make_owners(struct owners *owners, struct holder holders[4],
			const struct tcptrail_record *records, size_t count)
{
	/* Holds what has inode 1, and is called as awkwardly as may be. */
	static struct process process = {
		.comm = "\033]0;\a",
		.command = "a\nb \033[2J \xff \xc2\x9b <i>&\"'",
		.cgroup = { .path = "/x\033[1m", .unit = "\xe2\x80\xae.service" },
		.fds = 7,
	};
	unsigned int i;

	for (i = 0; i < 4; i++) {
		holders[i] = (struct holder){ .inode = 1 + i / 2, .pid = i, .fd = (int)i };
		if (count)
			memcpy(holders[i].comm, records[i % count].transition.comm, 15);
	}
	*owners = (struct owners){
		.holders = holders,
		.count = 4,
		.processes = &process,
		.process_count = 1,
	};
}

static void tell_stuck(struct run *run, const struct tcptrail_record *records, size_t count)
{
	const struct stuck_query query = {
		.tracker = run->tracker,
		.now_ns = tracker_stats(run->tracker)->newest_ns + HOUR,
		.states = ~0U,
		.older_ns = 1,
		.close_waits = true,
	};
	struct stuck_out o = { .tracker = run->tracker, .now_ns = query.now_ns, .home_netns = 1 };
	const struct stuck_result *result;
	struct holder holders[4];
	struct stuck_groups groups;
	struct holders known = { 0 };
	struct stuck_scan *scan;
	size_t i;
	int each;

	make_owners(&known.owners, holders, records, count);
	if (stuck_find(&scan, &query))
		return;
	result = stuck_scan_result(scan);
	if (holders_count_leaks(&known, result))
		abort();
	for (each = 0; each < 2; each++) {
		o.holders = count & 1 || each ? &known : NULL;
		if (stuck_groups_make(&groups, result, o.holders, each))
			abort();
		for (i = 0; i < groups.count; i++) {
			stuck_text(&o, &run->text, &groups.groups[i]);
			stuck_json(&o, &run->json, &groups.groups[i]);
		}
		stuck_groups_free(&groups);
	}
	hashmap_fini(&known.leaks);
	stuck_scan_free(scan);
}

static void check_count(const struct run *run)
{
	const struct tracker_stats *stats = tracker_stats(run->tracker);
	const struct conn *c;
	uint32_t count = 0;

	for (c = tracker_next(run->tracker, NULL); c; c = tracker_next(run->tracker, c))
		count++;
	if (count != tracker_count(run->tracker) || count > CONNS_MAX)
		abort();
	if (stats->ended != run->ended || stats->created != stats->ended + count)
		abort();
}

static void run_model(struct run *run, const struct tcptrail_record *records, size_t count)
{
	const struct conn *c;

	/* In two pieces: what is prefetched is another matter in each. */
	tracker_feed(run->tracker, records, count / 2);
	tracker_feed(run->tracker, records + count / 2, count - count / 2);
	check_count(run);
	for (c = tracker_next(run->tracker, NULL); c; c = tracker_next(run->tracker, c))
		tell(run, run->tracker, c);
	tell_stuck(run, records, count);
	if (count)
		tracker_advance(run->tracker, records[count - 1].time_ns);
	tracker_settle(run->tracker);
	check_count(run);
	if (!run->summarize)
		return;
	life_text_summary(&run->text, &run->summary);
	life_json_summary(&run->json, &run->summary);
	memset(&run->summary, 0, sizeof(run->summary));
}

/* A model begins with huge pages: to clear them costs more than all the rest. */
__attribute__((constructor)) static void without_huge_pages(void)
{
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct run run; /* spreads are large: they are cleared when they were used */
	struct tracker_config config = { .max_conns = CONNS_MAX, .ended = ended, .arg = &run };
	struct tcptrail_record *records;
	size_t count;

	records = fuzz_records(data, size, &count);
	run.ended = 0;
	run.summarize = size && *data & 2;
	run.join = size && *data & 4;
	config.join = run.join;
	config.recent = run.summarize;
	clock_init(&run.clock, 0, true);
	buf_init(&run.text, NULL);
	buf_init(&run.json, NULL);
	if (tracker_create(&run.tracker, &config))
		abort();
	run_model(&run, records, count);
	fuzz_check_text(&run.text);
	fuzz_check_json(&run.json);
	tracker_free(run.tracker);
	buf_free(&run.text);
	buf_free(&run.json);
	free(records);
	return 0;
}
