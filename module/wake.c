// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/timer.h>

#include "compat.h"
#include "ring.h"
#include "wake.h"

#define BATCH (HZ / 20) /* 50 ms */

static void wake_all(struct timer_list *unused);

DECLARE_WAIT_QUEUE_HEAD(wake_queue);
bool wake_wanted __read_mostly;

static DEFINE_TIMER(timer, wake_all);
static u64 woken_at; /* ring_written() when the timer last woke someone; its own */

static void wake_all(struct timer_list *unused)
{
	u64 written = ring_written();

	if (written == woken_at)
		return;
	woken_at = written;
	wake_up_interruptible_all(&wake_queue);
}

void wake_start_timer(void)
{
	WRITE_ONCE(wake_wanted, false);
	mod_timer(&timer, jiffies + BATCH);
}

/*
 * A writer stores its head and then loads wake_wanted; we store wake_wanted
 * and then load the heads. Without a full barrier in the writer, which the hot
 * path shall not pay, both may miss each other. So the timer runs once here
 * too: long before it fires the head is visible.
 */
void wake_arm(void)
{
	if (READ_ONCE(wake_wanted))
		return;
	WRITE_ONCE(wake_wanted, true);
	smp_mb(); /* wake_wanted before the caller's look at the heads */
	mod_timer(&timer, jiffies + BATCH);
}

void wake_exit(void)
{
	timer_delete_sync(&timer);
}
