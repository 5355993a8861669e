/* SPDX-License-Identifier: GPL-2.0 */
/* A tracker that is filled socket by socket, a scan of it, and its groups. */
#ifndef TEST_STUCK_FIXTURE_H
#define TEST_STUCK_FIXTURE_H

#include "tests/unit/stuck_tools.h"

#define NOW (10000 * SEC)

struct fixture {
	struct tracker *tracker;
	struct stuck_query query;
	struct stuck_scan *scan;
	const struct stuck_result *result;
	struct stuck_out o;
	struct stuck_groups groups;
	uint64_t cookie;
};

static inline int make(void **state)
{
	const struct tracker_config config = { .recent = true };
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(tracker_create(&f->tracker, &config), 0);
	f->query =
		(struct stuck_query){ .tracker = f->tracker, .now_ns = NOW, .close_waits = true };
	assert_int_equal(stuck_scan_create(&f->scan), 0);
	f->o = (struct stuck_out){ .tracker = f->tracker, .now_ns = NOW };
	f->cookie = 1000;
	*state = f;
	return 0;
}

static inline int drop(void **state)
{
	struct fixture *f = *state;

	stuck_groups_free(&f->groups);
	stuck_scan_free(f->scan);
	tracker_free(f->tracker);
	free(f);
	return 0;
}

/* A socket of the server's with a peer of its own, so long before now. */
static inline uint64_t put(struct fixture *f, const char *line, uint8_t peer, uint64_t ago_ns)
{
	struct tcptrail_record r = script_line(line);

	r.time_ns = NOW - ago_ns;
	r.cookie = f->cookie++;
	r.raddr[15] = peer;
	r.rport = (uint16_t)(40000 + f->cookie);
	tracker_feed(f->tracker, &r, 1);
	return r.cookie;
}

static inline void find(struct fixture *f, bool each)
{
	stuck_groups_free(&f->groups);
	f->result = stuck_in_slices(f->scan, &f->query, 3);
	assert_int_equal(stuck_groups_make(&f->groups, f->result, f->o.holders, each), 0);
}

static inline const struct finding *member(const struct fixture *f, size_t group, size_t number)
{
	return f->groups.groups[group].members[number];
}

static inline const char *verdict_of(const struct fixture *f, size_t group)
{
	return stuck_verdict(member(f, group, 0));
}

#endif
