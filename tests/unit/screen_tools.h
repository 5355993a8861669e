/* SPDX-License-Identifier: GPL-2.0 */
/* A view with known numbers, and what a grid says, for tests. */
#ifndef TCPTRAIL_SCREEN_TOOLS_H
#define TCPTRAIL_SCREEN_TOOLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "userspace/base/time.h"
#include "userspace/top/panes.h"

static inline struct view_stuck make_stuck(uint64_t id, const char *verdict, uint64_t age_s,
					   uint16_t port, const char *holder)
{
	struct view_stuck s = {
		.id = id,
		.state = TCPTRAIL_CLOSE_WAIT,
		.age_ns = age_s * SEC,
		.rank = id,
		.count = 1,
		.unread = id,
		.lport = port,
		.local = "10.0.0.2:8080",
		.verdict = verdict,
		.sentence = "The peer closed; it has not.",
	};

	snprintf(s.remote, sizeof(s.remote), "10.0.0.1:%u", 40000 + (unsigned int)id);
	snprintf(s.holder, sizeof(s.holder), "%s", holder);
	return s;
}

static inline struct view_flow make_flow(uint64_t id, const char *owner, uint64_t milli,
					 uint32_t live)
{
	struct view_flow f = {
		.id = id, .milli = milli, .live = live, .time_wait = 7, .out_ns = PORT_USAGE_NEVER
	};

	snprintf(f.owner, sizeof(f.owner), "%s", owner);
	snprintf(f.peer, sizeof(f.peer), "10.0.0.5:%u", 5000 + (unsigned int)id);
	return f;
}

/* Three that are stuck, two flows, two updates. */
static inline void make_view(struct view *v)
{
	memset(v, 0, sizeof(*v));
	strcpy(v->host, "examplehost");
	strcpy(v->source, "live");
	strcpy(v->clock, "12:34:56");
	v->rates = true;
	v->updates = 2;
	v->sockets = 1234;
	v->states[TCPTRAIL_ESTABLISHED].now = 1200;
	v->states[TCPTRAIL_ESTABLISHED].entered.milli = 12500;
	v->states[TCPTRAIL_CLOSE_WAIT].now = 34;
	v->spans[ACTIVITY_CLIENT] =
		(struct view_span){ 10, 20100000, 21000000, 1040000000, 3000000000ULL };
	v->lost = (struct view_rate){ .total = 5 };
	buf_init(&v->text, NULL);
	buf_str(&v->text, "first\nsecond\nthird\n");
	v->stuck = calloc(3, sizeof(*v->stuck));
	v->stuck[0] = make_stuck(1, "close-wait-leak", 600, 8080, "shop[117] fd 4");
	v->stuck[1] = make_stuck(2, "last-ack-unanswered", 30, 443, "web[9] fd 5");
	v->stuck[2] = make_stuck(3, "close-wait-unread", 60, 80, "app[7] fd 6");
	v->stuck[0].count = 1234;
	v->stuck[1].text_length = v->text.len;
	strcpy(v->stuck[1].selector, "cookie:2");
	v->stuck_count = 3;
	v->stuck_groups = 3;
	v->stuck_total = 1236;
	v->flows = calloc(2, sizeof(*v->flows));
	v->flows[0] = make_flow(1, "curl[5]", 1500, 2);
	v->flows[1] = make_flow(2, "wget[6]", 90000, 1);
	v->flows_count = 2;
}

/* Row @y of a grid as text; to be freed by nobody: overwritten by the next call. */
static inline const char *row(const struct grid *g, int y)
{
	static struct buf out;

	out.len = 0;
	grid_row(g, y, &out);
	return buf_string(&out);
}

/* Where some row has @text; -1: none has. */
static inline int find_row(const struct grid *g, const char *text)
{
	for (int y = 0; y < g->height; y++)
		if (strstr(row(g, y), text))
			return y;
	return -1;
}

#define assert_shown(g, text)                                   \
	do {                                                    \
		if (find_row(g, text) < 0)                      \
			print_error("not shown: '%s'\n", text); \
		assert_true(find_row(g, text) >= 0);            \
	} while (0)

#define assert_not_shown(g, text) assert_int_equal(find_row(g, text), -1)

#endif
