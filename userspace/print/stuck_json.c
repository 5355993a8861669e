// SPDX-License-Identifier: GPL-2.0
/* What is stuck, as lines of JSON. */
#include "userspace/base/array.h"
#include "userspace/base/json.h"
#include "userspace/base/names.h"
#include "userspace/diagnose/evidence.h"
#include "userspace/print/life_out.h"
#include "userspace/print/stuck_out.h"

static void put_holders(struct json *j, const struct stuck_words *w)
{
	size_t i;

	json_array(j, "holders");
	for (i = 0; i < w->holders_count; i++) {
		json_object(j, NULL);
		json_u64(j, "pid", w->holders[i].pid);
		if (w->holders[i].task != w->holders[i].pid)
			json_u64(j, "thread", w->holders[i].task);
		json_u64(j, "fd", (uint64_t)w->holders[i].fd);
		json_flag(j, "io_uring", w->holders[i].io_uring);
		json_str(j, "comm", w->holders[i].comm);
		json_end_object(j);
	}
	json_end_array(j);
}

static void put_process(struct json *j, const struct process *process)
{
	const char *halt = process_halt_key(process_halt(process));

	json_str(j, "command", process->command);
	json_u64(j, "fds", process->fds);
	if (process->fd_limit && process->fd_limit != PROCESS_UNLIMITED)
		json_u64(j, "fd_limit", process->fd_limit);
	if (halt)
		json_word(j, "halt", halt);
	if (process->blocked) {
		json_u64(j, "threads", process->threads);
		json_u64(j, "threads_blocked", process->blocked);
	}
	if (process->wchan[0])
		json_str(j, "wchan", process->wchan);
}

static void put_counts(struct json *j, const struct stuck_group *group)
{
	const struct conn *c = group->members[0]->conn;

	json_u64(j, "uid", c->uid);
	json_u64(j, "unread", group->unread);
	json_u64(j, "unacked", group->unacked);
	json_u64(j, "syns", c->syns);
	json_u64(j, "synacks", c->synacks);
	json_u64(j, "fins", c->fins);
	if (c->flags & CONN_MPTCP)
		json_bool(j, "mptcp", true);
	else
		json_bool(j, "accepted", c->flags & CONN_ACCEPTED);
	json_bool(j, "orphan", c->flags & CONN_ORPHAN);
}

/* What the verdict rests on, and what else is known. */
static void put_evidence(struct json *j, uint64_t evidence)
{
	unsigned int bit;

	json_array(j, "evidence");
	for (bit = 0; bit < FINDING_EVIDENCE_COUNT; bit++)
		if (evidence & 1ULL << bit)
			json_word(j, NULL, finding_evidence_key(bit));
	json_end_array(j);
}

static void put_single(struct json *j, const struct conn *c)
{
	json_u64(j, "cookie", c->cookie);
	json_u64(j, "inode", c->inode);
}

/* What the kernel says now. */
static void put_live(struct json *j, const struct kernel_socket *live, uint8_t state)
{
	static const char *const timers[] = { "none", "retransmit", "keepalive", "minisocket",
					      "probe" };

	if (!live)
		return;
	if (state == TCPTRAIL_CLOSE_WAIT)
		json_bool(j, "end_read", !live->end_unread);
	if (state == TCPTRAIL_LISTEN) {
		json_u64(j, "queued", live->queued);
		json_u64(j, "backlog", live->backlog);
		return;
	}
	if (live->timer < ARRAY_SIZE(timers))
		json_word(j, "timer", timers[live->timer]);
	if (live->timer)
		json_fixed(j, "timer_seconds", live->expires_ms, 3);
	if (state == TCPTRAIL_ESTABLISHED && kernel_socket_keepalive(live))
		json_bool(j, "keepalive", kernel_socket_keepalive(live) == KERNEL_KEEPALIVE_ON);
	json_u64(j, "retransmits", live->retransmits);
	if (!live->has_info)
		return;
	json_u64(j, "backoff", live->backoff);
	json_u64(j, "unsent", live->unsent);
	if (live->sent_ms != KERNEL_NEVER_MS)
		json_fixed(j, "sent_seconds", live->sent_ms, 3);
	if (live->received_ms != KERNEL_NEVER_MS)
		json_fixed(j, "received_seconds", live->received_ms, 3);
	json_fixed(j, "acked_seconds", live->acked_ms, 3);
	if (live->window != UINT32_MAX)
		json_u64(j, "window", live->window);
}

static void put_place(const struct stuck_out *o, struct json *j, const struct conn *c,
		      const struct stuck_words *w)
{
	struct cgroup_name room;
	const struct cgroup_name *cgroup = stuck_cgroup(o, c, w, &room);

	if (w->netns[0])
		json_str(j, "netns_name", w->netns);
	json_u64(j, "cgroup", c->cgroup);
	if (!cgroup)
		return;
	json_str(j, "cgroup_path", cgroup->path);
	if (cgroup->unit[0])
		json_str(j, "unit", cgroup->unit);
	if (cgroup->container[0])
		json_str(j, "container", cgroup->container);
}

static void put_trend(struct json *j, const struct trend *t)
{
	json_u64(j, "begun", trend_begun(t));
	json_u64(j, "ended", trend_ended(t));
	json_seconds(j, "window_seconds", trend_window_ns(t));
	if (t->newest_ns)
		json_seconds(j, "newest_seconds", time_between(t->newest_ns, t->until_ns));
}

/* The other leg. */
static void put_relay(const struct stuck_out *o, struct json *j, const struct finding *f)
{
	const struct conn *leg = relay_other(f->relay);
	uint8_t raddr[16];

	if (!leg)
		return;
	tracker_raddr(o->tracker, leg, raddr);
	json_object(j, "relay");
	json_word(j, "state", state_key(leg->state));
	json_u64(j, "cookie", leg->cookie);
	json_address(j, "remote_address", raddr);
	json_u64(j, "remote_port", leg->rport);
	json_seconds(j, "seconds", f->relay->span_ns);
	json_end_object(j);
}

/* The other end, if it is here: its members have the names of this end's. */
static void put_peer(const struct stuck_out *o, struct json *j, const struct finding *f)
{
	const struct conn *peer = finding_peer(f);
	struct owner owner = holders_peer_owner(o->holders, o->tracker, f);

	if (!peer)
		return;
	json_object(j, "peer");
	json_word(j, "state", state_key(peer->state));
	json_u64(j, "netns", peer->netns);
	json_u64(j, "cookie", peer->cookie);
	json_u64(j, "unread", peer->unread);
	json_u64(j, "unacked", peer->unacked);
	if (owner.comm) {
		json_strn(j, "comm", owner.comm, sizeof(((struct task *)0)->comm));
		json_u64(j, "pid", owner.pid);
	}
	json_end_object(j);
}

static void put_leak(struct json *j, const struct descriptor_leak *g)
{
	if (!g)
		return;
	json_object(j, "growth");
	json_u64(j, "count", g->count);
	if (descriptor_leak_is_known(g))
		put_trend(j, &g->trend);
	json_nonzero(j, "per_hour", descriptor_leak_per_hour(g));
	json_u64(j, "fds", g->fds);
	if (g->fd_limit && g->fd_limit != PROCESS_UNLIMITED)
		json_u64(j, "fd_limit", g->fd_limit);
	if (g->out_ns != DESCRIPTOR_LEAK_NEVER)
		json_seconds(j, "out_seconds", g->out_ns);
	json_end_object(j);
}

static void put_port_usage(struct json *j, const struct port_usage *c)
{
	json_u64(j, "count", port_usage_sockets(c));
	if (c->window_ns)
		json_seconds(j, "window_seconds", c->window_ns);
	if (c->window_ns && c->timewaits)
		json_u64(j, "begun", c->begun);
	if (c->window_ns >= PORT_USAGE_LEAST_NS && c->timewaits)
		json_u64(j, "per_minute", port_usage_per_minute(c));
	if (c->comm[0]) {
		json_object(j, "maker");
		json_strn(j, "comm", c->comm, sizeof(c->comm));
		json_nonzero(j, "pid", c->pid);
		json_u64(j, "count", c->made);
		json_end_object(j);
	}
	json_nonzero(j, "opener_assumed", c->guessed);
	if (c->passive)
		return;
	json_bool(j, "ports_assumed", c->assumed);
	json_u64(j, "ports_used", c->used);
	json_u64(j, "ports", c->ports);
	json_nonzero(j, "ports_bound", c->bound);
	if (c->window_ns && c->port) {
		json_u64(j, "opened", c->opened);
		json_u64(j, "ended", c->gone);
	}
	if (c->out_ns != PORT_USAGE_NEVER)
		json_seconds(j, "out_seconds", c->out_ns);
}

/* Only what all members have in common. */
static void put_ends(const struct stuck_out *o, struct json *j, const struct stuck_group *group)
{
	unsigned int shared = stuck_group_shared(group, o->tracker);
	const struct conn *c = group->members[0]->conn;
	uint8_t laddr[16], raddr[16];

	tracker_laddr(o->tracker, c, laddr);
	tracker_raddr(o->tracker, c, raddr);
	if (shared & STUCK_LADDR)
		json_address(j, "local_address", laddr);
	if (shared & STUCK_LPORT)
		json_u64(j, "local_port", c->lport);
	if (shared & STUCK_RADDR)
		json_address(j, "remote_address", raddr);
	if (shared & STUCK_RPORT)
		json_u64(j, "remote_port", c->rport);
}

static void put_sockets(const struct stuck_out *o, struct json *j, const struct stuck_group *group,
			const struct stuck_words *w)
{
	const struct finding *f = group->members[0];

	if (group->count > 1) {
		json_u64(j, "count", group->count);
		json_u64(j, "peers", group->peers);
		if (group->processes > 1)
			json_u64(j, "processes", group->processes);
	}
	json_seconds(j, "age_seconds", finding_age(f, o->now_ns));
	json_bool(j, "age_at_least", f->at_least);
	if (group->count == 1)
		put_single(j, f->conn);
	put_counts(j, group);
	put_live(j, finding_live(f), f->state);
	if (f->state == TCPTRAIL_LISTEN) {
		json_u64(j, "waiting", f->waiting);
		if (f->moved_ns)
			json_seconds(j, "accepted_seconds", time_between(f->moved_ns, o->now_ns));
	}
	life_json_tasks(j, o->tracker, f->conn);
	json_flag(j, "inherited", w->inherited_from[0]);
	put_holders(j, w);
	json_flag(j, "unheld", w->unheld);
	if (w->process)
		put_process(j, w->process);
	put_leak(j, w->leak);
}

void stuck_json(const struct stuck_out *o, struct buf *out, const struct stuck_group *group)
{
	const struct finding *f = group->members[0];
	struct stuck_words words;
	struct json j;

	stuck_words(o, group, &words);
	json_begin(&j, out);
	json_word(&j, "kind", f->usage ? "pile" : group->count > 1 ? "group" : "stuck");
	json_word(&j, "state", state_key(f->state));
	json_u64(&j, "netns", f->conn->netns);
	put_ends(o, &j, group);
	if (f->usage)
		put_port_usage(&j, f->usage);
	else
		put_sockets(o, &j, group, &words);
	put_place(o, &j, f->conn, &words);
	json_word(&j, "verdict", words.verdict.name);
	json_str(&j, "sentence", words.verdict.sentence);
	json_str(&j, "remedy", words.verdict.remedy);
	put_evidence(&j, f->evidence);
	put_relay(o, &j, f);
	put_peer(o, &j, f);
	json_end(&j);
}
