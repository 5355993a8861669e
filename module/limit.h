/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rate limit for records of no connection: SYNs, request sockets, SYN-ACKs,
 * RSTs and whatever else arrives without being known to belong to a socket.
 * Anyone on the network can cause these, and a flood of them must not wash the
 * trail of real connections away.
 *
 * Each CPU has a credit, in records. It grows with time, and each transition
 * of a full socket pays one in: real connections, which make as many
 * transitions as they cause such records, finance themselves at any speed,
 * while a SYN that leads nowhere does not.
 */
#ifndef TCPTRAIL_LIMIT_H
#define TCPTRAIL_LIMIT_H

#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/types.h>

/**
 * struct tcptrail_limit - one CPU's credit
 * @credit: in 1/HZ records, so that a jiffy earns just the rate. A spender that is interrupted
 *	by another may overdraw it by a record
 * @clear: jiffies: when it was last refilled and no loss was left to tell of
 * @refilled: jiffies
 * @marked: jiffies: when the last LOSS record was written
 * @missed: records since then
 * @missed_since: ns, CLOCK_MONOTONIC
 */
struct tcptrail_limit {
	s64 credit;
	unsigned long clear;
	unsigned long refilled;
	unsigned long marked;
	u64 missed;
	u64 missed_since;
};

DECLARE_PER_CPU(struct tcptrail_limit, tcptrail_limits);

/**
 * tcptrail_limit_init() - fill every CPU's credit
 * @rate: records a second and CPU, and at most so many saved up; 0: no limit
 */
void tcptrail_limit_init(unsigned int rate);

bool tcptrail_limit_refill_and_spend(void); /* the seldom part of the next one */

/**
 * tcptrail_limit_allows() - spend one credit
 *
 * If there is none the loss is counted, and a LOSS record tells of it before
 * the next one that is allowed, though not more than once a second. Any
 * context but NMI.
 *
 * Return: true if the record may be written.
 */
static inline bool tcptrail_limit_allows(void)
{
	if (unlikely(this_cpu_read(tcptrail_limits.clear) != jiffies ||
		     this_cpu_read(tcptrail_limits.credit) < HZ))
		return tcptrail_limit_refill_and_spend();
	this_cpu_sub(tcptrail_limits.credit, HZ);
	return true;
}

/** tcptrail_limit_earn() - a full socket made a transition. Any context; refilling keeps the cap. */
static inline void tcptrail_limit_earn(void)
{
	this_cpu_add(tcptrail_limits.credit, HZ);
}

#endif
