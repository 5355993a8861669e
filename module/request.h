/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between the request and the state hooks: how a request that became a connection is told
 * from one that was dropped.
 */
#ifndef TCPTRAIL_REQUEST_H
#define TCPTRAIL_REQUEST_H

#include <linux/percpu.h>

DECLARE_PER_CPU(bool, tcptrail_request_child_born);

/**
 * tcptrail_request_saw_child() - remember whether a child has just been cloned
 * @born: LISTEN to SYN_RECV; false: it goes on from SYN_RECV
 *
 * The kernel clones the child (LISTEN to SYN_RECV), puts it in its request's
 * place, drops the request and goes on with the child, all on one CPU with
 * softirqs off. So the request that is dropped while this is set, and is not
 * hashed any more, has become a connection.
 *
 * A Fast Open child has no request that is dropped, and leaves this set: a
 * request that is dropped later, for some other reason, is still hashed.
 */
static inline void tcptrail_request_saw_child(bool born)
{
	this_cpu_write(tcptrail_request_child_born, born);
}

#endif
