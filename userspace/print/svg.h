/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shapes and text of an SVG picture. Attributes only, no style sheet and no
 * script: what a ticket system leaves of a picture is enough.
 */
#ifndef PRINT_SVG_H
#define PRINT_SVG_H

#include <stdbool.h>

#include "userspace/base/buf.h"

enum svg_anchor {
	SVG_START,
	SVG_MIDDLE,
	SVG_END,
};

enum svg_font {
	SVG_SANS,
	SVG_MONO,
};

/**
 * struct svg_text - how a text is set
 * @size: in pixels
 * @colour: as "#rrggbb"
 * @degrees: turned so far about its own place
 */
struct svg_text {
	enum svg_font font;
	enum svg_anchor anchor;
	unsigned int size;
	const char *colour;
	bool bold;
	double degrees;
};

/** svg_escaped() - whatever it holds: as XML text */
void svg_escaped(struct buf *out, const char *s);

/** svg_text() - @s, escaped, with its baseline at x, y; nothing if it is empty */
void svg_text(struct buf *out, const struct svg_text *how, double x, double y, const char *s);

/** svg_line() - @dash: as in stroke-dasharray, or NULL */
void svg_line(struct buf *out, double x1, double y1, double x2, double y2, const char *colour,
	      double width, const char *dash);

/** svg_rect() - filled; with a border unless @border is NULL */
void svg_rect(struct buf *out, double x, double y, double width, double height, double radius,
	      const char *fill, const char *border);

/** svg_arrow_head() - its point at x2, y2, coming from x1, y1 */
void svg_arrow_head(struct buf *out, double x1, double y1, double x2, double y2,
		    const char *colour);

#endif
