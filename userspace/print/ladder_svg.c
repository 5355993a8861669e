// SPDX-License-Identifier: GPL-2.0
/*
 * The ladder as a picture, to be pasted into a ticket: it has its own light
 * ground, needs no font, style sheet or script, and says the same as the text.
 */
#include <stdlib.h>
#include <string.h>

#include "userspace/base/address.h"
#include "userspace/base/text.h"
#include "userspace/print/ladder_picture.h"
#include "userspace/print/ladder_words.h"

#define WIDTH 920.0
#define MARGIN 20.0
#define STATE_GAP 14.0 /* from a column to its states */
#define LINE_HEIGHT 19.0
#define LINE_MAX 108 /* characters */
#define HEAD_HEIGHT 76.0 /* from the last line of text to the first row */
#define FOOT_HEIGHT 50.0

void picture_write(struct picture *p, double x, double y, enum svg_anchor anchor,
		   const char *colour, const char *s)
{
	const struct svg_text how = {
		.font = SVG_MONO, .size = 13, .anchor = anchor, .colour = colour
	};

	svg_text(p->out, &how, x, y, s);
}

/* What a column is, in the colour of its phase. */
static const char *state_colour(uint8_t state)
{
	switch (state) {
	case TCPTRAIL_SYN_SENT:
	case TCPTRAIL_SYN_RECV:
	case TCPTRAIL_NEW_SYN_RECV:
		return BLUE;
	case TCPTRAIL_ESTABLISHED:
		return GREEN;
	case 0:
	case TCPTRAIL_CLOSE:
	case TCPTRAIL_LISTEN:
		return FAINT;
	case TCPTRAIL_TIME_WAIT:
		return AMBER;
	default:
		return PURPLE;
	}
}

/* Where a side gets a row's state. */
static double state_y(const struct picture *p, size_t at, unsigned int side)
{
	const struct ladder_row *row = &p->l->rows[at];
	bool arrives = row->kind == LADDER_SEGMENT && row->from != side && row->arrived;

	return p->top + (arrives ? p->places[at].arrival_y : p->places[at].y);
}

/* A column: a line in the colours of its states, with their names beside it. */
static void draw_column(struct picture *p, unsigned int side, double bottom)
{
	double x = picture_column[side], sign = side == LADDER_LEFT ? -1 : 1, begin = p->top - 38,
	       y;
	const struct ladder *l = p->l;
	char name[LADDER_STATE_MAX];
	uint8_t state = 0;
	size_t i;

	for (i = 0; i < l->count; i++) {
		if (!l->rows[i].state[side])
			continue;
		y = state_y(p, i, side);
		svg_line(p->out, x, begin, x, y, state_colour(state), 3.5, NULL);
		state = l->rows[i].state[side];
		ladder_state(name, &l->rows[i], side);
		picture_write(p, x + sign * STATE_GAP, y + 4,
			      side == LADDER_LEFT ? SVG_END : SVG_START,
			      state == TCPTRAIL_CLOSE || state == TCPTRAIL_LISTEN ?
				      MUTED :
				      state_colour(state),
			      name);
		begin = y;
	}
	svg_line(p->out, x, begin, x, bottom, state_colour(state), 3.5, NULL);
}

static void draw_heads(struct picture *p)
{
	const struct svg_text how = {
		.size = 14, .anchor = SVG_MIDDLE, .colour = INK, .bold = true
	};
	const struct ladder *l = p->l;
	double y = p->top - 50;

	svg_text(p->out, &how, PICTURE_LEFT, y, ladder_side_name(l, LADDER_LEFT));
	svg_text(p->out, &how, PICTURE_RIGHT, y, ladder_side_name(l, LADDER_RIGHT));
	picture_write(p, PICTURE_TIME_END, y, SVG_END, MUTED, "time");
	picture_write(p, PICTURE_GAP_END, y, SVG_END, MUTED, "gap");
	if (ladder_has_begun(l, LADDER_LEFT))
		picture_write(p, PICTURE_LEFT - STATE_GAP, p->top - 24, SVG_END, MUTED, "CLOSED");
	if (l->listening)
		picture_write(p, PICTURE_RIGHT + STATE_GAP, p->top - 24, SVG_START, MUTED,
			      "LISTEN");
}

/* Lines under each other, from y on; returns the next one's y. */
static double write_lines(struct picture *p, double y, const struct svg_text *how, const char *text)
{
	char line[UTF8_MAX * LINE_MAX + 1];
	size_t length;

	for (; *text; text += strspn(text + length, " ") + length, text += *text == '\n') {
		length = text_line(text, strcspn(text, "\n"), LINE_MAX);
		*put_mem(line, text, length) = '\0';
		svg_text(p->out, how, MARGIN, y, line);
		y += LINE_HEIGHT;
	}
	return y;
}

/* Who, when, and what the letters are. */
static double write_top(struct picture *p)
{
	static const struct svg_text who = {
		.font = SVG_MONO, .size = 13, .colour = INK, .bold = true
	};
	static const struct svg_text rest = { .font = SVG_MONO, .size = 13, .colour = MUTED };
	struct buf text;
	double y = MARGIN + 14;

	buf_init(&text, NULL);
	ladder_who(&text, p->l, LADDER_LEFT);
	ladder_who(&text, p->l, LADDER_RIGHT);
	y = write_lines(p, y, &who, buf_string(&text));
	buf_free(&text);

	buf_init(&text, NULL);
	ladder_when(&text, p->style, p->l);
	buf_str(&text, p->style->clock.utc ? " UTC\n" : "\n");
	if (!p->style->absolute)
		ladder_numbers(&text, p->l);
	y = write_lines(p, y, &rest, buf_string(&text));
	buf_free(&text);
	return y;
}

static double write_bottom(struct picture *p, double y, const struct narrative *narrative)
{
	static const struct svg_text how = { .font = SVG_SANS, .size = 14, .colour = INK };
	static const struct svg_text small = { .font = SVG_SANS, .size = 12, .colour = MUTED };
	bool guessed, inferred;
	struct buf text;

	buf_init(&text, NULL);
	ladder_sentences(&text, narrative);
	y = write_lines(p, y, &how, buf_string(&text));
	buf_free(&text);
	ladder_marks(p->l, &guessed, &inferred);
	if (guessed)
		y = write_lines(p, y, &small, "STATE? follows from what that end sent.");
	if (inferred)
		y = write_lines(p, y, &small,
				"A dotted arrow is not on record: what came after it proves it.");
	return y;
}

/* For those who do not see it. */
static void put_description(struct buf *out, const struct ladder *l,
			    const struct narrative *narrative)
{
	char from[ENDPOINT_MAX + 1], to[ENDPOINT_MAX + 1];
	struct buf text;

	*put_endpoint(from, l->sides[LADDER_LEFT].end->address, l->sides[LADDER_LEFT].end->port) =
		'\0';
	*put_endpoint(to, l->sides[LADDER_RIGHT].end->address, l->sides[LADDER_RIGHT].end->port) =
		'\0';
	buf_printf(out, "<title>TCP connection from %s to %s</title>\n<desc>", from, to);
	buf_init(&text, NULL);
	ladder_sentences(&text, narrative);
	svg_escaped(out, buf_string(&text));
	buf_free(&text);
	buf_str(out, "</desc>\n");
}

int ladder_svg(struct buf *out, struct ladder_style *style, const struct ladder *l,
	       const struct narrative *narrative)
{
	struct ladder_place *places;
	struct buf body;
	struct picture p = { .out = &body, .style = style, .l = l };
	double height, bottom;
	int err = ladder_place(l, &places, &height);

	if (err) {
		free(places);
		return err;
	}
	/* How high it is, is known in the end. */
	buf_init(&body, NULL);
	p.places = places;
	p.top = write_top(&p) + HEAD_HEIGHT;
	bottom = p.top + height + 20;
	draw_heads(&p);
	draw_column(&p, LADDER_LEFT, bottom);
	draw_column(&p, LADDER_RIGHT, bottom);
	picture_rows(&p);
	bottom = write_bottom(&p, bottom + FOOT_HEIGHT, narrative);

	buf_printf(out,
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"%.0f\" "
		   "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\">\n",
		   WIDTH, bottom, WIDTH, bottom);
	put_description(out, l, narrative);
	svg_rect(out, 0.5, 0.5, WIDTH - 1, bottom - 1, 8, "#ffffff", FAINT);
	buf_str(out, buf_string(&body));
	buf_str(out, "</svg>\n");
	if (body.error && !out->error)
		out->error = body.error;
	buf_free(&body);
	free(places);
	return 0;
}
