// SPDX-License-Identifier: GPL-2.0
/* What stands above and under the ladder. */
#include <stdio.h>
#include <string.h>

#include "userspace/base/address.h"
#include "userspace/base/text.h"
#include "userspace/print/ladder_draw.h"

static const struct glyphs unicode = { "─", "╌", "▶", "◀", "✗", "⋮" };
static const struct glyphs ascii = { "-", ".", ">", "<", "X", ":" };

const struct glyphs *ladder_glyphs(const struct ladder_style *style)
{
	return style->ascii ? &ascii : &unicode;
}

void ladder_who(struct buf *out, const struct ladder *l, unsigned int side)
{
	static const char *const roles[2][2] = { { "left ", "right" }, { "client", "server" } };
	const struct ladder_side *s = &l->sides[side];
	size_t start = out->len;
	char *p, where[32] = "";

	buf_str(out, roles[l->opener_known][side]);
	buf_str(out, "  ");
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
	unsigned int side, first = ladder_fin_letter(l, LADDER_LEFT) != 'u', i;

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
		letter = ladder_fin_letter(l, side);
		if (!l->sides[side].has_fin)
			continue;
		ladder_number(number, l, side, l->sides[side].fin, LADDER_NO_FIN);
		buf_printf(out, "%s%c = %s", comma, letter, number);
		comma = ", ";
	}
	if (*comma)
		buf_char(out, '\n');
}

void ladder_head(struct buf *out, struct ladder_style *style, const struct ladder *l)
{
	int arrow = style->absolute ? ARROW_MAX : ARROW_WIDTH;
	char *p;

	ladder_who(out, l, LADDER_LEFT);
	ladder_who(out, l, LADDER_RIGHT);
	if (!style->absolute)
		ladder_numbers(out, l);
	clock_at(&style->clock, l->start_ns);
	buf_printf(out, "%s ", style->clock.date);
	p = buf_room(out, PUT_TIME_OF_DAY);
	buf_end(out, put_time_of_day(p, &style->clock, l->start_ns));
	buf_str(out, "\n\n");
	buf_printf(out, "%*s", TIME_WIDTH, "time");
	if (!style->absolute)
		buf_printf(out, " %*s", GAP_WIDTH, "gap");
	buf_printf(out, " %-*s %*s %s\n", STATE_WIDTH, l->opener_known ? "client" : "left", arrow,
		   "", l->opener_known ? "server" : "right");
	if (!ladder_has_begun(l, LADDER_LEFT) && !l->listening)
		return;
	buf_printf(out, "%*s %-*s", style->absolute ? TIME_WIDTH : TIME_WIDTH + 1 + GAP_WIDTH, "",
		   l->listening ? STATE_WIDTH : 0,
		   ladder_has_begun(l, LADDER_LEFT) ? "CLOSED" : "");
	if (l->listening)
		buf_printf(out, " %*s LISTEN", arrow, "");
	buf_char(out, '\n');
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

void ladder_foot(struct buf *out, const struct ladder_style *style, const struct ladder *l,
		 const struct narrative *narrative)
{
	const struct glyphs *glyphs = ladder_glyphs(style);
	bool guessed, inferred;
	struct buf text;

	buf_init(&text, NULL);
	ladder_sentences(&text, narrative);
	if (text.len)
		buf_paragraph(out, buf_string(&text), 0);
	buf_free(&text);
	ladder_marks(l, &guessed, &inferred);
	if (guessed)
		buf_str(out, "STATE? follows from what that end sent.\n");
	if (inferred)
		buf_printf(out, "%s%s%s is not on record: what came after it proves it.\n",
			   glyphs->inferred, glyphs->inferred, glyphs->right);
}
