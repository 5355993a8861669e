// SPDX-License-Identifier: GPL-2.0
/* What a message of sock_diag says of a TCP socket. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "userspace/sockdiag/snapshot.h"
#include "userspace/base/time.h"

#define TIMEWAIT_NS MINUTE /* the kernel's TCP_TIMEWAIT_LEN */

static void parse_address(uint8_t to[16], const __be32 from[4], uint8_t family)
{
	if (family == AF_INET6) {
		memcpy(to, from, 16);
		return;
	}
	memset(to + 10, 0xff, 2);
	memcpy(to + 12, from, 4);
}

/*
 * For how long a segment has been repeated without an answer: the timer's time doubles
 * with each turn, so that those before add up to no less than this.
 */
static uint64_t repeated_ns(const struct inet_diag_msg *msg, const struct tcp_info *info)
{
	uint64_t turn_us = info->tcpi_rto, left_us = (uint64_t)msg->idiag_expires * 1000;
	uint64_t all_us =
		2 * turn_us - (msg->idiag_retrans < 64 ? turn_us >> msg->idiag_retrans : 0);

	return all_us > left_us ? (all_us - left_us) * 1000 : 0;
}

/*
 * How long it has been so at the least. The third step of a handshake that accept() has not
 * taken, the peer's FIN, and the peer's acknowledgement of ours, cannot be newer than the last segment that
 * acknowledged something; each unanswered SYN took a second or more; and so did
 * the turns of our FIN, if nothing else is unacknowledged.
 */
static uint64_t at_least_ns(const struct inet_diag_msg *msg, const struct tcp_info *info,
			    uint64_t fin_timeout_ns)
{
	uint64_t left_ns = (uint64_t)msg->idiag_expires * MS;

	switch (msg->idiag_state) {
	case TCPTRAIL_TIME_WAIT:
		return left_ns < TIMEWAIT_NS ? TIMEWAIT_NS - left_ns : 0;
	case TCPTRAIL_FIN_WAIT2:
		if (msg->idiag_timer == KERNEL_TIMER_MINISOCKET)
			return left_ns < fin_timeout_ns ? fin_timeout_ns - left_ns : 0;
		return info ? (uint64_t)info->tcpi_last_ack_recv * MS : 0;
	case TCPTRAIL_ESTABLISHED: /* and not accepted */
		return info && !msg->idiag_inode ? (uint64_t)info->tcpi_last_ack_recv * MS : 0;
	case TCPTRAIL_CLOSE_WAIT:
		return info ? (uint64_t)info->tcpi_last_ack_recv * MS : 0;
	case TCPTRAIL_SYN_SENT:
	case TCPTRAIL_SYN_RECV:
		return (uint64_t)msg->idiag_retrans * SEC;
	case TCPTRAIL_FIN_WAIT1:
	case TCPTRAIL_LAST_ACK:
	case TCPTRAIL_CLOSING:
		return info && msg->idiag_wqueue == 1 &&
				       msg->idiag_timer == KERNEL_TIMER_RETRANSMIT ?
			       repeated_ns(msg, info) :
			       0;
	}
	return 0;
}

/**
 * struct attributes - what follows the fixed part of a message
 * @info: struct tcp_info, zeros where the kernel's is shorter
 * @info_size: how much of it there was, 0: none
 * @cgroup: its number, 0: not told
 * @is_mptcp: it is a subflow of MPTCP, or a listener of MPTCP's; told to root only
 */
struct attributes {
	struct tcp_info info;
	size_t info_size;
	uint64_t cgroup;
	bool is_mptcp;
};

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

static bool is_opening(uint8_t state)
{
	return state == TCPTRAIL_SYN_SENT || state == TCPTRAIL_SYN_RECV;
}

static bool is_closing(uint8_t state)
{
	return state == TCPTRAIL_FIN_WAIT1 || state == TCPTRAIL_LAST_ACK ||
	       state == TCPTRAIL_CLOSING;
}

/*
 * The kernel counts a FIN that was received and not read as a byte, and so it does with
 * a SYN or FIN that was sent and not acknowledged. For a listener these are
 * how many wait to be accepted, and the backlog.
 */
static void parse_queues(struct tcptrail_transition *t, const struct inet_diag_msg *msg,
			 uint16_t flags)
{
	t->unread = msg->idiag_rqueue;
	t->unacked = msg->idiag_state == TCPTRAIL_LISTEN ? 0 : msg->idiag_wqueue;
	if (flags & TCPTRAIL_F_PEER_FIN && t->unread)
		t->unread--;
	if ((is_opening(msg->idiag_state) || is_closing(msg->idiag_state)) && t->unacked)
		t->unacked--;
}

/* The protocol that stands on this socket's TCP: "mptcp", "tls", or another. */
static bool is_mptcp(const struct nlattr *ulp)
{
	static const char name[] = "mptcp";
	const struct nlattr *attr;

	mnl_attr_for_each_payload(mnl_attr_get_payload(ulp), mnl_attr_get_payload_len(ulp))
	{
		if (mnl_attr_get_type(attr) == INET_ULP_INFO_NAME &&
		    mnl_attr_get_payload_len(attr) == sizeof(name))
			return !memcmp(mnl_attr_get_payload(attr), name, sizeof(name));
	}
	return false;
}

/* What the attributes say; false if it is no socket's message. */
static bool parse_attributes(struct attributes *a, const void *payload, size_t length)
{
	const struct inet_diag_msg *msg = payload;
	const struct nlattr *attr;
	size_t size;

	*a = (struct attributes){ 0 };
	if (length < sizeof(*msg) ||
	    (msg->idiag_family != AF_INET && msg->idiag_family != AF_INET6))
		return false;
	mnl_attr_for_each_payload((const void *)(msg + 1), length - sizeof(*msg))
	{
		size = mnl_attr_get_payload_len(attr);
		if (mnl_attr_get_type(attr) == INET_DIAG_CGROUP_ID && size == sizeof(a->cgroup)) {
			memcpy(&a->cgroup, mnl_attr_get_payload(attr), size);
		} else if (mnl_attr_get_type(attr) == INET_DIAG_INFO) {
			/* Older kernels have a shorter one. */
			memcpy(&a->info, mnl_attr_get_payload(attr),
			       size < sizeof(a->info) ? size : sizeof(a->info));
			a->info_size = size;
		} else if (mnl_attr_get_type(attr) == INET_DIAG_ULP_INFO) {
			a->is_mptcp = is_mptcp(attr);
		}
	}
	return true;
}

static uint64_t cookie_of(const struct inet_diag_msg *msg)
{
	return (uint64_t)msg->id.idiag_cookie[1] << 32 | msg->id.idiag_cookie[0];
}

/* Without struct tcp_info its numbers are zero. */
static void parse_record(struct tcptrail_record *r, const struct inet_diag_msg *msg,
			 const struct attributes *a, uint64_t fin_timeout_ns)
{
	struct tcptrail_transition *t = &r->transition;
	uint32_t retransmits = a->info.tcpi_total_retrans;

	r->kind = TCPTRAIL_SNAPSHOT;
	r->family = msg->idiag_family;
	r->cookie = cookie_of(msg);
	parse_address(r->laddr, msg->id.idiag_src, msg->idiag_family);
	parse_address(r->raddr, msg->id.idiag_dst, msg->idiag_family);
	if (IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)r->laddr) &&
	    msg->idiag_state != TCPTRAIL_LISTEN)
		r->family = AF_INET;
	r->lport = ntohs(msg->id.idiag_sport);
	r->rport = ntohs(msg->id.idiag_dport);
	record_set_min_age_ns(r, at_least_ns(msg, a->info_size ? &a->info : NULL, fin_timeout_ns));
	r->flags = flags_of(msg) | (a->is_mptcp ? TCPTRAIL_F_MPTCP : 0);
	t->old_state = msg->idiag_state;
	t->new_state = msg->idiag_state;
	t->uid = msg->idiag_uid;
	t->inode = msg->idiag_inode;
	t->cgroup = a->cgroup;
	parse_queues(t, msg, r->flags);
	t->retransmits = msg->idiag_retrans;
	t->retrans_total = retransmits < UINT16_MAX ? (uint16_t)retransmits : UINT16_MAX;
	t->srtt_us = a->info.tcpi_rtt;
}

/*
 * The kernel's two times begin with the connection; its two counts tell whether any byte
 * went either way. The peer's FIN is counted among those that were received.
 */
static void parse_times(struct kernel_socket *live, const struct tcp_info *info, bool peer_fin)
{
	live->sent_ms = info->tcpi_bytes_sent ? info->tcpi_last_data_sent : KERNEL_NEVER_MS;
	live->received_ms = info->tcpi_bytes_received > peer_fin ? info->tcpi_last_data_recv :
								   KERNEL_NEVER_MS;
	live->acked_ms = info->tcpi_last_ack_recv;
}

/* What tells a path that takes no full segment, or no segment at all. The SYN is no payload. */
static void parse_path(struct kernel_socket *live, const struct inet_diag_msg *msg,
		       const struct tcp_info *info)
{
	uint64_t acked = info->tcpi_bytes_acked ? info->tcpi_bytes_acked - 1 : 0;

	live->mss = info->tcpi_snd_mss;
	live->pmtu = info->tcpi_pmtu;
	live->acked_bytes = acked < UINT32_MAX ? (uint32_t)acked : UINT32_MAX;
	live->resent = info->tcpi_total_retrans;
	if (msg->idiag_timer == KERNEL_TIMER_RETRANSMIT && msg->idiag_retrans)
		live->repeated_ms = (uint32_t)(repeated_ns(msg, info) / MS);
}

static void parse_live(struct kernel_socket *live, const struct inet_diag_msg *msg,
		       const struct attributes *a)
{
	const struct tcp_info *info = &a->info;

	*live = (struct kernel_socket){
		.cookie = cookie_of(msg),
		.timer = msg->idiag_timer,
		.retransmits = msg->idiag_retrans,
		.expires_ms = msg->idiag_expires,
		.end_unread = flags_of(msg) & TCPTRAIL_F_PEER_FIN && msg->idiag_rqueue,
		.window = UINT32_MAX,
	};
	if (a->info_size)
		parse_path(live, msg, info);
	if (msg->idiag_state == TCPTRAIL_LISTEN) {
		live->queued = msg->idiag_rqueue;
		live->backlog = msg->idiag_wqueue;
	} else if (a->info_size && !is_opening(msg->idiag_state)) {
		/* Until then the kernel has no times, and tells those since it booted. */
		live->has_info = true;
		live->backoff = info->tcpi_backoff;
		parse_times(live, info, flags_of(msg) & TCPTRAIL_F_PEER_FIN);
		live->unsent = info->tcpi_notsent_bytes;
		live->unsent -= live->unsent && is_closing(msg->idiag_state);
		if (a->info_size >= offsetof(struct tcp_info, tcpi_snd_wnd) + sizeof(uint32_t))
			live->window = info->tcpi_snd_wnd;
	}
}

int diag_parse(struct tcptrail_record *record, struct kernel_socket *live, const void *payload,
	       size_t length, uint64_t fin_timeout_ns)
{
	struct attributes a;

	if (!parse_attributes(&a, payload, length))
		return -EBADMSG;
	parse_record(record, payload, &a, fin_timeout_ns);
	parse_live(live, payload, &a);
	return 0;
}
