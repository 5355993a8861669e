// SPDX-License-Identifier: GPL-2.0
/* What tcptrail top shows is read here: a device, a file that is played, or snapshots only. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "userspace/session/follow.h"
#include "userspace/base/time.h"
#include "userspace/top/top.h"

/* So many records at a time: then the keys have their turn. */
#define READ_MAX (1 << 18)

static int make_model(struct top *top)
{
	const struct tracker_config config = {
		.record = activity_record,
		.step = activity_step,
		.arg = &top->activity,
	};

	return tracker_create(&top->tracker, &config);
}

static void feed(struct top *top, const struct tcptrail_record *records, size_t count)
{
	if (top->resync.under_way)
		feed_records(&top->resync.feed, records, count);
	else
		tracker_feed(top->tracker, records, count);
}

static int take(void *context, const struct tcptrail_record *records, int count)
{
	feed(context, records, (size_t)count);
	return 0;
}

static int idle(void *context)
{
	return 0;
}

/* All that was recorded up to now. */
static int read_once(struct top *top)
{
	const struct follow f = {
		.trail = top->trail,
		.once = true,
		.take = take,
		.idle = idle,
		.context = top,
	};
	int err = follow(&f);

	return err ? source_failed(&top->source, err) : CMD_OK;
}

/* A model of nothing but what exists now. */
static int read_snapshot(struct top *top)
{
	size_t unseen;
	int err;

	tracker_free(top->tracker);
	top->tracker = NULL;
	err = make_model(top);
	if (!err)
		err = resync_begin(&top->resync, top->tracker, 0);
	if (err)
		return err;
	unseen = feed_unseen(&top->resync.feed);
	resync_end(&top->resync);
	if (unseen)
		snprintf(top->view.note, sizeof(top->view.note),
			 "no module: no rates; %zu namespaces not seen: run it as root", unseen);
	return 0;
}

static int open_snapshots(struct top *top, int err)
{
	static const char note[] = "the module is not loaded: no rates, no times";

	if (err == -ENOENT || err == -ENXIO || err == -ENODEV) {
		cmd_note("%s, ages are only known to be at least so long (modprobe tcptrail)",
			 note);
		strcpy(top->view.note, note);
	} else {
		cmd_note("%s: %s: no rates, no times, ages are only known to be at least so long",
			 TCPTRAIL_DEVICE, strerror(-err));
		snprintf(top->view.note, sizeof(top->view.note), "%s: %s: no rates, no times",
			 TCPTRAIL_DEVICE, strerror(-err));
	}
	err = read_snapshot(top);
	return err ? cmd_fail("sock_diag: %s", strerror(-err)) : CMD_OK;
}

/* History, then what exists, then what came meanwhile. */
static int open_live(struct top *top)
{
	int err = tcptrail_open_device(&top->trail,
				       top->source.device ? top->source.device : TCPTRAIL_DEVICE,
				       TCPTRAIL_FROM_HISTORY);
	int status;

	if (err && top->source.device)
		return source_open(&top->source, &top->trail);
	if (err)
		return open_snapshots(top, err);
	top->view.rates = true;
	status = read_once(top);
	if (status)
		return status;
	err = resync_begin(&top->resync, top->tracker, tracker_stats(top->tracker)->lost);
	if (err)
		return cmd_fail("sock_diag: %s", strerror(-err));
	feed_tell_unseen(&top->resync.feed);
	status = read_once(top);
	resync_end(&top->resync);
	return status;
}

static void name_source(struct top *top)
{
	const struct tcptrail_origin *origin = top->trail ? tcptrail_origin(top->trail) : NULL;
	struct tcptrail_origin here = { 0 };

	if (!origin) {
		tcptrail_origin_here(&here);
		origin = &here;
	}
	memcpy(top->view.host, origin->hostname, sizeof(top->view.host));
	clock_init(&top->clock, origin->realtime_offset_ns, false);
	clock_init(&top->utc, origin->realtime_offset_ns, true);
	snprintf(top->view.source, sizeof(top->view.source), "%s",
		 top->source.file ? top->source.file :
		 top->trail	  ? "live" :
				    "no module");
	top->home_netns = origin->netns;
}

int top_open(struct top *top)
{
	int err = make_model(top);
	int status;

	if (err)
		return cmd_fail("%s", strerror(-err));
	status = top->source.file ? source_open(&top->source, &top->trail) : open_live(top);
	if (status)
		return status;
	if (top->source.file)
		top->view.rates = true;
	top->view.interval_ns = top->interval_ns;
	name_source(top);
	return CMD_OK;
}

/* All that was recorded before @now_ns has been read. */
static void look_again(struct top *top, uint64_t now_ns)
{
	uint64_t lost = tracker_stats(top->tracker)->lost;
	int err;

	if (resync_is_over(&top->resync, now_ns)) {
		resync_end(&top->resync);
	} else if (resync_is_due(&top->resync, lost, now_ns)) {
		err = resync_begin(&top->resync, top->tracker, lost);
		if (err)
			snprintf(top->view.note, sizeof(top->view.note),
				 "sock_diag: %s: what ended unseen stays counted", strerror(-err));
	}
}

static int read_live(struct top *top)
{
	const struct tcptrail_record *records;
	uint64_t now_ns;
	int n, sum = 0;

	while (sum < READ_MAX) {
		now_ns = time_now_ns();
		n = tcptrail_read(top->trail, &records);
		if (n == -EINTR)
			continue;
		if (n < 0)
			return n;
		if (!n) {
			look_again(top, now_ns);
			return 0;
		}
		feed(top, records, (size_t)n);
		sum += n;
	}
	return 0;
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
			p->count = tcptrail_read(top->trail, &p->batch);
			if (p->count <= 0) {
				p->error = p->count;
				p->over = true;
				p->clock_ns = tracker_stats(top->tracker)->newest_ns;
				p->wall_ns = 0;
				break;
			}
		}
		if (!p->clock_ns)
			p->clock_ns = p->batch[0].time_ns;
		now_ns = top_now_ns(top);
		for (first = p->at; p->at < p->count && p->batch[p->at].time_ns <= now_ns; p->at++)
			;
		feed(top, &p->batch[first], (size_t)(p->at - first));
		if (p->at < p->count)
			break;
	}
	return 0;
}

int top_read(struct top *top)
{
	return top->source.file ? read_played(top) :
	       top->trail	? read_live(top) :
				  read_snapshot(top);
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

void top_close(struct top *top)
{
	resync_free(&top->resync);
	tracker_free(top->tracker);
	tcptrail_close(top->trail);
	kernel_poll_free(&top->facts);
	owners_free(&top->owners);
	free(top->leaks);
	view_free(&top->view);
	ui_free(&top->look);
	grid_free(&top->grid);
}
