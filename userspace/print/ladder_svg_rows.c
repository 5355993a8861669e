// SPDX-License-Identifier: GPL-2.0
/* A ladder's rows on the picture: arrows, times, reasons. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "userspace/base/duration.h"
#include "userspace/base/number.h"
#include "userspace/print/ladder_picture.h"
#include "userspace/print/ladder_words.h"

#define ARROW_GAP 6.0 /* from a column to the arrows */
#define LABEL_GAP 16.0 /* from an arrow's end to its label */
#define LABEL_ROOM 44 /* characters, beside the time on the way */
#define LOST_AT 0.62 /* of the way */
#define LOST_DROP 14.0

static const char *segment_colour(const struct ladder_row *row)
{
	if (row->lost || row->tcp_flags & TCPTRAIL_RST)
		return RED;
	if (row->again || row->probe)
		return AMBER;
	return row->tcp_flags & TCPTRAIL_SYN ? BLUE : row->tcp_flags & TCPTRAIL_FIN ? PURPLE : INK;
}

/* Along the line from x1, y1 to x2, y2, at its beginning or at its end. */
static void label_line(struct picture *p, double x1, double y1, double x2, double y2, bool at_end,
		       const char *colour, const char *s)
{
	double angle = atan2(y2 - y1, x2 - x1), sign = x2 > x1 ? 1 : -1;
	double way = at_end ? fabs(x2 - x1) - LABEL_GAP : LABEL_GAP;
	const struct svg_text how = {
		.font = SVG_MONO,
		.size = at_end ? 12 : 13,
		.anchor = (sign > 0) != at_end ? SVG_START : SVG_END,
		.colour = colour,
		.degrees = (sign > 0 ? angle : angle - copysign(M_PI, angle)) * 180 / M_PI,
	};

	svg_text(p->out, &how, x1 + sign * way, y1 + way / fabs(x2 - x1) * (y2 - y1) - 5, s);
}

static void draw_cross(struct picture *p, double x, double y)
{
	buf_str(p->out, "<g class=\"cross\">\n");
	svg_line(p->out, x - 6, y - 6, x + 6, y + 6, RED, 2.5, NULL);
	svg_line(p->out, x - 6, y + 6, x + 6, y - 6, RED, 2.5, NULL);
	buf_str(p->out, "</g>\n");
}

static void draw_segment(struct picture *p, const struct ladder_row *row,
			 const struct ladder_place *place)
{
	double sign = row->from == LADDER_LEFT ? 1 : -1;
	double x1 = picture_column[row->from] + sign * ARROW_GAP,
	       x2 = picture_column[!row->from] - sign * ARROW_GAP;
	double y1 = p->top + place->y, y2 = p->top + place->arrival_y;
	char label[LADDER_LABEL_MAX], transit[DURATION_MAX + 1];
	const char *colour = segment_colour(row);
	bool stray = !row->sent && p->l->sides[row->from].end->here && !row->inferred;

	/* It is not known to have left there; its label stands where it came. */
	if (stray)
		x1 += (x2 - x1) * (1 - LOST_AT) / 2;
	if (row->lost) {
		x2 = x1 + (x2 - x1) * LOST_AT;
		y2 = y1 + LOST_DROP;
	}
	ladder_label(label, p->style, p->l, row, LABEL_ROOM);
	buf_str(p->out, "<g class=\"segment\">\n");
	svg_line(p->out, x1, y1, x2 - (row->lost ? 0 : sign * 4), y2, colour, 1.6,
		 row->inferred ? "2 4" :
		 row->again    ? "7 3" :
				 NULL);
	if (row->lost)
		draw_cross(p, x2, y2);
	else
		svg_arrow_head(p->out, x1, y1, x2, y2, colour);
	label_line(p, x1, y1, x2, y2, stray, colour, label);
	if (!row->lost && row->sent && row->arrived) {
		*put_rounded(transit, row->arrival_ns - row->time_ns) = '\0';
		label_line(p, x1, y1, x2, y2, true, MUTED, transit);
	}
	buf_str(p->out, "</g>\n");
}

static void draw_data(struct picture *p, const struct ladder_row *row, double y)
{
	const uint64_t *bytes = row->bytes;
	double sign, x;
	unsigned int side;
	char text[40];

	svg_rect(p->out, PICTURE_LEFT + 12, y - 12, PICTURE_RIGHT - PICTURE_LEFT - 24, 20, 4,
		 "#dafbe1", NULL);
	for (side = 0; side < 2; side++) {
		if (!bytes[side] && (row->half_closed || bytes[!side]))
			continue;
		sign = side == LADDER_LEFT ? 1 : -1;
		x = picture_column[side] + sign * 24;
		snprintf(text, sizeof(text), "%" PRIu64 " byte%s", bytes[side],
			 plural(bytes[side]));
		picture_write(p, x, y + 3, side == LADDER_LEFT ? SVG_START : SVG_END, GREEN, text);
		x += sign * (8.2 * (double)strlen(text) + 6);
		svg_line(p->out, x, y - 2, x + sign * 24, y - 2, GREEN, 1.6, NULL);
		svg_arrow_head(p->out, x, y - 2, x + sign * 30, y - 2, GREEN);
	}
}

static void draw_why(struct picture *p, const struct ladder_row *row, double y)
{
	double sign = row->from == LADDER_LEFT ? 1 : -1;
	const char *why = ladder_why_text(row->why);

	if (why && row->kind == LADDER_STATE)
		picture_write(p, picture_column[row->from] + sign * LABEL_GAP, y + 4,
			      row->from == LADDER_LEFT ? SVG_START : SVG_END, MUTED, why);
}

static void draw_times(struct picture *p, const struct ladder_row *row, double y,
		       uint64_t before_ns)
{
	uint64_t since_ns = row->time_ns - p->l->start_ns;
	char gap[DURATION_MAX + 2] = "+";

	if (row->kind == LADDER_DATA)
		return;
	picture_write(p, PICTURE_TIME_END, y + 4, SVG_END, INK,
		      since_ns ? number_text(put_span, since_ns).s : "0");
	if (row == p->l->rows)
		return;
	*put_rounded(gap + 1, row->time_ns - before_ns) = '\0';
	picture_write(p, PICTURE_GAP_END, y + 4, SVG_END, MUTED, gap);
}

void picture_rows(struct picture *p)
{
	const struct ladder *l = p->l;
	uint64_t before_ns = l->start_ns;
	const struct ladder_row *row;
	size_t i;
	double y;

	for (i = 0; i < l->count; i++) {
		row = &l->rows[i];
		y = p->top + p->places[i].y;
		switch (row->kind) {
		case LADDER_SEGMENT:
			draw_segment(p, row, &p->places[i]);
			break;
		case LADDER_DATA:
			draw_data(p, row, y);
			break;
		}
		draw_why(p, row, y);
		draw_times(p, row, y, before_ns);
		if (row->kind != LADDER_DATA)
			before_ns = row->time_ns;
	}
}
