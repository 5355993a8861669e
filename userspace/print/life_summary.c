// SPDX-License-Identifier: GPL-2.0
/* The summary of tcptrail life: percentiles of each span, by role, as text and as JSON. */
#include <stdio.h>

#include "userspace/base/duration.h"
#include "userspace/base/array.h"
#include "userspace/base/json.h"
#include "userspace/base/number.h"
#include "userspace/print/life_out.h"
#include "userspace/base/names.h"

static const char *const span_names[LIFE_SPANS] = { "handshake", "accept wait", "half-close",
						    "teardown", "TIME-WAIT" };
static const char *const span_keys[LIFE_SPANS] = { "handshake", "accept_wait", "half_close",
						   "teardown", "time_wait" };
static const char *const role_names[LIFE_ROLES] = { "opened before", "opened by us",
						    "opened by the peer" };
static const char *const role_keys[LIFE_ROLES] = { "unknown", "active", "passive" };
static const unsigned int percents[] = { 50, 90, 99 };

/* As a life goes through them. TIME-WAIT is among the spans. */
static const uint8_t in_state[] = { TCPTRAIL_SYN_SENT,	 TCPTRAIL_SYN_RECV,  TCPTRAIL_ESTABLISHED,
				    TCPTRAIL_FIN_WAIT1,	 TCPTRAIL_FIN_WAIT2, TCPTRAIL_CLOSING,
				    TCPTRAIL_CLOSE_WAIT, TCPTRAIL_LAST_ACK };

#define PERCENTS ARRAY_SIZE(percents)

void life_summary_add(struct life_summary *s, const struct conn *c, const struct timing *life)
{
	unsigned int role = c->role < LIFE_ROLES ? c->role : CONN_ROLE_UNKNOWN;
	const uint64_t spans[LIFE_SPANS] = {
		[LIFE_HANDSHAKE] = life->handshake,
		[LIFE_ACCEPT_WAIT] = life->unaccepted ? 0 : life->accept_wait,
		[LIFE_HALF_CLOSE] = life->closed ? life->half_close : 0,
		[LIFE_TEARDOWN] = life->teardown,
		[LIFE_TIME_WAIT] = life->time_wait,
	};
	uint64_t states[TIMING_STATES];
	unsigned int i;

	s->ended[role]++;
	if (c->end < CONN_ENDS)
		s->by_end[c->end]++;
	for (i = 0; i < LIFE_SPANS; i++)
		if (spans[i])
			quantiles_add(&s->spans[role][i], spans[i]);
	timing_states(states, c, c->since_ns);
	for (i = 0; i < TIMING_STATES; i++)
		if (states[i])
			quantiles_add(&s->states[role][i], states[i]);
}

static void put_columns(struct buf *out, const char *what)
{
	buf_printf(out, "  %-11s %9s %10s %10s %10s %10s\n", what, "COUNT", "P50", "P90", "P99",
		   "MAX");
}

static void put_quantiles(struct buf *out, const char *name, const struct quantiles *s)
{
	unsigned int i;

	buf_printf(out, "  %-11s %9llu", name, (unsigned long long)s->count);
	for (i = 0; i < PERCENTS; i++)
		buf_printf(out, " %10s",
			   number_text(put_span, quantiles_percentile(s, percents[i])).s);
	buf_printf(out, " %10s", number_text(put_span, s->max).s);
	buf_char(out, '\n');
}

static void put_role(struct buf *out, const struct life_summary *s, unsigned int role)
{
	unsigned int i, rows;

	for (i = 0, rows = 0; i < LIFE_SPANS; i++) {
		if (!s->spans[role][i].count)
			continue;
		if (!rows++)
			put_columns(out, "");
		put_quantiles(out, span_names[i], &s->spans[role][i]);
	}
	for (i = 0, rows = 0; i < sizeof(in_state); i++) {
		if (!s->states[role][in_state[i]].count)
			continue;
		if (!rows++)
			put_columns(out, "in state");
		put_quantiles(out, state_name(in_state[i]), &s->states[role][in_state[i]]);
	}
}

/* Behind the first words, in lines of LIFE_WIDTH. */
static void put_ends(struct buf *out, const struct life_summary *s)
{
	size_t start = out->len, column = 36;
	const char *comma = ":";
	char text[64];
	unsigned int i;
	int length;

	for (i = 0; i < CONN_ENDS; i++) {
		if (!s->by_end[i])
			continue;
		length = snprintf(text, sizeof(text), "%llu %s", (unsigned long long)s->by_end[i],
				  life_end_word((uint8_t)i));
		buf_char(out, *comma);
		if (out->len - start + column + (size_t)length >= LIFE_WIDTH) {
			buf_str(out, "\n ");
			start = out->len - 1;
			column = 2;
		}
		buf_char(out, ' ');
		buf_str(out, text);
		comma = ",";
	}
}

void life_text_summary(struct buf *out, const struct life_summary *s)
{
	uint64_t all = s->ended[0] + s->ended[1] + s->ended[2];
	unsigned int role;

	buf_printf(out, "%llu end%s of connections over", (unsigned long long)all, plural(all));
	put_ends(out, s);
	buf_char(out, '\n');
	for (role = 0; role < LIFE_ROLES; role++) {
		if (!s->ended[role])
			continue;
		buf_printf(out, "%llu %s\n", (unsigned long long)s->ended[role], role_names[role]);
		put_role(out, s, role);
	}
}

static void json_quantiles(struct json *j, const char *key, const struct quantiles *s)
{
	static const char *const keys[PERCENTS] = { "p50_seconds", "p90_seconds", "p99_seconds" };
	unsigned int i;

	json_object(j, key);
	json_u64(j, "count", s->count);
	for (i = 0; i < PERCENTS; i++)
		json_seconds(j, keys[i], quantiles_percentile(s, percents[i]));
	json_seconds(j, "max_seconds", s->max);
	json_end_object(j);
}

void life_json_summary(struct buf *out, const struct life_summary *s)
{
	unsigned int role, i;
	struct json j;

	json_begin(&j, out);
	json_word(&j, "kind", "life_summary");
	json_object(&j, "ends");
	for (i = 0; i < CONN_ENDS; i++)
		json_nonzero(&j, conn_end_key((uint8_t)i), s->by_end[i]);
	json_end_object(&j);
	for (role = 0; role < LIFE_ROLES; role++) {
		json_object(&j, role_keys[role]);
		json_u64(&j, "ended", s->ended[role]);
		for (i = 0; i < LIFE_SPANS; i++)
			if (s->spans[role][i].count)
				json_quantiles(&j, span_keys[i], &s->spans[role][i]);
		json_object(&j, "states");
		for (i = 0; i < TIMING_STATES; i++)
			if (s->states[role][i].count)
				json_quantiles(&j, state_key((uint8_t)i), &s->states[role][i]);
		json_end_object(&j);
		json_end_object(&j);
	}
	json_end(&j);
}
