/* SPDX-License-Identifier: GPL-2.0 */
/* What ladder_svg.c and ladder_svg_rows.c share: columns, in pixels, and colours. */
#ifndef PRINT_LADDER_PICTURE_H
#define PRINT_LADDER_PICTURE_H

#include "userspace/print/ladder_out.h"
#include "userspace/print/ladder_place.h"
#include "userspace/print/svg.h"

#define PICTURE_LEFT 300.0
#define PICTURE_RIGHT 760.0
#define PICTURE_TIME_END 100.0
#define PICTURE_GAP_END 172.0

#define INK "#1f2328"
#define MUTED "#59636e"
#define FAINT "#d1d9e0"
#define BLUE "#0550ae"
#define PURPLE "#6639ba"
#define RED "#c21c2c"
#define GREEN "#116329"
#define AMBER "#7d4e00"

/**
 * struct picture - in the making
 * @out: where it goes
 * @style: numbers, and the clock
 * @l: what is drawn
 * @places: by row
 * @top: y of the first row
 */
struct picture {
	struct buf *out;
	struct ladder_style *style;
	const struct ladder *l;
	const struct ladder_place *places;
	double top;
};

static const double picture_column[2] = { PICTURE_LEFT, PICTURE_RIGHT };

/** picture_write() - with its baseline at x, y */
void picture_write(struct picture *p, double x, double y, enum svg_anchor anchor,
		   const char *colour, const char *s);

/** picture_rows() - arrows, times, reasons */
void picture_rows(struct picture *p);

#endif
