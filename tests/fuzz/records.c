// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fuzz.h"
#include "userspace/base/array.h"

#define RECORD_BYTES 8 /* of the input, for one record that is put together here */

/* Names that any process may give itself. */
static const char *const comms[] = {
	"nginx",
	"a b",
	"\033[31mred",
	"\"},{\"a\":1",
	"<b>&amp;'\"",
	"line\nbreak",
	"\xc3\xa9t\xc3\xa9",
	"\xff\xfe\xc3",
	"\x9b"
	"31m",
	"\xc2\x9b"
	"31m",
	"16 bytes of it!",
	"\xe2\x80\xae"
	"rtl",
	"%s%n%x",
	"]]>-->",
	"\t\r\v",
	"",
};

static const uint8_t kinds[] = {
	TCPTRAIL_SOCKET, TCPTRAIL_SOCKET,  TCPTRAIL_REQUEST, TCPTRAIL_TIMEWAIT,
	TCPTRAIL_ACCEPT, TCPTRAIL_SEGMENT, TCPTRAIL_SEGMENT, TCPTRAIL_SNAPSHOT,
};

static const uint8_t tcp_flags[] = {
	TCPTRAIL_SYN, TCPTRAIL_SYN | TCPTRAIL_ACK, TCPTRAIL_ACK, TCPTRAIL_FIN | TCPTRAIL_ACK,
	TCPTRAIL_RST, TCPTRAIL_RST | TCPTRAIL_ACK, TCPTRAIL_FIN, TCPTRAIL_SYN | TCPTRAIL_FIN,
};

/* Two hosts, each in a namespace of its own, one connection or a few of them. */
static void set_ends(struct tcptrail_record *r, uint8_t b)
{
	unsigned int side = b & 1, i;

	r->family = b & 2 ? AF_INET6 : AF_INET;
	for (i = 0; i < 2; i++) {
		uint8_t *address = i ? r->raddr : r->laddr;

		if (r->family == AF_INET)
			memset(address + 10, 0xff, 2);
		address[15] = (uint8_t)(1 + (i ^ side) + (b & 4));
	}
	r->lport = side ? 80 : 40000 + (b >> 3 & 1);
	r->rport = side ? 40000 + (b >> 3 & 1) : 80;
	r->netns = b & 16 ? 1 : 1 + side;
	r->cookie = b & 32 ? 0 : 100 + side + (b >> 6);
}

static void set_transition(struct tcptrail_record *r, const uint8_t *b)
{
	struct tcptrail_transition *t = &r->transition;
	const char *comm = comms[b[5] % ARRAY_SIZE(comms)];

	t->old_state = b[3] & 15;
	t->new_state = b[3] >> 4;
	t->reason = b[4] & 15;
	t->retransmits = b[4] >> 4;
	if (b[5] & 128) {
		r->flags |= TCPTRAIL_F_TASK;
		t->pid = b[5] >> 4;
		memcpy(t->comm, comm, strnlen(comm, sizeof(t->comm)));
	}
	t->inode = b[6] & 3;
	t->unread = b[6] >> 2 & 3;
	t->unacked = b[6] >> 4 & 3;
	t->error = b[6] >> 6 ? b[7] : 0;
	if (!(b[6] & 0xc0))
		r->flags |= (uint16_t)(b[7] << 1 & ~TCPTRAIL_F_TASK);
}

static void set_segment(struct tcptrail_record *r, const uint8_t *b)
{
	r->segment.direction = b[3] & 1;
	r->segment.tcp_flags = b[3] & 16 ? b[4] : tcp_flags[b[3] >> 1 & 7];
	r->segment.seq = b[5] & 128 ? 0xffffff00U + b[5] : b[5];
	r->segment.ack = b[6] & 128 ? 0xffffff00U + b[6] : b[6];
	r->segment.len = b[3] & 32 ? (uint32_t)b[7] << (b[7] & 31) : b[7] & 1;
	if (r->segment.direction == TCPTRAIL_IN)
		r->cookie = 0;
}

static void make(struct tcptrail_record *r, const uint8_t *b, uint64_t *time_ns)
{
	uint64_t step_ns = (uint64_t)(b[2] & 7) << (b[2] >> 3 & 15) * 3;

	*time_ns += b[2] & 128 ? -step_ns : step_ns;
	r->time_ns = *time_ns;
	r->cpu = b[0] >> 7;
	r->kind = kinds[b[0] & 7];
	set_ends(r, b[1]);
	if (b[0] & 8 && b[0] & 16 && b[0] & 32) {
		r->kind = b[0] & 64 ? b[4] : TCPTRAIL_LOSS;
		r->loss.cause = b[3];
		r->loss.count = b[5];
	} else if (r->kind == TCPTRAIL_SEGMENT) {
		set_segment(r, b);
	} else {
		set_transition(r, b);
		if (r->kind == TCPTRAIL_SNAPSHOT && !(r->flags & TCPTRAIL_F_TASK))
			record_set_min_age_ns(r, step_ns * b[4]);
	}
}

struct tcptrail_record *fuzz_records(const uint8_t *data, size_t size, size_t *count)
{
	size_t bytes = size && *data & 1 ? RECORD_BYTES : sizeof(struct tcptrail_record);
	struct tcptrail_record *records;
	uint64_t time_ns = 1000000000;
	size_t i;

	*count = size ? (size - 1) / bytes : 0;
	records = calloc(*count + 1, sizeof(*records));
	if (!records)
		abort();
	for (i = 0; i < *count; i++) {
		if (bytes == RECORD_BYTES)
			make(&records[i], data + 1 + i * bytes, &time_ns);
		else
			memcpy(&records[i], data + 1 + i * bytes, bytes);
	}
	return records;
}
