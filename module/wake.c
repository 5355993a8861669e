// SPDX-License-Identifier: GPL-2.0
/*
 * Wakes the readers that sleep in poll() or read(), from a timer, at most every 50 ms.
 *
 * A writer cannot wake anybody: it may hold any lock. It only starts the timer, and only if a
 * reader has armed it. So a record costs one test of a flag while nobody sleeps, and a flood
 * of records costs 20 wakeups a second.
 */
#include <linux/jiffies.h>
#include <linux/timer.h>

#include "compat.h"
#include "ring.h"
#include "wake.h"

#define BATCH (HZ / 20) /* 50 ms */

static void wake_all(struct timer_list *unused);

DECLARE_WAIT_QUEUE_HEAD(tcptrail_wake_queue);
bool tcptrail_wake_wanted __read_mostly;

static DEFINE_TIMER(timer, wake_all);
static u64 woken_at; /* tcptrail_ring_written() when the timer last woke someone; its own */
static unsigned long armed_at; /* jiffies */

/*
 * Only ever sooner: many readers and writers come by here, and if each put the
 * timer off it might never run. The barrier pairs with that of wake_all(): it
 * sees what was stored before, or we see that it is not pending any more.
 */
static void start_timer(void)
{
	smp_mb();
	timer_reduce(&timer, jiffies + BATCH);
}

void tcptrail_wake_start_timer(void)
{
	WRITE_ONCE(tcptrail_wake_wanted, false);
	start_timer();
}

/*
 * A writer stores its head and then loads tcptrail_wake_wanted; we store tcptrail_wake_wanted
 * and then the caller loads the heads. Without a full barrier in the writer,
 * which the hot path shall not pay, both may miss each other. So the timer runs
 * once for us too, BATCH from now: long before that the head is visible.
 */
void tcptrail_wake_arm(void)
{
	if (READ_ONCE(tcptrail_wake_wanted))
		return;
	WRITE_ONCE(armed_at, jiffies);
	WRITE_ONCE(tcptrail_wake_wanted, true);
	start_timer();
}

static void wake_all(struct timer_list *unused)
{
	unsigned long due;
	u64 written;

	smp_mb(); /* pairs with start_timer() */
	due = READ_ONCE(armed_at) + BATCH;
	if (time_after(due, jiffies)) /* it was pending when someone armed */
		timer_reduce(&timer, due);

	written = tcptrail_ring_written();
	if (written != woken_at) {
		woken_at = written;
		wake_up_interruptible_all(&tcptrail_wake_queue);
	} else if (!READ_ONCE(tcptrail_wake_wanted)) {
		/*
		 * A writer that was interrupted after its record has cleared
		 * tcptrail_wake_wanted late: we had told of that record, and the readers
		 * were back asleep.
		 */
		tcptrail_wake_arm();
	}
}

void tcptrail_wake_exit(void)
{
	timer_delete_sync(&timer);
}
