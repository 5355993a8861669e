// SPDX-License-Identifier: GPL-2.0
/* A ladder as a line of JSON: tcptrail-explain(1) lists its fields. */
#include "userspace/base/json.h"
#include "userspace/print/ladder_words.h"
#include "userspace/print/life_out.h"
#include "userspace/base/names.h"

static const char *const sides[2] = { "left", "right" };

static void put_side(struct json *j, const struct ladder *l, unsigned int side)
{
	const struct ladder_side *s = &l->sides[side];

	json_object(j, sides[side]);
	json_address(j, "address", s->end->address);
	json_u64(j, "port", s->end->port);
	json_bool(j, "here", s->end->here);
	if (s->end->here) {
		json_u64(j, "netns", s->end->netns);
		json_u64(j, "cookie", s->end->conn ? s->end->conn->cookie : 0);
	}
	if (s->end->pid) {
		json_u64(j, "pid", s->end->pid);
		json_strn(j, "comm", s->end->comm, sizeof(s->end->comm));
	}
	if (s->has_isn)
		json_u64(j, "isn", s->isn);
	if (s->has_fin)
		json_u64(j, "fin_seq", s->fin);
	if (s->has_stray)
		json_u64(j, "stray_isn", s->stray);
	json_end_object(j);
}

static void put_segment(struct json *j, const struct ladder *l, const struct ladder_row *row)
{
	bool closing = row->tcp_flags & (TCPTRAIL_FIN | TCPTRAIL_RST);
	char number[LADDER_NUMBER_MAX];

	json_word(j, "from", sides[row->from]);
	json_tcp_flags(j, "tcp_flags", row->tcp_flags);
	if (!row->inferred) {
		json_u64(j, "tcp_seq", row->seq);
		ladder_number(number, l, row->from, row->seq, closing ? 0 : LADDER_NO_FIN);
		json_word(j, "relative_seq", number);
		json_u64(j, "len", row->len);
	}
	if (row->tcp_flags & TCPTRAIL_ACK) {
		json_u64(j, "tcp_ack", row->ack);
		ladder_number(number, l, !row->from, row->ack, 1);
		json_word(j, "relative_ack", number);
	}
	json_u64(j, "again", row->again);
	json_bool(j, "lost", row->lost);
	json_bool(j, "inferred", row->inferred);
	json_bool(j, "probe", row->probe);
	json_bool(j, "stray", row->stray);
	if (row->sent && row->arrived)
		json_seconds(j, "transit_seconds", row->arrival_ns - row->time_ns);
}

static void put_row(struct json *j, const struct ladder *l, const struct ladder_row *row)
{
	static const char *const kinds[] = {
		[LADDER_SEGMENT] = "segment",
		[LADDER_ARRIVAL] = "arrival",
		[LADDER_STATE] = "state",
		[LADDER_DATA] = "data",
	};
	unsigned int side;

	json_object(j, NULL);
	json_word(j, "step", kinds[row->kind]);
	json_seconds(j, "seconds", row->time_ns - l->start_ns);
	if (row->kind == LADDER_SEGMENT) {
		put_segment(j, l, row);
	} else if (row->kind == LADDER_DATA) {
		json_u64(j, "left_bytes", row->bytes[LADDER_LEFT]);
		json_u64(j, "right_bytes", row->bytes[LADDER_RIGHT]);
		json_bool(j, "half_closed", row->half_closed);
	} else {
		json_word(j, "at", sides[row->from]);
	}
	for (side = 0; side < 2; side++) {
		if (!row->state[side])
			continue;
		json_word(j, side ? "right_state" : "left_state", state_key(row->state[side]));
		json_flag(j, side ? "right_guessed" : "left_guessed", row->guessed[side]);
	}
	if (ladder_why_key(row->why))
		json_word(j, "why", ladder_why_key(row->why));
	json_end_object(j);
}

static void put_earlier(struct json *j, const struct conversation *c)
{
	if (!c->earlier_count)
		return;
	json_array(j, "earlier");
	for (unsigned int i = 0; i < c->earlier_count; i++) {
		json_object(j, NULL);
		json_u64(j, "cookie", c->earlier[i]->cookie);
		json_word(j, "end", conn_end_key(c->earlier[i]->end));
		json_end_object(j);
	}
	json_end_array(j);
}

void ladder_json(struct buf *out, struct ladder_style *style, const struct ladder *l,
		 const struct narrative *narrative)
{
	struct json j;
	unsigned int n;
	size_t i;

	json_begin(&j, out);
	json_word(&j, "kind", "connection");
	json_time(&j, "time", &style->clock, l->start_ns);
	json_u64(&j, "mono_ns", l->start_ns);
	json_bool(&j, "complete", l->conversation->complete);
	json_bool(&j, "opener_known", l->opener_known);
	put_side(&j, l, LADDER_LEFT);
	put_side(&j, l, LADDER_RIGHT);
	put_earlier(&j, l->conversation);
	json_array(&j, "steps");
	for (i = 0; i < l->count; i++)
		put_row(&j, l, &l->rows[i]);
	json_end_array(&j);
	if (l->pair.count)
		ending_json(&j, &l->pair);
	json_array(&j, "names");
	for (n = 0; n < narrative->names_count; n++)
		json_word(&j, NULL, narrative->names[n]);
	json_end_array(&j);
	json_array(&j, "sentences");
	for (n = 0; n < narrative->sentences_count; n++)
		json_str(&j, NULL, narrative->sentences[n]);
	json_end_array(&j);
	json_end(&j);
}
