/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Wakes readers that sleep in poll() or read(), in batches: the first record
 * after a reader went to sleep starts a timer, and the timer wakes all. While
 * nobody sleeps, or nothing happens, this costs a load and a branch a record.
 */
#ifndef TCPTRAIL_WAKE_H
#define TCPTRAIL_WAKE_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/wait.h>

extern wait_queue_head_t tcptrail_wake_queue;
extern bool tcptrail_wake_wanted;

void tcptrail_wake_start_timer(void);

/**
 * tcptrail_wake_arm() - a reader is about to sleep on tcptrail_wake_queue
 *
 * It has to look at tcptrail_ring_written() after this, not before.
 */
void tcptrail_wake_arm(void);

/** tcptrail_wake_exit() - nobody writes or sleeps any more. May sleep. */
void tcptrail_wake_exit(void);

/** tcptrail_wake_if_wanted() - a record was written. Any context but NMI. */
static inline void tcptrail_wake_if_wanted(void)
{
	if (unlikely(READ_ONCE(tcptrail_wake_wanted)))
		tcptrail_wake_start_timer();
}

#endif
