/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What only a walk over all connections tells: who is stuck, who is oldest, how
 * many source ports are in use. The walk is made in slices, so that the trail is
 * read in between; a scrape takes what the last whole walk has found.
 *
 * A connection that moves while a walk is under way may be met before or after.
 */
#ifndef EXPORT_SWEEP_H
#define EXPORT_SWEEP_H

#include <stdbool.h>

#include "userspace/export/groups.h"
#include "userspace/export/worst.h"
#include "userspace/model/churn.h"
#include "userspace/model/model.h"

#define SWEEP_VERDICTS 32
#define SWEEP_STATES 16

#define SWEEP_NOBODY UINT64_MAX

/**
 * struct sweep_found - of a walk
 * @stuck: how many by verdict: verdict_name()
 * @since_ns: by enum tcptrail_state: since when the oldest has been there, in the
 *	trail's time; SWEEP_NOBODY
 * @unaccepted_since_ns: likewise, of those that wait for accept()
 * @unread: bytes not read in CLOSE-WAIT
 * @ports_share: of a namespace's source ports are in use towards one destination
 * @ports: how many source ports that namespace has
 * @at_ns: when it was complete, in the trail's time; 0: never yet
 */
struct sweep_found {
	uint64_t stuck[SWEEP_VERDICTS];
	uint64_t since_ns[SWEEP_STATES];
	uint64_t unaccepted_since_ns;
	uint64_t unread;
	double ports_share;
	uint32_t ports;
	uint64_t at_ns;
};

/**
 * struct sweep_config - what a sweep is told
 * @ports: the source ports of a namespace, or NULL: CHURN_PORTS_DEFAULT
 * @arg: for @ports and @live
 * @live: what the kernel knew of a socket when it was asked last, at *at_ns, NULL for
 *	nothing; or NULL
 * @groups: count sockets here, too, or NULL
 * @worst: and pick those that are stuck the worst, or NULL
 */
struct sweep_config {
	struct churn_ports (*ports)(void *arg, uint32_t netns);
	const struct live *(*live)(void *arg, uint64_t cookie, uint64_t *at_ns);
	void *arg;
	struct groups *groups;
	struct worst *worst;
};

struct sweep;

/** sweep_create() - 0 or -ENOMEM; it takes 1 MiB, whatever it finds */
int sweep_create(struct sweep **sweep, const struct sweep_config *config);
void sweep_free(struct sweep *sweep);

/**
 * sweep_on() - another slice
 * @sweep: the walk; a new one begins after the last
 * @model: the same every time
 * @now_ns: what time it is by the trail's clock
 * @count: look at so many connections at most
 *
 * Return: true if the walk is complete: sweep_found() has it now
 */
bool sweep_on(struct sweep *sweep, const struct model *model, uint64_t now_ns, unsigned int count);

/** sweep_found() - of the last whole walk */
const struct sweep_found *sweep_found(const struct sweep *sweep);

/** sweep_requests() - likewise: handshakes that wait */
const struct requests_tally *sweep_requests(const struct sweep *sweep);

/** sweep_next_ns() - until then another walk finds the same, unless a record comes */
uint64_t sweep_next_ns(const struct sweep *sweep);

/** sweep_age_ns() - how long it is since then; 0 for SWEEP_NOBODY */
static inline uint64_t sweep_age_ns(uint64_t since_ns, uint64_t now_ns)
{
	return since_ns < now_ns ? now_ns - since_ns : 0;
}

#endif
