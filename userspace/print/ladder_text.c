// SPDX-License-Identifier: GPL-2.0
/*
 * The ladder as text: each row is put together column by column; an arrow is drawn into cells
 * first, so that its label can stand on the sender's side and its time on the other.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "userspace/base/duration.h"
#include "userspace/base/names.h"
#include "userspace/base/text.h"
#include "userspace/print/ladder_words.h"

/*
 * 80 columns: time, gap, left state, arrow, right state. Absolute numbers are
 * longer: the arrow takes the gap's place then.
 */
#define TIME_WIDTH 9
#define GAP_WIDTH 7
#define STATE_WIDTH 12
#define ARROW_WIDTH 36
#define ARROW_MAX (ARROW_WIDTH + GAP_WIDTH + 1)
#define EDGE 3 /* from an arrow's end to its label, the space before it included */

struct glyphs {
	const char *line;
	const char *inferred;
	const char *right;
	const char *left;
	const char *lost;
	const char *more;
};

static const struct glyphs *glyphs_of(const struct ladder_style *style)
{
	static const struct glyphs unicode = { "─", "╌", "▶", "◀", "✗", "⋮" };
	static const struct glyphs ascii = { "-", ".", ">", "<", "X", ":" };

	return style->ascii ? &ascii : &unicode;
}

/* An arrow in the making: a character for each column. */
struct canvas {
	const struct glyphs *glyphs;
	int width;
	struct {
		char text[4]; /* zero-terminated UTF-8 */
	} cells[ARROW_MAX];
};

static void set_cell(struct canvas *c, int at, const char *glyph)
{
	if (at >= 0 && at < c->width)
		snprintf(c->cells[at].text, sizeof(c->cells[at].text), "%s", glyph);
}

static void fill(struct canvas *c, int from, int to, const char *glyph)
{
	for (; from < to; from++)
		set_cell(c, from, glyph);
}

static void write_at(struct canvas *c, int at, const char *text)
{
	for (; *text; text++)
		set_cell(c, at++, (char[]){ *text, '\0' });
}

static void draw_segment(struct canvas *c, const struct ladder_style *style, const struct ladder *l,
			 const struct ladder_row *row)
{
	const char *line = row->inferred ? c->glyphs->inferred : c->glyphs->line;
	bool to_right = row->from == LADDER_LEFT;
	char label[LADDER_LABEL_MAX], transit[DURATION_MAX + 1];
	int length, begin, end = c->width;

	ladder_label(label, style, l, row, (size_t)(end - EDGE - 1));
	length = (int)strlen(label);
	begin = to_right ? EDGE : end - EDGE - length;
	fill(c, 0, end, line);
	if (row->lost && to_right) {
		fill(c, begin + length + 4, end, " ");
		set_cell(c, begin + length + 4, c->glyphs->lost);
	} else if (row->lost) {
		fill(c, 0, begin - 4, " ");
		set_cell(c, begin - 5, c->glyphs->lost);
	} else {
		set_cell(c, to_right ? end - 1 : 0, to_right ? c->glyphs->right : c->glyphs->left);
	}
	set_cell(c, begin - 1, " ");
	write_at(c, begin, label);
	set_cell(c, begin + length, " ");
	if (row->lost || !row->sent || !row->arrived)
		return;
	*put_rounded(transit, row->arrival_ns - row->time_ns) = '\0';
	length = (int)strlen(transit);
	begin = to_right ? end - EDGE - length : EDGE;
	if ((to_right && begin - 3 < EDGE + (int)strlen(label)) ||
	    (!to_right && begin + length + 3 > end - EDGE - (int)strlen(label)))
		return; /* no room: it is the difference of the rows' times anyway */
	set_cell(c, begin - 1, " ");
	write_at(c, begin, transit);
	set_cell(c, begin + length, " ");
}

static void draw_arrival(struct canvas *c, const struct ladder_row *row)
{
	char flags[TCP_FLAGS_MAX + 1], label[TCP_FLAGS_MAX + 16];
	int length;

	*put_tcp_flags(flags, row->tcp_flags & (TCPTRAIL_SYN | TCPTRAIL_FIN | TCPTRAIL_RST |
						TCPTRAIL_ACK)) = '\0';
	snprintf(label, sizeof(label), "%s arrives", flags);
	length = (int)strlen(label);
	if (row->from == LADDER_RIGHT) {
		write_at(c, c->width - EDGE - length, label);
		set_cell(c, c->width - 2, c->glyphs->line);
		set_cell(c, c->width - 1, c->glyphs->right);
	} else {
		set_cell(c, 0, c->glyphs->left);
		set_cell(c, 1, c->glyphs->line);
		write_at(c, EDGE, label);
	}
}

static void draw_data(struct canvas *c, const struct ladder_row *row)
{
	char text[64];
	int at;

	if (row->bytes[LADDER_LEFT] || !row->half_closed) {
		snprintf(text, sizeof(text), "%" PRIu64 " bytes ", row->bytes[LADDER_LEFT]);
		write_at(c, EDGE, text);
		set_cell(c, EDGE + (int)strlen(text), c->glyphs->right);
	}
	if (row->bytes[LADDER_RIGHT] || !row->half_closed) {
		snprintf(text, sizeof(text), " %" PRIu64 " bytes", row->bytes[LADDER_RIGHT]);
		at = c->width - EDGE - (int)strlen(text);
		set_cell(c, at - 1, c->glyphs->left);
		write_at(c, at, text);
	}
	set_cell(c, 0, c->glyphs->more);
	set_cell(c, c->width - 1, c->glyphs->more);
}

static void draw(struct canvas *c, const struct ladder_style *style, const struct ladder *l,
		 const struct ladder_row *row)
{
	const char *why = ladder_why_text(row->why);

	fill(c, 0, c->width, " ");
	switch (row->kind) {
	case LADDER_SEGMENT:
		draw_segment(c, style, l, row);
		break;
	case LADDER_ARRIVAL:
		draw_arrival(c, row);
		break;
	case LADDER_DATA:
		draw_data(c, row);
		break;
	case LADDER_STATE:
		if (why)
			write_at(c,
				 row->from == LADDER_LEFT ? EDGE :
							    c->width - EDGE - (int)strlen(why),
				 why);
		break;
	}
}

static void put_row(struct buf *out, struct ladder_style *style, const struct ladder *l,
		    const struct ladder_row *row, uint64_t before_ns)
{
	struct canvas c = { .glyphs = glyphs_of(style) };
	char time[DURATION_MAX + 1], gap[DURATION_MAX + 2] = "";
	char left[LADDER_STATE_MAX], right[LADDER_STATE_MAX];
	int i, last;

	c.width = style->absolute ? ARROW_MAX : ARROW_WIDTH;
	draw(&c, style, l, row);
	*put_span(time, row->time_ns - l->start_ns) = '\0';
	if (row->time_ns == l->start_ns)
		strcpy(time, "0");
	if (row->kind == LADDER_DATA)
		time[0] = '\0';
	else if (row != l->rows)
		*put_rounded(gap + 1, row->time_ns - before_ns) = '\0';
	if (gap[1])
		gap[0] = '+';
	ladder_state(left, row, LADDER_LEFT);
	ladder_state(right, row, LADDER_RIGHT);
	buf_printf(out, "%*s", TIME_WIDTH, time);
	if (!style->absolute)
		buf_printf(out, " %*s", GAP_WIDTH, gap);
	buf_printf(out, " %-*s ", STATE_WIDTH, left);
	last = c.width - 1;
	while (!right[0] && last >= 0 && c.cells[last].text[0] == ' ')
		last--;
	for (i = 0; i <= last; i++)
		buf_str(out, c.cells[i].text);
	if (right[0])
		buf_printf(out, " %s", right);
	while (out->len && out->data[out->len - 1] == ' ')
		out->len--;
	buf_char(out, '\n');
}

static void put_head(struct buf *out, struct ladder_style *style, const struct ladder *l)
{
	int arrow = style->absolute ? ARROW_MAX : ARROW_WIDTH;

	ladder_who(out, l, LADDER_LEFT);
	ladder_who(out, l, LADDER_RIGHT);
	if (!style->absolute)
		ladder_numbers(out, l);
	ladder_when(out, style, l);
	buf_str(out, "\n\n");
	buf_printf(out, "%*s", TIME_WIDTH, "time");
	if (!style->absolute)
		buf_printf(out, " %*s", GAP_WIDTH, "gap");
	buf_printf(out, " %-*s %*s %s\n", STATE_WIDTH, ladder_side_name(l, LADDER_LEFT), arrow, "",
		   ladder_side_name(l, LADDER_RIGHT));
	if (!ladder_has_begun(l, LADDER_LEFT) && !l->listening)
		return;
	buf_printf(out, "%*s %-*s", style->absolute ? TIME_WIDTH : TIME_WIDTH + 1 + GAP_WIDTH, "",
		   l->listening ? STATE_WIDTH : 0,
		   ladder_has_begun(l, LADDER_LEFT) ? "CLOSED" : "");
	if (l->listening)
		buf_printf(out, " %*s LISTEN", arrow, "");
	buf_char(out, '\n');
}

static void put_foot(struct buf *out, const struct ladder_style *style, const struct ladder *l,
		     const struct narrative *narrative)
{
	const struct glyphs *glyphs = glyphs_of(style);
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

void ladder_text(struct buf *out, struct ladder_style *style, const struct ladder *l,
		 const struct narrative *narrative)
{
	uint64_t before_ns = l->start_ns;
	size_t i;

	put_head(out, style, l);
	for (i = 0; i < l->count; i++) {
		put_row(out, style, l, &l->rows[i], before_ns);
		if (l->rows[i].kind != LADDER_DATA)
			before_ns = l->rows[i].time_ns;
	}
	buf_char(out, '\n');
	put_foot(out, style, l, narrative);
}
