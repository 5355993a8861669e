/* SPDX-License-Identifier: GPL-2.0 */
/* Records, and what the outputs make of them, for tests. */
#ifndef TCPTRAIL_OUT_TOOLS_H
#define TCPTRAIL_OUT_TOOLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sys/socket.h>

#include "userspace/base/address.h"
#include "userspace/base/buf.h"

#define NETNS 4026531840U

/** ipv4() - set an address, a.b.c.d in hexadecimal */
static inline void ipv4(uint8_t address[16], uint32_t a)
{
	memset(address, 0, 16);
	address[10] = 0xff;
	address[11] = 0xff;
	for (unsigned int i = 0; i < 4; i++)
		address[12 + i] = (uint8_t)(a >> (24 - 8 * i));
}

/** make_record() - 10.0.0.1:80 and 10.0.0.2:41234, one second after the start of time */
static inline struct tcptrail_record make_record(uint8_t kind)
{
	struct tcptrail_record r = {
		.seq = 7,
		.time_ns = 1000000000,
		.cookie = 99,
		.netns = NETNS,
		.cpu = 3,
		.kind = kind,
		.family = AF_INET,
		.lport = 80,
		.rport = 41234,
	};

	ipv4(r.laddr, 0x0a000001);
	ipv4(r.raddr, 0x0a000002);
	return r;
}

static inline struct tcptrail_record make_transition(uint8_t kind, uint8_t old_state,
						     uint8_t new_state)
{
	struct tcptrail_record r = make_record(kind);

	r.transition.old_state = old_state;
	r.transition.new_state = new_state;
	return r;
}

static inline void set_task(struct tcptrail_record *r, uint32_t pid, const char *comm)
{
	size_t len = strlen(comm);

	r->flags |= TCPTRAIL_F_TASK;
	r->transition.pid = pid;
	memcpy(r->transition.comm, comm, len < 16 ? len : 16);
}

/** assert_put() - compare what a put_ function left between @start and @end */
#define assert_put(start, end, text)              \
	do {                                      \
		*(end) = '\0';                    \
		assert_string_equal(start, text); \
	} while (0)

#endif
