// SPDX-License-Identifier: GPL-2.0
/* An update: the numbers of now, and who is stuck. */
#include <stdio.h>

#include "userspace/top/top.h"
#include "userspace/base/time.h"
#include "userspace/conn/filter_conn.h"

#define KERNEL_POLL_NS (2 * SEC) /* so often the kernel is asked for them */

static bool is_wanted(void *arg, const struct tracker *m, const struct conn *c, uint8_t state)
{
	const struct top *top = arg;

	return filter_conn(&top->filter, m, c, state);
}

static void tell_time(struct top *top, uint64_t now_ns)
{
	struct view *v = &top->view;

	clock_at(&top->clock, now_ns);
	if (top->source.file)
		snprintf(v->clock, sizeof(v->clock), "%s %s", top->clock.date, top->clock.time);
	else
		snprintf(v->clock, sizeof(v->clock), "%s", top->clock.time);
	v->ended = top->play.over;
	v->speed_milli = top->source.file ? top->play.speed_milli : 0;
}

uint64_t top_ask(struct top *top, uint64_t next_ns)
{
	uint64_t now_ns = time_now_ns();

	if (!top->session.trail || top->source.file)
		return next_ns;
	if (next_ns > now_ns + KERNEL_POLL_NS)
		return next_ns - KERNEL_POLL_NS;
	session_poll(&top->session, KERNEL_POLL_STATES, KERNEL_POLL_NS);
	return next_ns;
}

static int update_numbers(struct top *top, uint64_t now_ns)
{
	struct stuck_scan *scan;
	int err;

	activity_update(&top->activity, top->session.tracker, now_ns);
	err = top_find(top, now_ns, &scan);
	if (!err)
		err = view_update(&top->view, &top->activity, &stuck_scan_result(scan)->ports);
	if (!err)
		err = top_update_stuck(top, stuck_scan_result(scan));
	stuck_scan_free(scan);
	return err;
}

int top_update(struct top *top)
{
	uint64_t now_ns = top_now_ns(top);
	int err;

	top->activity.wanted = top->filter.count ? is_wanted : NULL;
	top->activity.arg = top;
	if (top->play.over)
		tracker_settle(top->session.tracker);
	else if (now_ns > TRAIL_SETTLE_NS)
		tracker_advance(top->session.tracker,
				top->source.file ? now_ns : now_ns - TRAIL_SETTLE_NS);
	session_poll(&top->session, KERNEL_POLL_STATES, KERNEL_POLL_NS);
	err = update_numbers(top, now_ns);
	tell_time(top, now_ns);
	ui_sort(&top->ui, &top->view);
	return err;
}
