/* SPDX-License-Identifier: GPL-2.0 */
/* The exporter's numbers, and their text: see tcptrail-metrics(5). */
#ifndef EXPORTER_METRICS_H
#define EXPORTER_METRICS_H

#include <stdbool.h>

#include "userspace/exporter/groups.h"
#include "userspace/diagnose/stuck.h"
#include "userspace/conn/counters.h"
#include "userspace/base/buf.h"

/** enum metrics_lost - causes that are told apart */
enum metrics_lost {
	METRICS_OVERWRITTEN = 0,
	METRICS_LIMITED,
	METRICS_NO_RING,
	METRICS_LOST,
};

/**
 * struct metrics - a copy of all that a scrape tells: nothing in it moves
 * @counters: the model's
 * @records: read
 * @evicted: connections that the model had no room for
 * @tracked: connections in the model
 * @tracked_limit: and how many there is room for
 * @found: the last scan's
 * @now_ns: when this copy was made, in the trail's time
 * @scan_age_ns: how old @found is; 0 while another scan would find the same
 * @lost: records, by enum metrics_lost
 * @snapshot_incomplete: namespaces that were not listed
 * @hooks: as in struct tcptrail_info
 * @features: likewise
 * @up: the trail is read, and without delay
 * @time_wait_limit: net.ipv4.tcp_max_tw_buckets
 * @version: the program's
 * @release: kernel
 * @groups: a copy; the label of what was not asked for is NULL
 */
struct metrics {
	struct counters counters;
	uint64_t records;
	uint64_t evicted;
	uint32_t tracked;
	uint32_t tracked_limit;
	struct stuck_gauges found;
	uint64_t now_ns;
	uint64_t scan_age_ns;
	uint64_t lost[METRICS_LOST];
	uint64_t snapshot_incomplete;
	int32_t hooks[TCPTRAIL_MAX_HOOKS];
	uint64_t features;
	bool up;
	uint64_t time_wait_limit;
	const char *version;
	char release[65];
	struct group_set groups[GROUPS_KINDS];
};

/**
 * metrics_text() - the whole text
 * @out: appended to
 * @metrics: the numbers
 * @openmetrics: OpenMetrics 1.0 rather than text 0.0.4
 * @begun_ns: when the scrape began (CLOCK_MONOTONIC), for its duration
 */
void metrics_text(struct buf *out, const struct metrics *metrics, bool openmetrics,
		  uint64_t begun_ns);

/** metrics_free() - the copies of groups */
void metrics_free(struct metrics *metrics);

#endif
