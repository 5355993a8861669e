// SPDX-License-Identifier: GPL-2.0
#include "generate.h"

#include <string.h>
#include <sys/socket.h>

/* One end's life, a server's, as the module records it. */
static const struct {
	uint8_t kind;
	uint8_t old_state; /* or direction */
	uint8_t new_state; /* or TCP flags */
	uint8_t reason;
} steps[GENERATE_STEPS] = {
	{ TCPTRAIL_SEGMENT, TCPTRAIL_IN, TCPTRAIL_SYN, 0 },
	{ TCPTRAIL_REQUEST, TCPTRAIL_CLOSE, TCPTRAIL_NEW_SYN_RECV, 0 },
	{ TCPTRAIL_SEGMENT, TCPTRAIL_OUT, TCPTRAIL_SYN | TCPTRAIL_ACK, 0 },
	{ TCPTRAIL_SOCKET, TCPTRAIL_LISTEN, TCPTRAIL_SYN_RECV, 0 },
	{ TCPTRAIL_REQUEST, TCPTRAIL_NEW_SYN_RECV, TCPTRAIL_CLOSE, TCPTRAIL_REASON_ESTABLISHED },
	{ TCPTRAIL_SOCKET, TCPTRAIL_SYN_RECV, TCPTRAIL_ESTABLISHED, 0 },
	{ TCPTRAIL_ACCEPT, TCPTRAIL_ESTABLISHED, TCPTRAIL_ESTABLISHED, 0 },
	{ TCPTRAIL_SEGMENT, TCPTRAIL_IN, TCPTRAIL_FIN | TCPTRAIL_ACK, 0 },
	{ TCPTRAIL_SOCKET, TCPTRAIL_ESTABLISHED, TCPTRAIL_CLOSE_WAIT, 0 },
	{ TCPTRAIL_SOCKET, TCPTRAIL_CLOSE_WAIT, TCPTRAIL_LAST_ACK, 0 },
	{ TCPTRAIL_SEGMENT, TCPTRAIL_OUT, TCPTRAIL_FIN | TCPTRAIL_ACK, 0 },
	{ TCPTRAIL_SOCKET, TCPTRAIL_LAST_ACK, TCPTRAIL_CLOSE, 0 },
};

static void put_addresses(struct tcptrail_record *r, uint64_t connection)
{
	uint32_t host = (uint32_t)(connection / 60000);

	r->family = AF_INET;
	memcpy(r->laddr, (uint8_t[16]){ [10] = 255, 255, 10, 0, 0, 1 }, 16);
	memcpy(r->raddr, (uint8_t[16]){ [10] = 255, 255, 10, 1, 0, 0 }, 16);
	r->raddr[14] = (uint8_t)(host >> 8);
	r->raddr[15] = (uint8_t)host;
	r->lport = 80;
	r->rport = (uint16_t)(1024 + connection % 60000);
}

void generate_step(struct tcptrail_record *r, uint64_t connection, unsigned int step)
{
	struct tcptrail_transition *t = &r->transition;

	*r = (struct tcptrail_record){ .cookie = connection + 1, .netns = 4026531840U };
	put_addresses(r, connection);
	r->kind = steps[step].kind;
	if (r->kind == TCPTRAIL_SEGMENT) {
		r->segment.direction = steps[step].old_state;
		r->segment.tcp_flags = steps[step].new_state;
		r->segment.seq = (uint32_t)(connection * 2654435761U + step);
		r->segment.ack = (uint32_t)(connection * 40503U + step);
		r->segment.window = 65535;
		return;
	}
	t->old_state = steps[step].old_state;
	t->new_state = steps[step].new_state;
	t->reason = steps[step].reason;
	if (r->kind == TCPTRAIL_ACCEPT || t->new_state == TCPTRAIL_LAST_ACK) {
		r->flags |= TCPTRAIL_F_TASK;
		t->pid = 1234;
		memcpy(t->comm, "nginx", 6);
		t->inode = (uint32_t)(100000 + connection);
	}
}

/*
 * Round @live connections go in turn, each one step per round; when a
 * connection has taken its last step, the next one takes its place.
 */
void generate(struct generator *g, struct tcptrail_record *records, size_t count)
{
	for (size_t i = 0; i < count; i++, g->made++) {
		uint64_t round = g->made / g->live;
		uint64_t connection = round / GENERATE_STEPS * g->live + g->made % g->live;
		struct tcptrail_record *r = &records[i];

		generate_step(r, connection, (unsigned int)(round % GENERATE_STEPS));
		g->time_ns += 1000;
		r->time_ns = g->time_ns;
		r->seq = g->made;
	}
}
