// SPDX-License-Identifier: GPL-2.0
/* sock_diag for TCP: one namespace, one family. */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "userspace/sockdiag/netlink.h"
#include "userspace/sockdiag/snapshot.h"
#include "userspace/base/array.h"
#include "userspace/base/time.h"

#define BUFFER_BYTES (64 * 1024)
#define STALLED_MAX 65536 /* established sockets that are asked for more */

/**
 * struct dump - a conversation with the kernel
 * @snapshot: what it says is added there
 * @netns: the namespace that is asked
 * @family: AF_INET or AF_INET6
 * @fd: netlink
 * @buffer: for its answers
 * @before_ns: before the kernel listed the sockets of this block
 * @stalled: established ones on which nothing moves, or that wait for accept(), to be asked
 *	for more
 * @stalled_count: how many
 * @stalled_room: for how many there is memory
 */
struct dump {
	struct snapshot *snapshot;
	uint32_t netns;
	uint8_t family;
	int fd;
	char *buffer;
	uint64_t before_ns;
	struct inet_diag_sockid *stalled;
	size_t stalled_count;
	size_t stalled_room;
};

static int add_socket(const struct nlmsghdr *nlh, void *data)
{
	const struct dump *d = data;
	struct tcptrail_record r = { .time_ns = d->before_ns, .netns = d->netns };
	struct snapshot *s = d->snapshot;
	struct kernel_socket live;

	if (nlh->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    diag_parse(&r, &live, netlink_payload(nlh), netlink_payload_size(nlh),
		       s->here.fin_timeout_ns))
		return 0;
	if (array_push(s->records, s->count, s->room, r))
		return -ENOMEM;
	/* There is nothing more to know of a TIME-WAIT. */
	if (r.transition.new_state != TCPTRAIL_TIME_WAIT &&
	    array_push(s->live, s->live_count, s->live_room, live))
		return -ENOMEM;
	return 0;
}

/* Bytes are not acknowledged, and the timer has gone off, or asks if the window is still closed. */
static bool is_stalled(const struct inet_diag_msg *msg)
{
	return msg->idiag_wqueue && (msg->idiag_timer == KERNEL_TIMER_PROBE || msg->idiag_retrans);
}

/*
 * Of a hundred thousand established sockets a few stand still, or wait for accept() and have
 * no file. The fixed part of the message tells.
 */
static int add_stalled(const struct nlmsghdr *nlh, void *data)
{
	const struct inet_diag_msg *msg = netlink_payload(nlh);
	struct dump *d = data;

	if (nlh->nlmsg_type != SOCK_DIAG_BY_FAMILY || netlink_payload_size(nlh) < sizeof(*msg) ||
	    (msg->idiag_inode && !is_stalled(msg)) || d->stalled_count == STALLED_MAX)
		return 0;
	if (array_push(d->stalled, d->stalled_count, d->stalled_room, msg->id))
		return -ENOMEM;
	return 0;
}

/**
 * ask() - send a request
 * @d: the conversation
 * @id: one socket; NULL: all of them
 * @states: bit n: those in state n
 * @info: with struct tcp_info, for which the kernel locks each socket
 */
static int ask(const struct dump *d, const struct inet_diag_sockid *id, uint32_t states, bool info)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 what;
	} request = {
		.head = { .nlmsg_len = sizeof(request),
			  .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			  .nlmsg_flags = NLM_F_REQUEST | (id ? 0 : NLM_F_DUMP) },
		.what = { .sdiag_family = d->family,
			  .sdiag_protocol = IPPROTO_TCP,
			  .idiag_ext = info ? 1 << (INET_DIAG_INFO - 1) : 0,
			  .idiag_states = states },
	};

	if (id)
		request.what.id = *id;
	return netlink_send(d->fd, &request.head);
}

static int receive_dump(struct dump *d, netlink_fn fn)
{
	/* The kernel fills a block while the one before it is received. */
	uint64_t filled_ns = d->before_ns, next_ns;
	ssize_t length;
	int ret;

	do {
		next_ns = time_now_ns();
		length = netlink_receive(d->fd, d->buffer, BUFFER_BYTES);
		if (length < 0)
			return (int)length;
		d->before_ns = filled_ns;
		filled_ns = next_ns;
		ret = netlink_each(d->buffer, (size_t)length, fn, d);
	} while (ret > 0);
	return ret;
}

static int dump_states(struct dump *d, uint32_t states, bool info, netlink_fn fn)
{
	int err;

	if (!states)
		return 0;
	d->before_ns = time_now_ns();
	err = ask(d, NULL, states, info);
	return err ? err : receive_dump(d, fn);
}

/* One message is the answer: the socket, or an error: then it is gone. */
static int ask_one(struct dump *d, const struct inet_diag_sockid *id)
{
	ssize_t length;
	int err;

	d->before_ns = time_now_ns();
	err = ask(d, id, ~0U, true);
	if (err)
		return err;
	length = netlink_receive(d->fd, d->buffer, BUFFER_BYTES);
	if (length < 0)
		return (int)length;
	err = netlink_each(d->buffer, (size_t)length, add_socket, d);
	return err == -ENOMEM ? err : 0;
}

static int dump_stalled(struct dump *d)
{
	int err = dump_states(d, 1U << TCPTRAIL_ESTABLISHED, false, add_stalled);
	size_t i;

	for (i = 0; i < d->stalled_count && !err; i++)
		err = ask_one(d, &d->stalled[i]);
	free(d->stalled);
	return err;
}

static int dump_all(struct dump *d)
{
	uint32_t states = d->snapshot->states;
	int err = dump_states(d, states & SNAPSHOT_ALL_STATES, true, add_socket);

	if (!err && states & SNAPSHOT_STALLED && !(states & 1U << TCPTRAIL_ESTABLISHED))
		err = dump_stalled(d);
	return err;
}

int diag_dump(struct snapshot *snapshot, uint32_t netns, uint8_t family)
{
	struct dump d = { .snapshot = snapshot, .netns = netns, .family = family };
	int err;

	d.fd = netlink_open(NETLINK_SOCK_DIAG);
	if (d.fd < 0)
		return d.fd;
	d.buffer = malloc(BUFFER_BYTES);
	err = d.buffer ? dump_all(&d) : -ENOMEM;
	free(d.buffer);
	close(d.fd);
	return err;
}
