// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "duration.h"
#include "ladder_out.h"
#include "names.h"

/*
 * 80 columns: time, gap, left state, arrow, right state. Absolute numbers are
 * longer: the arrow takes the gap's place then.
 */
#define TIME_WIDTH 9
#define GAP_WIDTH 7
#define STATE_WIDTH 12
#define ARROW_WIDTH 36
#define ARROW_MAX (ARROW_WIDTH + GAP_WIDTH + 1)
#define TEXT_WIDTH 80
#define EDGE 3 /* from an arrow's end to its label, the space before it included */

struct glyphs {
	const char *line;
	const char *inferred;
	const char *right;
	const char *left;
	const char *lost;
	const char *more;
};

static const struct glyphs unicode = { "─", "╌", "▶", "◀", "✗", "⋮" };
static const struct glyphs ascii = { "-", ".", ">", "<", "X", ":" };

static const char *const why_text[LADDER_WHYS] = {
	[LADDER_WHY_2MSL] = "2 MSL are over",
	[LADDER_WHY_FIN_TIMEOUT] = "no FIN came (tcp_fin_timeout)",
	[LADDER_WHY_REUSED] = "a new connection took over",
	[LADDER_WHY_GAVE_UP] = "no answer: given up",
	[LADDER_WHY_UNREACHABLE] = "unreachable (ICMP)",
	[LADDER_WHY_KILLED] = "destroyed (ss -K)",
	[LADDER_WHY_NETNS] = "its namespace is gone",
	[LADDER_WHY_LISTENER] = "its listener is gone",
	[LADDER_WHY_ABANDONED] = "given up by its process",
	[LADDER_WHY_REARMED] = "2 MSL begin anew",
};

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

/* Three digits are enough for a gap: "+35us", "+20.1ms", "+1.04s", "+16m40s". */
static void put_short_span(char *to, size_t size, uint64_t ns)
{
	static const struct {
		uint64_t unit;
		const char *name;
	} units[] = { { 1000ULL, "us" }, { 1000000ULL, "ms" }, { 1000000000ULL, "s" } };
	unsigned int i = 0;
	double n;

	if (ns >= 999500000000ULL) {
		*put_age(to, ns) = '\0';
		return;
	}
	while (i < 2 && (double)ns / (double)units[i].unit >= 999.5)
		i++;
	n = (double)ns / (double)units[i].unit;
	snprintf(to, size, "%.*f%s",
		 i == 0 || n >= 99.95 ? 0 :
		 n >= 9.995	      ? 1 :
					2,
		 n, units[i].name);
}

static void label_of(char *to, size_t size, const struct ladder_style *style,
		     const struct ladder *l, const struct ladder_row *row)
{
	bool closing = row->tcp_flags & (TCPTRAIL_FIN | TCPTRAIL_RST);
	char flags[TCP_FLAGS_MAX + 1], seq[LADDER_NUMBER_MAX], ack[LADDER_NUMBER_MAX];
	uint8_t shown = row->tcp_flags &
			(TCPTRAIL_SYN | TCPTRAIL_FIN | TCPTRAIL_RST | TCPTRAIL_ACK);
	size_t at;

	*put_tcp_flags(flags, shown) = '\0';
	if (style->absolute) {
		snprintf(seq, sizeof(seq), "%u", row->seq);
		snprintf(ack, sizeof(ack), "%u", row->ack);
	} else {
		ladder_number(seq, l, row->from, row->seq, closing ? 0 : LADDER_NO_FIN);
		ladder_number(ack, l, !row->from, row->ack, 1);
	}
	at = (size_t)snprintf(to, size, "%s", flags);
	if (shown != TCPTRAIL_ACK && at < size)
		at += (size_t)snprintf(to + at, size - at, " seq=%s", seq);
	if (shown & TCPTRAIL_ACK && at < size)
		at += (size_t)snprintf(to + at, size - at, " ack=%s", ack);
	if (row->again && at < size)
		snprintf(to + at, size - at, " again");
}

static void draw_segment(struct canvas *c, const struct ladder_style *style, const struct ladder *l,
			 const struct ladder_row *row)
{
	const char *line = row->inferred ? c->glyphs->inferred : c->glyphs->line;
	bool to_right = row->from == LADDER_LEFT;
	char label[TEXT_WIDTH], transit[16];
	int length, begin, end = c->width;

	label_of(label, sizeof(label), style, l, row);
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
	put_short_span(transit, sizeof(transit), row->arrival_ns - row->time_ns);
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

	snprintf(text, sizeof(text), "%u bytes ", row->len);
	write_at(c, EDGE, text);
	set_cell(c, EDGE + (int)strlen(text), c->glyphs->right);
	snprintf(text, sizeof(text), " %u bytes", row->len_back);
	at = c->width - EDGE - (int)strlen(text);
	set_cell(c, at - 1, c->glyphs->left);
	write_at(c, at, text);
	set_cell(c, 0, c->glyphs->more);
	set_cell(c, c->width - 1, c->glyphs->more);
}

static void draw(struct canvas *c, const struct ladder_style *style, const struct ladder *l,
		 const struct ladder_row *row)
{
	const char *why = why_text[row->why < LADDER_WHYS ? row->why : 0];

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

static void put_state(char *to, size_t size, const struct ladder_row *row, unsigned int side)
{
	snprintf(to, size, "%s%s", row->state[side] ? state_name(row->state[side]) : "",
		 row->guessed[side] ? "?" : "");
	if (row->state[side] == TCPTRAIL_CLOSE)
		snprintf(to, size, "CLOSED%s", row->guessed[side] ? "?" : "");
}

static void put_row(struct buf *out, struct ladder_style *style, const struct ladder *l,
		    const struct ladder_row *row, uint64_t before_ns)
{
	struct canvas c = { .glyphs = style->ascii ? &ascii : &unicode };
	char time[DURATION_MAX + 1], gap[DURATION_MAX + 1] = "", left[16], right[16];
	int i, last;

	c.width = style->absolute ? ARROW_MAX : ARROW_WIDTH;
	draw(&c, style, l, row);
	*put_span(time, row->time_ns - l->start_ns) = '\0';
	if (row->time_ns == l->start_ns)
		strcpy(time, "0");
	if (row->kind == LADDER_DATA)
		time[0] = '\0';
	else if (row != l->rows)
		put_short_span(gap + 1, sizeof(gap) - 1, row->time_ns - before_ns);
	if (gap[1])
		gap[0] = '+';
	put_state(left, sizeof(left), row, LADDER_LEFT);
	put_state(right, sizeof(right), row, LADDER_RIGHT);
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

static void put_side(struct buf *out, const struct ladder *l, unsigned int side)
{
	static const char *const roles[2][2] = { { "left ", "right" }, { "client", "server" } };
	const struct ladder_side *s = &l->sides[side];
	char *p;

	buf_str(out, roles[l->opener_known][side]);
	buf_str(out, "  ");
	p = buf_room(out, ENDPOINT_MAX);
	buf_end(out, put_endpoint(p, s->end->address, s->end->port));
	if (s->pid)
		buf_printf(out, "  %s[%u]", s->comm, s->pid);
	if (!s->end->here)
		buf_str(out, "  (not on this machine)");
	else if (l->sides[!side].end->here && l->sides[!side].end->netns != s->end->netns)
		buf_printf(out, "  netns %u", s->end->netns);
	buf_char(out, '\n');
}

/* What x, y, u and w are. */
static void put_numbers(struct buf *out, const struct ladder *l)
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

static void put_head(struct buf *out, struct ladder_style *style, const struct ladder *l)
{
	int arrow = style->absolute ? ARROW_MAX : ARROW_WIDTH;
	char *p;

	put_side(out, l, LADDER_LEFT);
	put_side(out, l, LADDER_RIGHT);
	if (!style->absolute)
		put_numbers(out, l);
	clock_look(&style->clock, l->start_ns);
	buf_printf(out, "%s ", style->clock.date);
	p = buf_room(out, PUT_TIME_OF_DAY);
	buf_end(out, put_time_of_day(p, &style->clock, l->start_ns));
	buf_str(out, "\n\n");
	buf_printf(out, "%*s", TIME_WIDTH, "time");
	if (!style->absolute)
		buf_printf(out, " %*s", GAP_WIDTH, "gap");
	buf_printf(out, " %-*s %*s %s\n", STATE_WIDTH, l->opener_known ? "client" : "left", arrow,
		   "", l->opener_known ? "server" : "right");
	if (!l->sides[LADDER_LEFT].end->begun && !l->listening)
		return;
	buf_printf(out, "%*s %-*s", style->absolute ? TIME_WIDTH : TIME_WIDTH + 1 + GAP_WIDTH, "",
		   l->listening ? STATE_WIDTH : 0,
		   l->sides[LADDER_LEFT].end->begun ? "CLOSED" : "");
	if (l->listening)
		buf_printf(out, " %*s LISTEN", arrow, "");
	buf_char(out, '\n');
}

/* Broken at spaces before column 80. */
static void put_paragraph(struct buf *out, const struct tale *tale)
{
	size_t at = 0, length;
	const char *text;
	unsigned int i;

	for (i = 0; i < tale->sentences_count; i++) {
		for (text = tale->sentences[i]; *text; text += length + (text[length] == ' ')) {
			length = strcspn(text, " ");
			if (at && at + 1 + length > TEXT_WIDTH) {
				buf_char(out, '\n');
				at = 0;
			} else if (at) {
				buf_char(out, ' ');
				at++;
			}
			buf_mem(out, text, length);
			at += length;
		}
	}
	if (at)
		buf_char(out, '\n');
}

static void put_foot(struct buf *out, const struct ladder_style *style, const struct ladder *l)
{
	bool guessed = false, inferred = false;
	size_t i;

	for (i = 0; i < l->count; i++) {
		guessed |= l->rows[i].guessed[0] || l->rows[i].guessed[1];
		inferred |= l->rows[i].inferred;
	}
	if (guessed)
		buf_str(out, "STATE? follows from what that end sent.\n");
	if (inferred)
		buf_printf(out, "%s%s%s is not on record: what came after it proves it.\n",
			   style->ascii ? ascii.inferred : unicode.inferred,
			   style->ascii ? ascii.inferred : unicode.inferred,
			   style->ascii ? ascii.right : unicode.right);
}

void ladder_text(struct buf *out, struct ladder_style *style, const struct ladder *l,
		 const struct tale *tale)
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
	put_paragraph(out, tale);
	put_foot(out, style, l);
}
