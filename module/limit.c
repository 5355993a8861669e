// SPDX-License-Identifier: GPL-2.0
/*
 * The rate limit for records of segments and requests that belong to no connection.
 *
 * A credit for each CPU: `rate` records a second, saved up for a second at most; a real
 * socket's transition earns one more (limit.h). A record that finds no credit is not
 * written but counted; a LOSS record, at most one a second, tells how many those were.
 */
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/ktime.h>

#include "limit.h"
#include "record.h"
#include "ring.h"

/*
 * Credit is kept in 1/HZ records, so that a jiffy earns just `rate`.
 */
struct limit {
	u64 credit;
	unsigned long refilled; /* jiffies */
	unsigned long marked; /* jiffies: when the last LOSS record was written */
	u64 missed; /* since then */
	u64 missed_since; /* ns, CLOCK_MONOTONIC */
};

static DEFINE_PER_CPU(struct limit, limits);
static u64 rate;

void tcptrail_limit_init(unsigned int per_second)
{
	unsigned int cpu;

	rate = per_second;
	for_each_possible_cpu(cpu) {
		struct limit *limit = &per_cpu(limits, cpu);

		limit->credit = rate * HZ;
		limit->refilled = jiffies;
		limit->marked = jiffies - HZ;
	}
}

static void mark_loss(struct limit *limit)
{
	tcptrail_record_loss(TCPTRAIL_LOSS_LIMITED, limit->missed, limit->missed_since);
	limit->missed = 0;
	limit->marked = jiffies;
}

static bool spend(struct limit *limit)
{
	unsigned long now = jiffies;

	limit->credit = min(limit->credit + (now - limit->refilled) * rate, rate * HZ);
	limit->refilled = now;
	if (limit->credit < HZ)
		return false;
	limit->credit -= HZ;
	return true;
}

static void miss(struct limit *limit)
{
	struct tcptrail_ring *shared = __this_cpu_read(tcptrail_ring.shared);

	if (!limit->missed++)
		limit->missed_since = ktime_get_mono_fast_ns();
	if (shared)
		WRITE_ONCE(shared->limited, shared->limited + 1);
}

bool tcptrail_limit_allows(void)
{
	struct limit *limit;
	unsigned long irq;
	bool allowed;

	if (!rate)
		return true;

	local_irq_save(irq);
	limit = this_cpu_ptr(&limits);
	allowed = spend(limit);
	if (!allowed)
		miss(limit);
	else if (unlikely(limit->missed) && time_after_eq(jiffies, limit->marked + HZ))
		mark_loss(limit);
	local_irq_restore(irq);
	return allowed;
}

/* spend() keeps to the cap. */
void tcptrail_limit_earn(void)
{
	this_cpu_add(limits.credit, HZ);
}
