// SPDX-License-Identifier: GPL-2.0
/* sock_diag for TCP over libmnl: one namespace, one family. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "userspace/snapshot/snapshot.h"

#define BUFFER_BYTES (64 * 1024)
#define TIMER_MINISOCKET 3 /* inet_diag_msg.idiag_timer */
#define TIMEWAIT_NS 60000000000ULL /* the kernel's TCP_TIMEWAIT_LEN */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

static void take_address(uint8_t to[16], const __be32 from[4], uint8_t family)
{
	if (family == AF_INET6) {
		memcpy(to, from, 16);
		return;
	}
	memset(to + 10, 0xff, 2);
	memcpy(to + 12, from, 4);
}

static uint16_t at_most_u16(uint32_t n)
{
	return n < UINT16_MAX ? (uint16_t)n : UINT16_MAX;
}

/*
 * How long it has been so at the least. The peer's FIN, and the peer's
 * acknowledgement of ours, cannot be newer than the last segment that
 * acknowledged something; each unanswered SYN took a second or more.
 */
static uint64_t at_least_ns(const struct inet_diag_msg *msg, const struct tcp_info *info,
			    uint64_t fin_timeout_ns)
{
	uint64_t left_ns = (uint64_t)msg->idiag_expires * 1000000ULL;

	switch (msg->idiag_state) {
	case TCPTRAIL_TIME_WAIT:
		return left_ns < TIMEWAIT_NS ? TIMEWAIT_NS - left_ns : 0;
	case TCPTRAIL_FIN_WAIT2:
		if (msg->idiag_timer == TIMER_MINISOCKET)
			return left_ns < fin_timeout_ns ? fin_timeout_ns - left_ns : 0;
		return info ? (uint64_t)info->tcpi_last_ack_recv * 1000000ULL : 0;
	case TCPTRAIL_CLOSE_WAIT:
		return info ? (uint64_t)info->tcpi_last_ack_recv * 1000000ULL : 0;
	case TCPTRAIL_SYN_SENT:
	case TCPTRAIL_SYN_RECV:
		return (uint64_t)msg->idiag_retrans * 1000000000ULL;
	}
	return 0;
}

static void take_info(struct tcptrail_transition *t, const struct tcp_info *info)
{
	t->retrans_total = at_most_u16(info->tcpi_total_retrans);
	t->srtt_us = info->tcpi_rtt;
}

static uint16_t flags_of(const struct inet_diag_msg *msg)
{
	switch (msg->idiag_state) {
	case TCPTRAIL_LISTEN:
		return TCPTRAIL_F_NO_RADDR | TCPTRAIL_F_NO_RPORT;
	case TCPTRAIL_CLOSE_WAIT: /* without an inode it was not accepted yet */
		return TCPTRAIL_F_PEER_FIN;
	case TCPTRAIL_LAST_ACK:
	case TCPTRAIL_CLOSING:
		return TCPTRAIL_F_PEER_FIN | (msg->idiag_inode ? 0 : TCPTRAIL_F_ORPHAN);
	case TCPTRAIL_TIME_WAIT:
		return TCPTRAIL_F_PEER_FIN | TCPTRAIL_F_ORPHAN;
	case TCPTRAIL_FIN_WAIT1:
	case TCPTRAIL_FIN_WAIT2:
		return msg->idiag_inode ? 0 : TCPTRAIL_F_ORPHAN;
	}
	return 0;
}

/*
 * The kernel counts a FIN that was received and not read as a byte, and so it
 * does with one that was sent and not acknowledged. For a listener these are
 * how many wait to be accepted, and the backlog.
 */
static void take_queues(struct tcptrail_transition *t, const struct inet_diag_msg *msg,
			uint16_t flags)
{
	t->unread = msg->idiag_rqueue;
	t->unacked = msg->idiag_state == TCPTRAIL_LISTEN ? 0 : msg->idiag_wqueue;
	if (flags & TCPTRAIL_F_PEER_FIN && t->unread)
		t->unread--;
	if ((msg->idiag_state == TCPTRAIL_FIN_WAIT1 || msg->idiag_state == TCPTRAIL_LAST_ACK ||
	     msg->idiag_state == TCPTRAIL_CLOSING) &&
	    t->unacked)
		t->unacked--;
}

int diag_record(struct tcptrail_record *r, const void *payload, size_t length,
		uint64_t fin_timeout_ns)
{
	const struct inet_diag_msg *msg = payload;
	struct tcptrail_transition *t = &r->transition;
	const struct nlattr *attr;
	struct tcp_info info = { 0 };
	bool has_info = false;
	size_t size;

	if (length < sizeof(*msg) ||
	    (msg->idiag_family != AF_INET && msg->idiag_family != AF_INET6))
		return -EBADMSG;
	length -= sizeof(*msg);
	mnl_attr_for_each_payload((const void *)(msg + 1), length)
	{
		if (mnl_attr_get_type(attr) != INET_DIAG_INFO)
			continue;
		/* Older kernels have a shorter one. */
		size = mnl_attr_get_payload_len(attr);
		memcpy(&info, mnl_attr_get_payload(attr),
		       size < sizeof(info) ? size : sizeof(info));
		has_info = true;
	}

	r->kind = TCPTRAIL_SNAPSHOT;
	r->family = msg->idiag_family;
	r->cookie = (uint64_t)msg->id.idiag_cookie[1] << 32 | msg->id.idiag_cookie[0];
	take_address(r->laddr, msg->id.idiag_src, msg->idiag_family);
	take_address(r->raddr, msg->id.idiag_dst, msg->idiag_family);
	if (IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)r->laddr) &&
	    msg->idiag_state != TCPTRAIL_LISTEN)
		r->family = AF_INET;
	r->lport = ntohs(msg->id.idiag_sport);
	r->rport = ntohs(msg->id.idiag_dport);
	r->seq = at_least_ns(msg, has_info ? &info : NULL, fin_timeout_ns);
	r->flags = flags_of(msg);
	t->old_state = msg->idiag_state;
	t->new_state = msg->idiag_state;
	t->uid = msg->idiag_uid;
	t->inode = msg->idiag_inode;
	take_queues(t, msg, r->flags);
	t->retransmits = msg->idiag_retrans;
	if (has_info)
		take_info(t, &info);
	return 0;
}

struct reply {
	struct snapshot *snapshot;
	uint64_t before_ns;
	uint32_t netns;
};

static int take_message(const struct nlmsghdr *nlh, void *data)
{
	const struct reply *reply = data;
	struct tcptrail_record r = { .time_ns = reply->before_ns, .netns = reply->netns };
	struct tcptrail_record *room;

	if (diag_record(&r, mnl_nlmsg_get_payload(nlh), mnl_nlmsg_get_payload_len(nlh),
			reply->snapshot->here.fin_timeout_ns))
		return MNL_CB_OK;
	room = snapshot_add(reply->snapshot);
	if (!room) {
		errno = ENOMEM;
		return MNL_CB_ERROR;
	}
	*room = r;
	return MNL_CB_OK;
}

static int ask(struct mnl_socket *socket, uint8_t family, uint32_t states)
{
	char buffer[256] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct inet_diag_req_v2 *request;

	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request = mnl_nlmsg_put_extra_header(nlh, sizeof(*request));
	request->sdiag_family = family;
	request->sdiag_protocol = IPPROTO_TCP;
	request->idiag_ext = 1 << (INET_DIAG_INFO - 1);
	request->idiag_states = states;
	return mnl_socket_sendto(socket, nlh, nlh->nlmsg_len) < 0 ? -errno : 0;
}

static int receive(struct mnl_socket *socket, struct reply *reply, char *buffer)
{
	unsigned int portid = mnl_socket_get_portid(socket);
	/* The kernel fills a block while the one before it is received. */
	uint64_t filled_ns = reply->before_ns, next_ns;
	ssize_t length;
	int ret;

	do {
		next_ns = now_ns();
		length = mnl_socket_recvfrom(socket, buffer, BUFFER_BYTES);
		if (length < 0)
			return -errno;
		reply->before_ns = filled_ns;
		filled_ns = next_ns;
		ret = mnl_cb_run(buffer, (size_t)length, 0, portid, take_message, reply);
	} while (ret > MNL_CB_STOP);
	return ret == MNL_CB_ERROR ? -errno : 0;
}

int diag_dump(struct snapshot *snapshot, uint32_t netns, uint8_t family)
{
	struct reply reply = { .snapshot = snapshot, .netns = netns };
	struct mnl_socket *socket;
	char *buffer;
	int err;

	socket = mnl_socket_open(NETLINK_SOCK_DIAG);
	if (!socket)
		return -errno;
	buffer = malloc(BUFFER_BYTES);
	err = buffer ? 0 : -ENOMEM;
	if (!err && mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID))
		err = -errno;
	reply.before_ns = now_ns();
	if (!err)
		err = ask(socket, family, snapshot->states);
	if (!err)
		err = receive(socket, &reply, buffer);
	free(buffer);
	mnl_socket_close(socket);
	return err;
}
