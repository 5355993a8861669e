// SPDX-License-Identifier: GPL-2.0
#include "duration.h"
#include "json.h"
#include "life_out.h"
#include "record_json.h"

static const char *const span_names[LIFE_SPANS] = { "handshake", "half-close", "teardown",
						    "TIME-WAIT" };
static const char *const span_keys[LIFE_SPANS] = { "handshake", "half_close", "teardown",
						   "time_wait" };
static const char *const role_names[LIFE_ROLES] = { "opened before", "opened by us",
						    "opened by the peer" };
static const char *const role_keys[LIFE_ROLES] = { "unknown", "active", "passive" };
static const unsigned int percents[] = { 50, 90, 99 };

#define PERCENTS (sizeof(percents) / sizeof(percents[0]))

void life_summary_add(struct life_summary *s, const struct conn *c, const struct life *life)
{
	unsigned int role = c->role < LIFE_ROLES ? c->role : CONN_ROLE_UNKNOWN;
	const uint64_t spans[LIFE_SPANS] = {
		[LIFE_HANDSHAKE] = life->handshake,
		[LIFE_HALF_CLOSE] = life->closed ? life->half_close : 0,
		[LIFE_TEARDOWN] = life->teardown,
		[LIFE_TIME_WAIT] = life->time_wait,
	};
	unsigned int i;

	s->ended[role]++;
	if (c->end < CONN_ENDS)
		s->by_end[c->end]++;
	for (i = 0; i < LIFE_SPANS; i++)
		if (spans[i])
			spread_add(&s->spans[role][i], spans[i]);
}

static void put_time(struct buf *out, uint64_t ns)
{
	char text[DURATION_MAX + 1];

	*put_span(text, ns) = '\0';
	buf_printf(out, " %10s", text);
}

static void put_columns(struct buf *out)
{
	buf_printf(out, "  %-10s %9s %10s %10s %10s %10s\n", "", "COUNT", "P50", "P90", "P99",
		   "MAX");
}

static void put_spread(struct buf *out, const char *name, const struct spread *s)
{
	unsigned int i;

	buf_printf(out, "  %-10s %9llu", name, (unsigned long long)s->count);
	for (i = 0; i < PERCENTS; i++)
		put_time(out, spread_percentile(s, percents[i]));
	put_time(out, s->max);
	buf_char(out, '\n');
}

void life_text_summary(struct buf *out, const struct life_summary *s)
{
	uint64_t all = s->ended[0] + s->ended[1] + s->ended[2];
	const char *comma = ": ";
	unsigned int role, i, rows;

	buf_printf(out, "%llu ended", (unsigned long long)all);
	for (i = 0; i < CONN_ENDS; i++) {
		if (!s->by_end[i])
			continue;
		buf_printf(out, "%s%llu %s", comma, (unsigned long long)s->by_end[i],
			   conn_end_key((uint8_t)i));
		comma = ", ";
	}
	buf_char(out, '\n');
	for (role = 0; role < LIFE_ROLES; role++) {
		if (!s->ended[role])
			continue;
		buf_printf(out, "%llu %s\n", (unsigned long long)s->ended[role], role_names[role]);
		for (i = 0, rows = 0; i < LIFE_SPANS; i++) {
			if (!s->spans[role][i].count)
				continue;
			if (!rows++)
				put_columns(out);
			put_spread(out, span_names[i], &s->spans[role][i]);
		}
	}
}

static void json_spread(struct json *j, const char *key, const struct spread *s)
{
	static const char *const keys[PERCENTS] = { "p50_seconds", "p90_seconds", "p99_seconds" };
	unsigned int i;

	json_object(j, key);
	json_u64(j, "count", s->count);
	for (i = 0; i < PERCENTS; i++)
		json_fixed(j, keys[i], (int64_t)spread_percentile(s, percents[i]), 9);
	json_fixed(j, "max_seconds", (int64_t)s->max, 9);
	json_end_object(j);
}

void life_json_summary(struct buf *out, const struct life_summary *s)
{
	unsigned int role, i;
	struct json j;

	json_begin(&j, out);
	json_u64(&j, "v", JSON_VERSION);
	json_word(&j, "kind", "life_summary");
	json_object(&j, "ends");
	for (i = 0; i < CONN_ENDS; i++)
		if (s->by_end[i])
			json_u64(&j, conn_end_key((uint8_t)i), s->by_end[i]);
	json_end_object(&j);
	for (role = 0; role < LIFE_ROLES; role++) {
		json_object(&j, role_keys[role]);
		json_u64(&j, "ended", s->ended[role]);
		for (i = 0; i < LIFE_SPANS; i++)
			if (s->spans[role][i].count)
				json_spread(&j, span_keys[i], &s->spans[role][i]);
		json_end_object(&j);
	}
	json_end(&j);
}
