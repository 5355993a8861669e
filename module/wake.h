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

extern wait_queue_head_t wake_queue;
extern bool wake_wanted;

void wake_start_timer(void);

/**
 * wake_arm() - a reader is about to sleep on wake_queue
 *
 * It has to look at ring_written() after this, not before.
 */
void wake_arm(void);

/** wake_exit() - nobody writes or sleeps any more. May sleep. */
void wake_exit(void);

/** wake_if_wanted() - a record was written. Any context but NMI. */
static inline void wake_if_wanted(void)
{
	if (unlikely(READ_ONCE(wake_wanted)))
		wake_start_timer();
}

#endif
