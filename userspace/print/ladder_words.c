// SPDX-License-Identifier: GPL-2.0
/* What is written on a ladder, as text or as a picture. */
#include <stdio.h>
#include <string.h>

#include "userspace/base/address.h"
#include "userspace/base/names.h"
#include "userspace/base/text.h"
#include "userspace/print/ladder_words.h"

static const struct {
	const char *key;
	const char *text;
} whys[LADDER_WHYS] = {
	[LADDER_WHY_2MSL] = { "2msl", "2 MSL are over" },
	[LADDER_WHY_FIN_TIMEOUT] = { "fin_timeout", "no FIN came (tcp_fin_timeout)" },
	[LADDER_WHY_REUSED] = { "reused", "a connect() took the port over" },
	[LADDER_WHY_SYN] = { "syn", "a new SYN took over" },
	[LADDER_WHY_DATA] = { "data", "data came for nobody" },
	[LADDER_WHY_GAVE_UP] = { "gave_up", "no answer: given up" },
	[LADDER_WHY_USER_TIMEOUT] = { "user_timeout", "no answer: TCP_USER_TIMEOUT" },
	[LADDER_WHY_KEEPALIVE] = { "keepalive", "no answer to keepalive probes" },
	[LADDER_WHY_WINDOW] = { "window", "window stayed closed" },
	[LADDER_WHY_UNSENT] = { "unsent", "not sent: given up" },
	[LADDER_WHY_REJECTED] = { "rejected", "rejected (ICMP)" },
	[LADDER_WHY_UNREACHABLE] = { "unreachable", "unreachable" },
	[LADDER_WHY_KILLED] = { "killed", "destroyed (ss -K)" },
	[LADDER_WHY_NETNS] = { "netns", "its namespace is gone" },
	[LADDER_WHY_LISTENER] = { "listener", "its listener is gone" },
	[LADDER_WHY_ABANDONED] = { "abandoned", "given up" },
	[LADDER_WHY_FOUND] = { "found", "found so, older than the trail" },
	[LADDER_WHY_REARMED] = { "rearmed", "2 MSL begin anew" },
	[LADDER_WHY_NO_PORT] = { "no_port", "no source port: not sent" },
	[LADDER_WHY_FAILED] = { "connect_failed", "connect() failed: not sent" },
	[LADDER_WHY_DROPPED] = { "dropped", "dropped (ICMP, or ss -K)" },
};

const char *ladder_why_key(uint8_t why)
{
	return why < LADDER_WHYS ? whys[why].key : NULL;
}

const char *ladder_why_text(uint8_t why)
{
	return why < LADDER_WHYS ? whys[why].text : NULL;
}

/* 'u' for the first FIN's number, 'w' for the other's. */
static char fin_letter(const struct ladder *l, unsigned int side)
{
	const struct ladder_row *row;

	for (row = l->rows; row < l->rows + l->count; row++)
		if (row->kind == LADDER_SEGMENT && row->tcp_flags & TCPTRAIL_FIN)
			return row->from == side ? 'u' : 'w';
	return side == LADDER_LEFT ? 'u' : 'w';
}

static void offset(char *to, char letter, uint32_t n)
{
	if (n)
		snprintf(to, LADDER_NUMBER_MAX, "%c+%u", letter, n);
	else
		snprintf(to, LADDER_NUMBER_MAX, "%c", letter);
}

/*
 * Sequence numbers as a reader knows them: counted from the initial number of their side (x,
 * y), or from its FIN (u, w) where the number is near it, or as on the wire.
 */
void ladder_number(char *to, const struct ladder *l, unsigned int side, uint32_t number,
		   uint32_t past_fin)
{
	const struct ladder_side *s = &l->sides[side];
	char letter = fin_letter(l, side);

	if (s->has_stray && number - s->stray < 2)
		offset(to, side == LADDER_LEFT ? 'z' : 'v', number - s->stray);
	else if (s->has_fin && past_fin <= number - s->fin && number - s->fin <= 1)
		offset(to, letter, number - s->fin);
	else if (s->has_isn && number - s->isn < 1U << 31)
		offset(to, side == LADDER_LEFT ? 'x' : 'y', number - s->isn);
	else if (past_fin != LADDER_NO_FIN && s->has_fin && s->fin + 1 - number < 1U << 30)
		snprintf(to, LADDER_NUMBER_MAX, "%c-%u", letter, s->fin - number);
	else
		snprintf(to, LADDER_NUMBER_MAX, "%u", number);
}

void ladder_label(char *to, const struct ladder_style *style, const struct ladder *l,
		  const struct ladder_row *row, size_t room)
{
	bool closing = row->tcp_flags & (TCPTRAIL_FIN | TCPTRAIL_RST);
	uint8_t shown = row->tcp_flags &
			(TCPTRAIL_SYN | TCPTRAIL_FIN | TCPTRAIL_RST | TCPTRAIL_ACK);
	char flags[TCP_FLAGS_MAX + 1],
		seq[LADDER_NUMBER_MAX + 5] = "", ack[LADDER_NUMBER_MAX + 5] = "", data[32] = "";
	static const char *const probes[] = { "", " probe", " keepalive probe", " window probe" };
	const char *mark = row->probe ? probes[row->probe] :
			   row->stray ? " stray" :
			   row->again ? " again" :
					"";

	*put_tcp_flags(flags, shown) = '\0';
	if (shown != TCPTRAIL_ACK) {
		strcpy(seq, " seq=");
		if (style->absolute)
			snprintf(seq + 5, LADDER_NUMBER_MAX, "%u", row->seq);
		else
			ladder_number(seq + 5, l, row->from, row->seq, closing ? 0 : LADDER_NO_FIN);
	}
	if (shown & TCPTRAIL_ACK) {
		strcpy(ack, " ack=");
		if (style->absolute)
			snprintf(ack + 5, LADDER_NUMBER_MAX, "%u", row->ack);
		else
			ladder_number(ack + 5, l, !row->from, row->ack, 1);
	}
	if (row->tcp_flags & TCPTRAIL_SYN && row->len)
		snprintf(data, sizeof(data), " %u bytes", row->len);
	snprintf(to, LADDER_LABEL_MAX, "%s%s%s%s%s", flags, seq, ack, data, mark);
	if (strlen(to) <= room)
		return;
	/* Big numbers: which is which, their order tells. */
	snprintf(to, LADDER_LABEL_MAX, "%s%s%s%s%s%s", flags, *seq ? " " : "", *seq ? seq + 5 : "",
		 *ack ? " " : "", *ack ? ack + 5 : "", mark);
	if (strlen(to) > room)
		snprintf(to, LADDER_LABEL_MAX, "%s%s", flags, mark);
}

void ladder_state(char *to, const struct ladder_row *row, unsigned int side)
{
	uint8_t state = row->state[side];

	snprintf(to, LADDER_STATE_MAX, "%s%s",
		 !state			 ? "" :
		 state == TCPTRAIL_CLOSE ? "CLOSED" :
					   state_name(state),
		 row->guessed[side] ? "?" : "");
}

const char *ladder_side_name(const struct ladder *l, unsigned int side)
{
	static const char *const names[2][2] = { { "left", "right" }, { "client", "server" } };

	return names[l->opener_known][side];
}

void ladder_who(struct buf *out, const struct ladder *l, unsigned int side)
{
	const struct ladder_side *s = &l->sides[side];
	size_t start = out->len;
	char *p, where[32] = "";

	buf_printf(out, "%-5s  ", ladder_side_name(l, side));
	p = buf_room(out, ENDPOINT_MAX);
	buf_end(out, put_endpoint(p, s->end->address, s->end->port));
	if (s->end->pid) {
		buf_str(out, "  ");
		buf_task(out, s->end->comm, s->end->pid);
	}
	if (!s->end->here)
		strcpy(where, "(not on record here)");
	else if (l->sides[!side].end->here && l->sides[!side].end->netns != s->end->netns)
		snprintf(where, sizeof(where), "netns %u", s->end->netns);
	/* IPv6 addresses are long; so may a name be. */
	if (where[0] && out->len > start && out->len - start + 2 + strlen(where) > TEXT_WIDTH)
		buf_str(out, "\n      ");
	if (where[0])
		buf_printf(out, "  %s", where);
	buf_char(out, '\n');
}

void ladder_numbers(struct buf *out, const struct ladder *l)
{
	const char *comma = "";
	char number[LADDER_NUMBER_MAX], letter;
	unsigned int side, first = fin_letter(l, LADDER_LEFT) != 'u', i;

	for (side = 0; side < 2; side++) {
		if (!l->sides[side].has_isn)
			continue;
		buf_printf(out, "%s%c = %u", comma, side == LADDER_LEFT ? 'x' : 'y',
			   l->sides[side].isn);
		comma = ", ";
	}
	for (side = 0; side < 2; side++) {
		if (!l->sides[side].has_stray)
			continue;
		buf_printf(out, "%s%c = %u", comma, side == LADDER_LEFT ? 'z' : 'v',
			   l->sides[side].stray);
		comma = ", ";
	}
	for (i = 0; i < 2; i++) {
		side = i ? !first : first;
		letter = fin_letter(l, side);
		if (!l->sides[side].has_fin)
			continue;
		ladder_number(number, l, side, l->sides[side].fin, LADDER_NO_FIN);
		buf_printf(out, "%s%c = %s", comma, letter, number);
		comma = ", ";
	}
	if (*comma)
		buf_char(out, '\n');
}

void ladder_when(struct buf *out, struct ladder_style *style, const struct ladder *l)
{
	clock_at(&style->clock, l->start_ns);
	buf_printf(out, "%s ", style->clock.date);
	buf_end(out, put_time_of_day(buf_room(out, PUT_TIME_OF_DAY), &style->clock, l->start_ns));
}

void ladder_sentences(struct buf *out, const struct narrative *narrative)
{
	unsigned int i;

	for (i = 0; i < narrative->sentences_count; i++) {
		buf_str(out, i ? " " : "");
		buf_str(out, narrative->sentences[i]);
	}
}

void ladder_marks(const struct ladder *l, bool *guessed, bool *inferred)
{
	size_t i;

	*guessed = false;
	*inferred = false;
	for (i = 0; i < l->count; i++) {
		*guessed |= l->rows[i].guessed[0] || l->rows[i].guessed[1];
		*inferred |= l->rows[i].inferred;
	}
}

int ladder_print(struct buf *out, struct ladder_style *style, enum ladder_form form,
		 const struct conversation *conversation)
{
	struct narrative narrative;
	struct ladder ladder;
	int err = ladder_build(&ladder, conversation);

	if (err)
		return err;
	narrative_make(&narrative, &ladder);
	if (form == LADDER_AS_SVG)
		err = ladder_svg(out, style, &ladder, &narrative);
	else if (form == LADDER_AS_JSON)
		ladder_json(out, style, &ladder, &narrative);
	else
		ladder_text(out, style, &ladder, &narrative);
	ladder_free(&ladder);
	return err ? err : -out->error;
}
