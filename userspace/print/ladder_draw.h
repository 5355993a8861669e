/* SPDX-License-Identifier: GPL-2.0 */
/* What ladder_text.c and ladder_frame.c share: widths and characters. */
#ifndef PRINT_LADDER_DRAW_H
#define PRINT_LADDER_DRAW_H

#include "userspace/print/ladder_out.h"

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

/** ladder_glyphs() - what arrows are made of */
const struct glyphs *ladder_glyphs(const struct ladder_style *style);

/** ladder_who() - a side's role, address and owner: a line */
void ladder_who(struct buf *out, const struct ladder *ladder, unsigned int side);

/** ladder_numbers() - what x, y, u and w are: a line, or nothing */
void ladder_numbers(struct buf *out, const struct ladder *ladder);

/** ladder_sentences() - the whole narrative, on one line, as it is */
void ladder_sentences(struct buf *out, const struct narrative *narrative);

/** ladder_marks() - are there rows that need an explanation? */
void ladder_marks(const struct ladder *ladder, bool *guessed, bool *inferred);

/** ladder_head() - who, when, the numbers, names of the columns */
void ladder_head(struct buf *out, struct ladder_style *style, const struct ladder *ladder);

/** ladder_foot() - the sentences, and what the marks mean */
void ladder_foot(struct buf *out, const struct ladder_style *style, const struct ladder *ladder,
		 const struct narrative *narrative);

#endif
