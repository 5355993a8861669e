/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What only a walk over all connections tells: who is stuck, who is oldest, how
 * many source ports are in use. The walk is made in slices, so that the trail is
 * read in between; a scrape takes what the last whole walk has found.
 *
 * A connection that moves while a walk is under way may be met before or after.
 */
#ifndef EXPORTER_STUCK_SCAN_H
#define EXPORTER_STUCK_SCAN_H

#include <stdbool.h>

#include "userspace/exporter/groups.h"
#include "userspace/exporter/top_n.h"
#include "userspace/diagnose/port_usage.h"
#include "userspace/conn/tracker.h"

#define STUCK_SCAN_VERDICTS 32
#define STUCK_SCAN_STATES 16

#define STUCK_SCAN_NOBODY UINT64_MAX

/**
 * struct stuck_scan_found - of a walk
 * @stuck: how many by verdict: verdict_name()
 * @since_ns: by enum tcptrail_state: since when the oldest has been there, in the
 *	trail's time; STUCK_SCAN_NOBODY
 * @unaccepted_since_ns: likewise, of those that wait for accept()
 * @unread: bytes not read in CLOSE-WAIT
 * @ports_share: of a namespace's source ports are in use towards one destination
 * @ports: how many source ports that namespace has
 * @at_ns: when it was complete, in the trail's time; 0: never yet
 */
struct stuck_scan_found {
	uint64_t stuck[STUCK_SCAN_VERDICTS];
	uint64_t since_ns[STUCK_SCAN_STATES];
	uint64_t unaccepted_since_ns;
	uint64_t unread;
	double ports_share;
	uint32_t ports;
	uint64_t at_ns;
};

/**
 * struct stuck_scan_config - what a sweep is told
 * @ports: the source ports of a namespace, or NULL: SOURCE_PORTS_DEFAULT
 * @arg: for @ports and @live
 * @live: what the kernel knew of a socket when it was asked last, at *at_ns, NULL for
 *	nothing; or NULL
 * @groups: count sockets here, too, or NULL
 * @worst: and pick those that are stuck the worst, or NULL
 */
struct stuck_scan_config {
	struct source_ports (*ports)(void *arg, uint32_t netns);
	const struct kernel_socket *(*live)(void *arg, uint64_t cookie, uint64_t *at_ns);
	void *arg;
	struct groups *groups;
	struct top_n *worst;
};

struct stuck_scan;

/** stuck_scan_create() - 0 or -ENOMEM; it takes 1 MiB, whatever it finds */
int stuck_scan_create(struct stuck_scan **stuck_scan, const struct stuck_scan_config *config);
void stuck_scan_free(struct stuck_scan *stuck_scan);

/**
 * stuck_scan_on() - another slice
 * @stuck_scan: the walk; a new one begins after the last
 * @tracker: the same every time
 * @now_ns: what time it is by the trail's clock
 * @count: look at so many connections at most
 *
 * Return: true if the walk is complete: stuck_scan_found() has it now
 */
bool stuck_scan_on(struct stuck_scan *stuck_scan, const struct tracker *tracker, uint64_t now_ns,
		   unsigned int count);

/** stuck_scan_found() - of the last whole walk */
const struct stuck_scan_found *stuck_scan_found(const struct stuck_scan *stuck_scan);

/** stuck_scan_requests() - likewise: handshakes that wait */
const struct syn_backlog_count *stuck_scan_requests(const struct stuck_scan *stuck_scan);

/** stuck_scan_next_ns() - until then another walk finds the same, unless a record comes */
uint64_t stuck_scan_next_ns(const struct stuck_scan *stuck_scan);

/** stuck_scan_age_ns() - how long it is since then; 0 for STUCK_SCAN_NOBODY */
static inline uint64_t stuck_scan_age_ns(uint64_t since_ns, uint64_t now_ns)
{
	return since_ns < now_ns ? now_ns - since_ns : 0;
}

#endif
