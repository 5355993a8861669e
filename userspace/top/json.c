// SPDX-License-Identifier: GPL-2.0
/* The numbers as a line of JSON: tcptrail-top(1) lists its fields. */
#include "userspace/base/json.h"
#include "userspace/base/names.h"
#include "userspace/top/top.h"

#define LISTED 20 /* rows of what is a list */

static void put_rate(struct json *j, const struct top *top, const char *key, const struct rate *r)
{
	json_object(j, key);
	json_u64(j, "total", r->total);
	if (top->numbers.updates > 1)
		json_fixed(j, "per_second", (int64_t)r->milli, 3);
	json_end_object(j);
}

static void put_states(struct json *j, const struct top *top)
{
	json_object(j, "states");
	for (uint8_t state = TCPTRAIL_ESTABLISHED; state < TCPTRAIL_NEW_SYN_RECV; state++) {
		if (state == TCPTRAIL_CLOSE)
			continue;
		json_object(j, state_key(state));
		json_u64(j, "now", top->activity.states[state]);
		if (top->has_trail)
			put_rate(j, top, "entered", &top->numbers.entered[state]);
		json_end_object(j);
	}
	json_end_object(j);
}

static void put_rates(struct json *j, const struct top *top)
{
	static const char *const keys[RATES] = {
		"opened",      "ended",		  "syn_again", "synack_again", "fin_again",
		"resets_sent", "resets_received", "records",   "lost",
	};

	for (int i = 0; i < RATES; i++)
		put_rate(j, top, keys[i], &top->numbers.rates[i]);
}

static void put_times(struct json *j, const struct top *top)
{
	static const char *const keys[ACTIVITY_TIMES] = { "client", "server", "accept_wait" };

	json_object(j, "handshake");
	for (int i = 0; i < ACTIVITY_TIMES; i++) {
		const struct quantiles *q = &top->numbers.times[i];

		json_object(j, keys[i]);
		json_u64(j, "count", q->count);
		if (q->count) {
			json_seconds(j, "p50_seconds", quantiles_percentile(q, 50));
			json_seconds(j, "p90_seconds", quantiles_percentile(q, 90));
			json_seconds(j, "p99_seconds", quantiles_percentile(q, 99));
			json_seconds(j, "max_seconds", q->max);
		}
		json_end_object(j);
	}
	json_end_object(j);
}

static void put_stuck(struct json *j, const struct top *top)
{
	const struct list *list = &top->lists[UI_STUCK];

	json_u64(j, "stuck_total", top->stuck_total);
	json_u64(j, "stuck_groups", top->stuck_groups);
	json_array(j, "stuck");
	for (size_t i = 0; i < list->count && i < LISTED; i++) {
		const struct stuck_row *s = list_row(list, i);

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

static void put_flows(struct json *j, const struct top *top)
{
	const struct list *list = &top->lists[UI_FLOWS];

	json_u64(j, "flows_total", list->count);
	json_array(j, "churn");
	for (size_t i = 0; i < list->count && i < LISTED; i++) {
		const struct flow_row *f = list_row(list, i);

		json_object(j, NULL);
		json_str(j, "owner", f->owner);
		json_str(j, "peer", f->peer);
		json_bool(j, "passive", f->passive);
		if (top_has_rates(top))
			json_fixed(j, "opened_per_second", (int64_t)f->milli, 3);
		if (top->has_trail)
			json_u64(j, "opened", f->opened);
		json_u64(j, "live", f->live);
		json_u64(j, "time_wait", f->time_wait);
		if (!f->passive)
			json_fixed(j, "port_share", (int64_t)f->share, 3);
		if (f->out_ns != PORT_USAGE_NEVER)
			json_seconds(j, "ports_out_seconds", f->out_ns);
		json_end_object(j);
	}
	json_end_array(j);
}

void top_json(struct top *top, struct buf *out)
{
	struct json j;

	json_begin(&j, out);
	json_word(&j, "kind", "top");
	json_time(&j, "time", &top->utc, top->numbers.now_ns);
	json_u64(&j, "mono_ns", top->numbers.now_ns);
	json_str(&j, "host", top->session.origin.hostname);
	json_bool(&j, "trail", top->has_trail);
	if (top->note[0])
		json_str(&j, "note", top->note);
	json_u64(&j, "sockets", top->activity.total);
	put_states(&j, top);
	if (top->has_trail) {
		put_rates(&j, top);
		put_times(&j, top);
	}
	put_stuck(&j, top);
	put_flows(&j, top);
	json_end(&j);
}
