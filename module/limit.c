// SPDX-License-Identifier: GPL-2.0
/*
 * The rate limit for records of segments and requests that belong to no connection.
 *
 * A credit for each CPU: `rate` records a second, saved up for a second at most; a real
 * socket's transition earns one more (limit.h). A record that finds no credit is not
 * written but counted; a LOSS record, at most one a second, tells how many those were.
 */
#include <linux/irqflags.h>
#include <linux/minmax.h>
#include <linux/ktime.h>

#include "limit.h"
#include "record.h"
#include "ring.h"

DEFINE_PER_CPU(struct tcptrail_limit, tcptrail_limits);
static s64 rate;

void tcptrail_limit_init(unsigned int per_second)
{
	unsigned int cpu;

	rate = per_second;
	for_each_possible_cpu(cpu) {
		struct tcptrail_limit *limit = &per_cpu(tcptrail_limits, cpu);

		limit->credit = rate * HZ;
		limit->refilled = jiffies;
		limit->clear = jiffies - 1;
		limit->marked = jiffies - HZ;
	}
}

static void mark_loss(struct tcptrail_limit *limit)
{
	tcptrail_record_loss(TCPTRAIL_LOSS_LIMITED, limit->missed, limit->missed_since);
	limit->missed = 0;
	limit->marked = jiffies;
}

static bool spend(struct tcptrail_limit *limit)
{
	unsigned long now = jiffies;

	limit->credit = min_t(s64, limit->credit + (now - limit->refilled) * rate, rate * HZ);
	limit->refilled = now;
	if (limit->credit < HZ)
		return false;
	limit->credit -= HZ;
	return true;
}

static void miss(struct tcptrail_limit *limit)
{
	struct tcptrail_ring *shared = __this_cpu_read(tcptrail_ring.shared);

	if (!limit->missed++)
		limit->missed_since = ktime_get_mono_fast_ns();
	if (shared)
		WRITE_ONCE(shared->limited, shared->limited + 1);
}

/* Once a jiffy, and while there is no credit or a loss to tell of. */
bool tcptrail_limit_refill_and_spend(void)
{
	struct tcptrail_limit *limit;
	unsigned long irq;
	bool allowed;

	if (!rate)
		return true;

	local_irq_save(irq);
	limit = this_cpu_ptr(&tcptrail_limits);
	allowed = spend(limit);
	if (!allowed)
		miss(limit);
	else if (unlikely(limit->missed) && time_after_eq(jiffies, limit->marked + HZ))
		mark_loss(limit);
	limit->clear = limit->missed ? jiffies - 1 : limit->refilled;
	local_irq_restore(irq);
	return allowed;
}
