/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel knows of sockets now and no record tells: timers, queues, bytes that
 * wait. It is asked for again and again, by a thread of its own: a machine may have very
 * many sockets, and the trail wants to be read meanwhile.
 */
#ifndef SESSION_KERNEL_POLL_H
#define SESSION_KERNEL_POLL_H

#include <pthread.h>
#include <stdbool.h>

#include "userspace/conn/tracker.h"
#include "userspace/sockdiag/snapshot.h"

#define KERNEL_POLL_SHARE 50 /* at most one part in so many of a processor's time goes there */

/* Of those that can be stuck; an established one can if nothing moves on it. */
#define KERNEL_POLL_STATES                                                                  \
	((SNAPSHOT_ALL_STATES & ~(1U << TCPTRAIL_ESTABLISHED | 1U << TCPTRAIL_TIME_WAIT)) | \
	 SNAPSHOT_STALLED)

/**
 * struct kernel_poll - all zero at first
 * @snapshot: the newest, without its records
 * @at_ns: when that was begun (CLOCK_MONOTONIC); 0: there is none yet
 * @states: what the next one is about
 * @thread: takes the next one, if @running
 * @running: it does
 * @coming: the thread's own, as are those that follow
 * @begun_ns: when it began
 * @ended_ns: when it was done
 * @error: 0 or -errno
 */
struct kernel_poll {
	struct snapshot snapshot;
	uint64_t at_ns;
	uint32_t states;
	pthread_t thread;
	bool running;
	struct snapshot coming;
	uint64_t begun_ns;
	uint64_t ended_ns;
	int error;
};

/**
 * kernel_poll_ask() - ask anew, if the last time is long enough ago; it does not wait
 * @poll: no answer is under way, or nothing happens
 * @states: of whom, as for snapshot_list()
 * @every_ns: how often
 * @now_ns: CLOCK_MONOTONIC
 */
void kernel_poll_ask(struct kernel_poll *poll, uint32_t states, uint64_t every_ns, uint64_t now_ns);

/** kernel_poll_collect() - use the answer. Return: it was there */
bool kernel_poll_collect(struct kernel_poll *poll, struct tracker *tracker);

/** kernel_poll_forget() - nobody is left to ask about: that is the answer as of @now_ns */
void kernel_poll_forget(struct kernel_poll *poll, uint64_t now_ns);

/** kernel_poll_free() - waits for the thread */
void kernel_poll_free(struct kernel_poll *poll);

#endif
