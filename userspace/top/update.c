// SPDX-License-Identifier: GPL-2.0
/* An update: totals become rates since the last one, times become percentiles. */
#include "userspace/base/time.h"
#include "userspace/conn/filter_conn.h"
#include "userspace/top/top.h"

#define KERNEL_POLL_NS (2 * SEC) /* so often the kernel is asked for them */

uint64_t top_per_second(uint64_t count, uint64_t span_ns)
{
	/* As a double: a trail may hold any times, and any number that was lost. */
	double milli = span_ns ? (double)count * 1000 * SEC / (double)span_ns + 0.5 : 0;

	return milli < (double)INT64_MAX ? (uint64_t)milli : INT64_MAX;
}

static void set_rate(struct rate *r, uint64_t total, uint64_t span_ns)
{
	uint64_t more = total > r->total ? total - r->total : 0;

	r->total = total;
	r->milli = top_per_second(more, span_ns);
	if (span_ns)
		history_add(&r->graph, r->milli);
}

void top_count(struct top *top)
{
	const struct activity *a = &top->activity;
	const struct counters *c = &a->counters;
	const uint64_t totals[RATES] = {
		[RATE_OPENED] = counters_entered(c, TCPTRAIL_ESTABLISHED),
		[RATE_ENDED] = counters_all_ended(c),
		[RATE_SYN] = c->retransmits[COUNTERS_SYN],
		[RATE_SYN_ACK] = c->retransmits[COUNTERS_SYN_ACK],
		[RATE_FIN] = c->retransmits[COUNTERS_FIN],
		[RATE_RST_OUT] = c->resets[TCPTRAIL_OUT],
		[RATE_RST_IN] = c->resets[TCPTRAIL_IN],
		[RATE_RECORDS] = a->records,
		[RATE_LOST] = a->lost,
	};
	struct numbers *n = &top->numbers;
	uint64_t span_ns = n->updates ? time_between(n->now_ns, a->now_ns) : 0;

	/* A file's last update may come early: what came since then is that of an interval. */
	span_ns = span_ns && span_ns < top->interval_ns ? top->interval_ns : span_ns;
	n->updates++;
	n->now_ns = a->now_ns;
	for (unsigned int i = 0; i < RATES; i++)
		set_rate(&n->rates[i], totals[i], span_ns);
	for (uint8_t i = 0; i < ACTIVITY_STATES; i++) {
		set_rate(&n->entered[i], counters_entered(c, i), span_ns);
		history_add(&n->sockets[i], a->states[i]);
	}
	for (unsigned int i = 0; i < ACTIVITY_TIMES; i++)
		window_sum(&top->activity.windows[i], a->now_ns, &n->times[i]);
}

uint64_t top_ask(struct top *top, uint64_t next_ns)
{
	uint64_t now_ns = time_now_ns();

	if (!top->has_trail || top->source.file)
		return next_ns;
	if (next_ns > now_ns + KERNEL_POLL_NS)
		return next_ns - KERNEL_POLL_NS;
	session_poll(&top->session, KERNEL_POLL_STATES, KERNEL_POLL_NS);
	return next_ns;
}

static bool is_wanted(void *arg, const struct tracker *m, const struct conn *c, uint8_t state)
{
	const struct top *top = arg;

	return filter_conn(&top->filter, m, c, state);
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
	activity_update(&top->activity, top->session.tracker, now_ns);
	top_count(top);
	err = top_list(top, now_ns);
	clock_at(&top->clock, now_ns);
	top->ended = top->play.over;
	return err;
}
