// SPDX-License-Identifier: GPL-2.0
/* What tcptrail top shows is read here: a device, a file that is played, or snapshots only. */
#include <stdio.h>
#include <string.h>

#include "userspace/base/time.h"
#include "userspace/top/top.h"

/* What has to be known of all the numbers. */
static void note(struct top *top)
{
	const struct session *s = &top->session;

	if (!s->trail && s->losses.unseen)
		snprintf(top->note, sizeof(top->note),
			 "no module: no rates; %llu namespaces not seen: run it as root",
			 (unsigned long long)s->losses.unseen);
	else if (!s->trail)
		snprintf(top->note, sizeof(top->note), "%s: no rates, no times", s->missing);
	else if (s->resync_error)
		snprintf(top->note, sizeof(top->note),
			 "sock_diag: %s: what ended unseen stays counted",
			 strerror(-s->resync_error));
}

int top_open(struct top *top)
{
	const struct tracker_config tracker = {
		.join = true,
		.apart = true,
		.recent = true,
		.record = activity_record,
		.step = activity_step,
		.arg = &top->activity,
	};
	const struct session_config config = {
		.source = top->source,
		.tracker = &tracker,
		.states = SNAPSHOT_ALL_STATES,
		.module_optional = true,
	};
	struct session *session = &top->session;
	int err, status = session_open(session, &config);

	if (!status)
		status = session_begin(session);
	if (status)
		return status;
	err = top->source.file ? 0 : session_catch_up(session);
	if (err)
		return source_failed(&top->source, err);
	top->has_trail = session->trail;
	clock_init(&top->clock, session->origin.realtime_offset_ns, false);
	clock_init(&top->utc, session->origin.realtime_offset_ns, true);
	note(top);
	return CMD_OK;
}

/* Records up to where the clock is. */
static int read_played(struct top *top)
{
	struct top_play *p = &top->play;
	uint64_t now_ns;
	int first;

	while (!p->over) {
		if (p->at == p->count) {
			p->at = 0;
			p->count = tcptrail_read(top->session.trail, &p->batch);
			if (p->count <= 0) {
				p->error = p->count;
				p->over = true;
				p->clock_ns = session_now_ns(&top->session);
				p->wall_ns = 0;
				break;
			}
		}
		if (!p->clock_ns)
			p->clock_ns = p->batch[0].time_ns;
		now_ns = top_now_ns(top);
		for (first = p->at; p->at < p->count && p->batch[p->at].time_ns <= now_ns; p->at++)
			;
		session_feed(&top->session, &p->batch[first], (size_t)(p->at - first));
		if (p->at < p->count)
			break;
	}
	return 0;
}

int top_read(struct top *top)
{
	int err = top->source.file ? read_played(top) : session_step(&top->session);

	note(top);
	return err;
}

uint64_t top_now_ns(const struct top *top)
{
	const struct top_play *p = &top->play;
	uint64_t wall_ns = time_now_ns();
	double passed;

	if (!top->source.file)
		return wall_ns;
	if (!p->wall_ns || wall_ns < p->wall_ns)
		return p->clock_ns;
	/* As a double: at a high speed it may be more than there is time. */
	passed = (double)(wall_ns - p->wall_ns) * (double)p->speed_milli / 1000;
	if (passed > (double)(UINT64_MAX / 2 - p->clock_ns % (UINT64_MAX / 2)))
		return UINT64_MAX / 2;
	return p->clock_ns + (uint64_t)passed;
}

/* A pause in which nothing is recorded is passed over when it is longer than all graphs. */
void top_step(struct top *top)
{
	struct top_play *p = &top->play;
	uint64_t next_ns = p->at < p->count ? p->batch[p->at].time_ns : 0;
	uint64_t longest_ns = HISTORY_MAX * top->interval_ns;

	if (p->over)
		return;
	if (next_ns > p->clock_ns && next_ns - p->clock_ns > longest_ns)
		p->clock_ns = next_ns;
	else if (__builtin_add_overflow(p->clock_ns, top->interval_ns, &p->clock_ns))
		p->clock_ns = UINT64_MAX;
}

void top_run(struct top *top, uint64_t speed_milli)
{
	struct top_play *p = &top->play;

	p->clock_ns = top_now_ns(top);
	p->wall_ns = speed_milli && !p->over ? time_now_ns() : 0;
	if (speed_milli)
		p->speed_milli = speed_milli;
}

void top_to_end(struct top *top)
{
	top->play.clock_ns = UINT64_MAX;
	top->play.wall_ns = 0;
}
