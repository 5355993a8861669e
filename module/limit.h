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

#include <linux/types.h>

/**
 * tcptrail_limit_init() - fill every CPU's credit
 * @rate: records a second and CPU, and at most so many saved up; 0: no limit
 */
void tcptrail_limit_init(unsigned int rate);

/**
 * tcptrail_limit_allows() - spend one credit
 *
 * If there is none the loss is counted, and a LOSS record tells of it before
 * the next one that is allowed, though not more than once a second. Any
 * context but NMI.
 *
 * Return: true if the record may be written.
 */
bool tcptrail_limit_allows(void);

/** tcptrail_limit_earn() - a full socket made a transition. Any context. */
void tcptrail_limit_earn(void);

#endif
