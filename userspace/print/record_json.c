// SPDX-License-Identifier: GPL-2.0
/* A record as a line of JSON: tcptrail-json(5) lists the fields, and a test compares. */
#include "userspace/print/record_json.h"

#include <sys/socket.h>

#include "userspace/base/json.h"
#include "userspace/base/names.h"

static void put_end(struct json *j, const char *address_key, const char *port_key,
		    const uint8_t address[16], uint16_t port, bool no_address, bool no_port)
{
	if (!no_address)
		json_address(j, address_key, address);
	if (!no_port)
		json_u64(j, port_key, port);
}

static void put_ends(struct json *j, const struct tcptrail_record *r)
{
	put_end(j, "local_address", "local_port", r->laddr, r->lport,
		r->flags & TCPTRAIL_F_NO_LADDR, r->flags & TCPTRAIL_F_NO_LPORT);
	put_end(j, "remote_address", "remote_port", r->raddr, r->rport,
		r->flags & TCPTRAIL_F_NO_RADDR, r->flags & TCPTRAIL_F_NO_RPORT);
}

static void put_flags(struct json *j, uint16_t flags)
{
	json_flag(j, "self", flags & TCPTRAIL_F_SELF);
	json_flag(j, "child", flags & TCPTRAIL_F_CHILD);
	json_flag(j, "orphan", flags & TCPTRAIL_F_ORPHAN);
	json_flag(j, "peer_fin", flags & TCPTRAIL_F_PEER_FIN);
	json_flag(j, "user_timeout", flags & TCPTRAIL_F_USER_TIMEOUT);
	json_flag(j, "mptcp", flags & TCPTRAIL_F_MPTCP);
	json_flag(j, "acked", flags & TCPTRAIL_F_ACKED);
}

static void put_transition(struct json *j, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;

	json_word(j, "old_state", state_key(t->old_state));
	json_word(j, "new_state", state_key(t->new_state));
	if (r->kind == TCPTRAIL_SNAPSHOT)
		json_u64(j, "min_age_ns", record_min_age_ns(r));
	if (t->reason)
		json_word(j, "reason", reason_key(t->reason));
	put_flags(j, r->flags);
	if (r->flags & TCPTRAIL_F_TASK) {
		json_u64(j, "pid", t->pid);
		json_strn(j, "comm", t->comm, sizeof(t->comm));
	}
	if (!(r->flags & TCPTRAIL_F_BYTES))
		json_u64(j, "uid", t->uid);
	json_nonzero(j, "inode", t->inode);
	if (!(r->flags & TCPTRAIL_F_BYTES))
		json_nonzero(j, "cgroup", t->cgroup);
	json_u64(j, "unread", t->unread);
	json_u64(j, "unacked", t->unacked);
	if (r->flags & TCPTRAIL_F_BYTES) {
		json_u64(j, "sent", t->sent);
		json_u64(j, "received", t->received);
	} else {
		json_nonzero(j, r->kind == TCPTRAIL_REQUEST ? "synack_age_us" : "srtt_us",
			     t->srtt_us);
	}
	json_u64(j, "retransmits", t->retransmits);
	json_u64(j, "retrans_total", t->retrans_total);
	json_error(j, t->error);
}

static void put_segment(struct json *j, const struct tcptrail_segment *s)
{
	json_word(j, "direction", s->direction == TCPTRAIL_OUT ? "out" : "in");
	json_tcp_flags(j, "tcp_flags", s->tcp_flags);
	json_u64(j, "tcp_seq", s->seq);
	if (s->tcp_flags & TCPTRAIL_ACK)
		json_u64(j, "tcp_ack", s->ack);
	json_u64(j, "len", s->len);
	json_u64(j, "window", s->window);
	json_nonzero(j, "ifindex", s->ifindex);
	if (s->state)
		json_word(j, "state", state_key(s->state));
	if (s->reset_reason)
		json_word(j, "reset_reason", reset_reason_key(s->reset_reason));
}

static void put_loss(struct json *j, const struct tcptrail_loss *l)
{
	json_word(j, "cause", cause_key(l->cause));
	json_u64(j, "count", l->count);
	json_u64(j, "since_mono_ns", l->since_ns);
}

static void put_socket(struct json *j, const struct tcptrail_record *r)
{
	json_u64(j, "netns", r->netns);
	json_nonzero(j, "cookie", r->cookie);
	if (r->family == AF_INET || r->family == AF_INET6)
		json_word(j, "family", r->family == AF_INET ? "ipv4" : "ipv6");
	put_ends(j, r);
}

void record_json(struct buf *out, struct clock *c, const struct tcptrail_record *r)
{
	struct json j;

	json_begin(&j, out);
	json_time(&j, "time", c, r->time_ns);
	json_u64(&j, "mono_ns", r->time_ns);
	if (r->kind != TCPTRAIL_SNAPSHOT) {
		json_u64(&j, "cpu", r->cpu);
		json_u64(&j, "seq", r->seq);
	}
	json_word(&j, "kind", kind_key(r->kind));
	if (r->kind == TCPTRAIL_LOSS)
		put_loss(&j, &r->loss);
	else
		put_socket(&j, r);
	if (record_is_transition(r))
		put_transition(&j, r);
	else if (r->kind == TCPTRAIL_SEGMENT)
		put_segment(&j, &r->segment);
	json_end(&j);
}
