// SPDX-License-Identifier: GPL-2.0
/* The view as a line of JSON: tcptrail-top(1) lists its fields. */
#include "userspace/base/json.h"
#include "userspace/base/names.h"
#include "userspace/top/view.h"

#define LISTED 20 /* rows of what is a list */

static void put_rate(struct json *j, const struct view *v, const char *key,
		     const struct view_rate *r)
{
	json_object(j, key);
	json_u64(j, "total", r->total);
	if (v->updates > 1)
		json_fixed(j, "per_second", (int64_t)r->milli, 3);
	json_end_object(j);
}

static void put_states(struct json *j, const struct view *v)
{
	json_object(j, "states");
	for (uint8_t state = TCPTRAIL_ESTABLISHED; state < TCPTRAIL_NEW_SYN_RECV; state++) {
		if (state == TCPTRAIL_CLOSE)
			continue;
		json_object(j, state_key(state));
		json_u64(j, "now", v->states[state].now);
		if (v->rates)
			put_rate(j, v, "entered", &v->states[state].entered);
		json_end_object(j);
	}
	json_end_object(j);
}

static void put_spans(struct json *j, const struct view *v)
{
	static const char *const names[VIEW_SPANS] = { "client", "server", "accept_wait" };

	json_object(j, "handshake");
	for (int i = 0; i < VIEW_SPANS; i++) {
		const struct view_span *s = &v->spans[i];

		json_object(j, names[i]);
		json_u64(j, "count", s->count);
		if (s->count) {
			json_seconds(j, "p50_seconds", s->p50);
			json_seconds(j, "p90_seconds", s->p90);
			json_seconds(j, "p99_seconds", s->p99);
			json_seconds(j, "max_seconds", s->max);
		}
		json_end_object(j);
	}
	json_end_object(j);
}

static void put_losses(struct json *j, const struct view *v)
{
	put_rate(j, v, "opened", &v->opened);
	put_rate(j, v, "ended", &v->ended_lives);
	put_rate(j, v, "syn_again", &v->again[COUNTERS_SYN]);
	put_rate(j, v, "synack_again", &v->again[COUNTERS_SYN_ACK]);
	put_rate(j, v, "fin_again", &v->again[COUNTERS_FIN]);
	put_rate(j, v, "resets_sent", &v->resets[TCPTRAIL_OUT]);
	put_rate(j, v, "resets_received", &v->resets[TCPTRAIL_IN]);
	put_rate(j, v, "records", &v->records);
	put_rate(j, v, "lost", &v->lost);
}

static void put_stuck(struct json *j, const struct view *v)
{
	json_u64(j, "stuck_total", v->stuck_total);
	json_u64(j, "stuck_groups", v->stuck_groups);
	json_array(j, "stuck");
	for (size_t i = 0; i < v->stuck_count && i < LISTED; i++) {
		const struct view_stuck *s = &v->stuck[i];

		json_object(j, NULL);
		json_str(j, "verdict", s->verdict);
		json_word(j, "state", state_key(s->state));
		json_u64(j, "count", s->count);
		json_seconds(j, "age_seconds", s->age_ns);
		json_bool(j, "age_at_least", s->at_least);
		json_str(j, "local", s->local);
		json_str(j, "remote", s->remote);
		json_u64(j, "unread", s->unread);
		if (s->holder[0])
			json_str(j, "holder", s->holder);
		json_str(j, "sentence", s->sentence);
		json_end_object(j);
	}
	json_end_array(j);
}

static void put_flows(struct json *j, const struct view *v)
{
	json_u64(j, "flows_total", v->flows_count);
	json_array(j, "churn");
	for (size_t i = 0; i < v->flows_count && i < LISTED; i++) {
		const struct view_flow *f = &v->flows[i];

		json_object(j, NULL);
		json_str(j, "owner", f->owner);
		json_str(j, "peer", f->peer);
		json_bool(j, "passive", f->passive);
		if (v->rates && v->updates > 1)
			json_fixed(j, "opened_per_second", (int64_t)f->milli, 3);
		if (v->rates)
			json_u64(j, "opened", f->opened);
		json_u64(j, "live", f->live);
		json_u64(j, "time_wait", f->time_wait);
		if (!f->passive)
			json_fixed(j, "port_share", f->share, 3);
		if (f->out_ns != PORT_USAGE_NEVER)
			json_seconds(j, "ports_out_seconds", f->out_ns);
		json_end_object(j);
	}
	json_end_array(j);
}

void view_json(struct buf *out, const struct view *v, struct clock *clock)
{
	struct json j;

	json_begin(&j, out);
	json_word(&j, "kind", "top");
	json_time(&j, "time", clock, v->now_ns);
	json_u64(&j, "mono_ns", v->now_ns);
	json_str(&j, "host", v->host);
	json_bool(&j, "trail", v->rates);
	if (v->note[0])
		json_str(&j, "note", v->note);
	json_u64(&j, "sockets", v->sockets);
	put_states(&j, v);
	if (v->rates) {
		put_losses(&j, v);
		put_spans(&j, v);
	}
	put_stuck(&j, v);
	put_flows(&j, v);
	json_end(&j);
}
