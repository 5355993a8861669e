// SPDX-License-Identifier: GPL-2.0
/* sock_diag for TCP over libmnl: one namespace, one family. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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
 * @socket: netlink
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
	struct mnl_socket *socket;
	char *buffer;
	uint64_t before_ns;
	struct inet_diag_sockid *stalled;
	size_t stalled_count;
	size_t stalled_room;
};

static int no_memory(void)
{
	errno = ENOMEM;
	return MNL_CB_ERROR;
}

static int add_socket(const struct nlmsghdr *nlh, void *data)
{
	const struct dump *d = data;
	struct tcptrail_record r = { .time_ns = d->before_ns, .netns = d->netns };
	struct snapshot *s = d->snapshot;
	struct kernel_socket live;

	if (nlh->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    diag_parse(&r, &live, mnl_nlmsg_get_payload(nlh), mnl_nlmsg_get_payload_len(nlh),
		       s->here.fin_timeout_ns))
		return MNL_CB_OK;
	if (array_push(s->records, s->count, s->room, r))
		return no_memory();
	/* There is nothing more to know of a TIME-WAIT. */
	if (r.transition.new_state != TCPTRAIL_TIME_WAIT &&
	    array_push(s->live, s->live_count, s->live_room, live))
		return no_memory();
	return MNL_CB_OK;
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
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	struct dump *d = data;

	if (nlh->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*msg) ||
	    (msg->idiag_inode && !is_stalled(msg)) || d->stalled_count == STALLED_MAX)
		return MNL_CB_OK;
	if (array_push(d->stalled, d->stalled_count, d->stalled_room, msg->id))
		return no_memory();
	return MNL_CB_OK;
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
	char buffer[256] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct inet_diag_req_v2 *request;

	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST | (id ? 0 : NLM_F_DUMP);
	request = mnl_nlmsg_put_extra_header(nlh, sizeof(*request));
	request->sdiag_family = d->family;
	request->sdiag_protocol = IPPROTO_TCP;
	request->idiag_ext = info ? 1 << (INET_DIAG_INFO - 1) : 0;
	request->idiag_states = states;
	if (id)
		request->id = *id;
	return mnl_socket_sendto(d->socket, nlh, nlh->nlmsg_len) < 0 ? -errno : 0;
}

static int receive_dump(struct dump *d, mnl_cb_t callback)
{
	unsigned int portid = mnl_socket_get_portid(d->socket);
	/* The kernel fills a block while the one before it is received. */
	uint64_t filled_ns = d->before_ns, next_ns;
	ssize_t length;
	int ret;

	do {
		next_ns = time_now_ns();
		length = mnl_socket_recvfrom(d->socket, d->buffer, BUFFER_BYTES);
		if (length < 0)
			return -errno;
		d->before_ns = filled_ns;
		filled_ns = next_ns;
		ret = mnl_cb_run(d->buffer, (size_t)length, 0, portid, callback, d);
	} while (ret > MNL_CB_STOP);
	return ret == MNL_CB_ERROR ? -errno : 0;
}

static int dump_states(struct dump *d, uint32_t states, bool info, mnl_cb_t callback)
{
	int err;

	if (!states)
		return 0;
	d->before_ns = time_now_ns();
	err = ask(d, NULL, states, info);
	return err ? err : receive_dump(d, callback);
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
	length = mnl_socket_recvfrom(d->socket, d->buffer, BUFFER_BYTES);
	if (length < 0)
		return -errno;
	errno = 0;
	mnl_cb_run(d->buffer, (size_t)length, 0, mnl_socket_get_portid(d->socket), add_socket, d);
	return errno == ENOMEM ? -ENOMEM : 0;
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
	int err = 0;

	d.socket = mnl_socket_open(NETLINK_SOCK_DIAG);
	if (!d.socket)
		return -errno;
	d.buffer = malloc(BUFFER_BYTES);
	if (!d.buffer)
		err = -ENOMEM;
	if (!err && mnl_socket_bind(d.socket, 0, MNL_SOCKET_AUTOPID))
		err = -errno;
	if (!err)
		err = dump_all(&d);
	free(d.buffer);
	mnl_socket_close(d.socket);
	return err;
}
