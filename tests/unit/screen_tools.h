/* SPDX-License-Identifier: GPL-2.0 */
/* The state of a screen with known numbers, and what a grid says, for tests. */
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

static inline struct stuck_row make_stuck(uint64_t id, const char *verdict, uint64_t age_s,
					  uint16_t port, const char *holder)
{
	struct stuck_row s = {
		.id = id,
		.state = TCPTRAIL_CLOSE_WAIT,
		.age_ns = age_s * SEC,
		.rank = id,
		.count = 1,
		.unread = id,
		.lport = port,
		.local = "10.0.0.2:8080",
		.sentence = "The peer closed; it has not.",
	};

	snprintf(s.verdict, sizeof(s.verdict), "%s", verdict);
	snprintf(s.remote, sizeof(s.remote), "10.0.0.1:%u", 40000 + (unsigned int)id);
	snprintf(s.holder, sizeof(s.holder), "%s", holder);
	return s;
}

static inline struct flow_row make_flow(uint64_t id, const char *owner, uint64_t milli,
					uint32_t live)
{
	struct flow_row f = {
		.id = id, .milli = milli, .live = live, .time_wait = 7, .out_ns = PORT_USAGE_NEVER
	};

	snprintf(f.owner, sizeof(f.owner), "%s", owner);
	snprintf(f.peer, sizeof(f.peer), "10.0.0.5:%u", 5000 + (unsigned int)id);
	return f;
}

static inline struct stuck_row *stuck_at(const struct top *top, size_t number)
{
	return list_row(&top->lists[UI_STUCK], number);
}

static inline struct flow_row *flow_at(const struct top *top, size_t number)
{
	return list_row(&top->lists[UI_FLOWS], number);
}

/* Three that are stuck, two flows, two updates. */
static inline struct top *make_top(void)
{
	static const uint64_t connects[] = { 20100000, 21000000, 1040000000, 3000000000ULL };
	static const unsigned int times[] = { 50, 40, 9, 1 };
	struct top *top = calloc(1, sizeof(*top));

	ui_init(top);
	strcpy(top->session.origin.hostname, "examplehost");
	strcpy(top->clock.time, "12:34:56");
	top->has_trail = true;
	top->numbers.updates = 2;
	top->activity.total = 1234;
	top->activity.states[TCPTRAIL_ESTABLISHED] = 1200;
	top->activity.states[TCPTRAIL_CLOSE_WAIT] = 34;
	top->numbers.entered[TCPTRAIL_ESTABLISHED].milli = 12500;
	for (size_t i = 0; i < 4; i++)
		for (unsigned int n = 0; n < times[i]; n++)
			quantiles_add(&top->numbers.times[ACTIVITY_CLIENT], connects[i]);
	top->numbers.rates[RATE_LOST].total = 5;
	buf_str(&top->details, "first\nsecond\nthird\n");
	assert_int_equal(list_resize(&top->lists[UI_STUCK], 3), 0);
	*stuck_at(top, 0) = make_stuck(1, "close-wait-leak", 600, 8080, "shop[117] fd 4");
	*stuck_at(top, 1) = make_stuck(2, "last-ack-unanswered", 30, 443, "web[9] fd 5");
	*stuck_at(top, 2) = make_stuck(3, "close-wait-unread", 60, 80, "app[7] fd 6");
	stuck_at(top, 0)->count = 1234;
	stuck_at(top, 1)->text_length = top->details.len;
	strcpy(stuck_at(top, 1)->selector, "cookie:2");
	top->stuck_groups = 3;
	top->stuck_total = 1236;
	assert_int_equal(list_resize(&top->lists[UI_FLOWS], 2), 0);
	*flow_at(top, 0) = make_flow(1, "curl[5]", 1500, 2);
	*flow_at(top, 1) = make_flow(2, "wget[6]", 90000, 1);
	return top;
}

static inline void free_top(struct top *top)
{
	ui_free(top);
	grid_free(&top->grid);
	free(top);
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
