/* SPDX-License-Identifier: GPL-2.0 */
/* The ladder as text of 80 columns, as a picture, and as a line of JSON. */
#ifndef PRINT_LADDER_OUT_H
#define PRINT_LADDER_OUT_H

#include "userspace/base/buf.h"
#include "userspace/base/clock.h"
#include "userspace/explain/ladder.h"
#include "userspace/explain/narrative.h"

/**
 * struct ladder_style - how to draw
 * @ascii: no other characters
 * @absolute: the numbers of the wire instead of x, y, u, w
 * @clock: for the time of the first row
 */
struct ladder_style {
	bool ascii;
	bool absolute;
	struct clock clock;
};

void ladder_text(struct buf *out, struct ladder_style *style, const struct ladder *ladder,
		 const struct narrative *narrative);

/** ladder_json() - the clock must be a UTC one */
void ladder_json(struct buf *out, struct ladder_style *style, const struct ladder *ladder,
		 const struct narrative *narrative);

/** ladder_svg() - a picture, to be put into a page or a file; 0 or -ENOMEM */
int ladder_svg(struct buf *out, struct ladder_style *style, const struct ladder *ladder,
	       const struct narrative *narrative);

/** enum ladder_form - how ladder_print() draws */
enum ladder_form {
	LADDER_AS_TEXT,
	LADDER_AS_JSON,
	LADDER_AS_SVG,
};

/** ladder_print() - a conversation's ladder, and what happened in words; 0 or -errno */
int ladder_print(struct buf *out, struct ladder_style *style, enum ladder_form form,
		 const struct conversation *conversation);

#endif
