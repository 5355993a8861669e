// SPDX-License-Identifier: GPL-2.0
/*
 * What device and file share: the calls of tcptrail.h go through a table of functions, and
 * where a trail was recorded (host, kernel, offset between the clocks).
 */
#include "userspace/trail/trail.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "userspace/base/time.h"

/*
 * The clocks are read one after the other, and something may come between: the
 * try in which least time has passed is the best one.
 */
static int64_t realtime_offset(void)
{
	int64_t best_gap = INT64_MAX;
	int64_t offset = 0;

	for (int i = 0; i < 5; i++) {
		int64_t before = (int64_t)time_now_ns();
		int64_t realtime = (int64_t)time_read_ns(CLOCK_REALTIME);
		int64_t gap = (int64_t)time_now_ns() - before;

		if (gap >= best_gap)
			continue;
		best_gap = gap;
		offset = realtime - (before + gap / 2);
	}
	return offset;
}

void tcptrail_origin_here(struct tcptrail_origin *origin)
{
	struct utsname name = { 0 };
	struct stat st;

	uname(&name);
	origin->netns = stat("/proc/self/ns/net", &st) ? 0 : (uint32_t)st.st_ino;
	origin->realtime_offset_ns = realtime_offset();
	snprintf(origin->hostname, sizeof(origin->hostname), "%s", name.nodename);
	snprintf(origin->release, sizeof(origin->release), "%s", name.release);
}

int tcptrail_read(struct tcptrail *trail, const struct tcptrail_record **batch)
{
	return trail->source->read(trail, batch);
}

int tcptrail_wait(struct tcptrail *trail, int timeout_ms)
{
	return trail->source->wait(trail, timeout_ms);
}

int tcptrail_fd(const struct tcptrail *trail)
{
	return trail->source->live ? trail->fd : -1;
}

bool tcptrail_is_live(const struct tcptrail *trail)
{
	return trail->source->live;
}

int tcptrail_get_info(struct tcptrail *trail, struct tcptrail_info *info)
{
	if (trail->source->get_info)
		return trail->source->get_info(trail, info);
	*info = trail->info;
	return 0;
}

const struct tcptrail_origin *tcptrail_origin(const struct tcptrail *trail)
{
	return &trail->origin;
}

int tcptrail_count(struct tcptrail *trail, unsigned int cpu, struct tcptrail_count *count)
{
	return trail->source->count ? trail->source->count(trail, cpu, count) : -ENOTSUP;
}

void tcptrail_close(struct tcptrail *trail)
{
	if (trail)
		trail->source->close(trail);
}
