// SPDX-License-Identifier: GPL-2.0
/* A connection as a line of JSON: tcptrail-life(1) lists its fields. */
#include "userspace/base/json.h"
#include "userspace/print/life_out.h"
#include "userspace/base/names.h"

static void put_task(struct json *j, const char *key, const struct task *task)
{
	if (task)
		json_task(j, key, task->pid, task->comm);
}

void life_json_tasks(struct json *j, const struct tracker *tracker, const struct conn *c)
{
	put_task(j, "opener", tracker_task(tracker, c->opener));
	put_task(j, "last_task", tracker_task(tracker, c->owner));
}

static void put_seconds(struct json *j, const char *key, uint64_t ns)
{
	if (ns)
		json_seconds(j, key, ns);
}

static void put_spans(struct json *j, const struct timing *life)
{
	put_seconds(j, "life_seconds", life->life);
	json_bool(j, "life_at_least", life->at_least);
	put_seconds(j, "handshake_seconds", life->handshake);
	put_seconds(j, "synack_seconds", life->synack);
	put_seconds(j, "answer_seconds", life->answer);
	put_seconds(j, "accept_wait_seconds", life->accept_wait);
	put_seconds(j, "half_close_seconds", life->half_close);
	put_seconds(j, "teardown_seconds", life->teardown);
	put_seconds(j, "first_ack_seconds", life->first_ack);
	put_seconds(j, "second_fin_seconds", life->second_fin);
	put_seconds(j, "second_ack_seconds", life->second_ack);
	put_seconds(j, "time_wait_seconds", life->time_wait);
}

/* Of a socket whose totals are not on record there are none: not 0. */
static void put_counts(struct json *j, const struct conn *c)
{
	if (c->flags & CONN_HAS_BYTES) {
		json_u64(j, "sent", c->sent);
		json_u64(j, "received", c->received);
	}
	if (c->why == CONN_WHY_UNREAD)
		json_u64(j, "unread", c->unread);
	json_u64(j, "syns", c->syns);
	json_u64(j, "synacks", c->synacks);
	json_u64(j, "fins", c->fins);
	json_u64(j, "rearms", c->rearms);
	json_u64(j, "retransmits", c->retrans_total);
}

static void put_owner(struct json *j, const struct tracker *tracker, const struct conn *c,
		      const struct timing *life)
{
	if (c->flags & CONN_OWNED)
		json_u64(j, "uid", c->uid);
	json_nonzero(j, "cgroup", c->cgroup);
	if (c->flags & CONN_MPTCP)
		json_bool(j, "mptcp", true);
	else
		json_bool(j, "accepted", c->flags & CONN_ACCEPTED);
	json_flag(j, "unaccepted", life->unaccepted);
	life_json_tasks(j, tracker, c);
}

static void put_life(struct json *j, struct clock *clock, const struct tracker *tracker,
		     const struct conn_pair_end *end)
{
	static const char *const roles[] = { "unknown", "active", "passive", "listener" };
	static const char *const closers[] = { "none", "us", "peer", "both" };
	const struct conn *c = end->c;
	uint8_t laddr[16], raddr[16];

	tracker_laddr(tracker, c, laddr);
	tracker_raddr(tracker, c, raddr);
	if (c->end) {
		json_time(j, "time", clock, c->since_ns);
		json_u64(j, "time_ns", c->since_ns);
	}
	json_u64(j, "netns", c->netns);
	json_address(j, "local_address", laddr);
	json_u64(j, "local_port", c->lport);
	json_address(j, "remote_address", raddr);
	json_u64(j, "remote_port", c->rport);
	json_u64(j, "cookie", c->cookie);
	json_word(j, "role", roles[c->role & 3]);
	json_word(j, "closer", closers[end->timing.closer & 3]);
	json_word(j, "end", conn_end_key(c->end));
	if (conn_why_key(c->why))
		json_word(j, "why", conn_why_key(c->why));
	json_word(j, "state", state_key(c->state));
	json_error(j, c->error);
	put_spans(j, &end->timing);
	put_counts(j, c);
	put_owner(j, tracker, c, &end->timing);
}

/* Whom the ending is laid to: by name where both ends are here. */
static const char *ended_by(const struct conn_pair *pair, const struct ending *e, unsigned int i)
{
	bool us = e->by == ENDING_BY_US, peer = e->by == ENDING_BY_PEER;

	if (pair->count == 1 || (!us && !peer))
		return ending_by_key(e->by);
	return us == !i ? "client" : "server";
}

void ending_json(struct json *j, const struct conn_pair *pair)
{
	unsigned int i, bit;
	struct ending e = ending_of_pair(pair, &i);

	if (e.how == CONN_LIVES)
		return;
	json_word(j, "ended_by", ended_by(pair, &e, i));
	json_array(j, "evidence");
	for (bit = 0; bit < EVIDENCE_BITS; bit++)
		if (e.evidence & 1U << bit)
			json_word(j, NULL, ending_evidence_key(bit));
	json_end_array(j);
}

void life_json(struct buf *out, struct clock *clock, const struct tracker *tracker,
	       const struct conn_pair *pair)
{
	struct json j;

	json_begin(&j, out);
	json_word(&j, "kind", "life");
	put_life(&j, clock, tracker, &pair->ends[0]);
	ending_json(&j, pair);
	if (pair->count > 1) {
		json_object(&j, "peer");
		put_life(&j, clock, tracker, &pair->ends[1]);
		json_end_object(&j);
	}
	json_end(&j);
}
