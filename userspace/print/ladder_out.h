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

/* ladder_number.c: numbers as in the textbook */

#define LADDER_NUMBER_MAX 24

#define LADDER_NO_FIN UINT32_MAX

/**
 * ladder_number() - "x", "y+1", "u", or as on the wire; zero-terminated
 * @to: LADDER_NUMBER_MAX bytes
 * @ladder: for what x, y, u and w are
 * @side: whose bytes the number counts
 * @number: the number
 * @past_fin: say u or w if it is so far past that side's FIN, or 1: 0 for a sequence
 *	number, 1 for an acknowledgement; LADDER_NO_FIN: rather x and y
 */
void ladder_number(char *to, const struct ladder *ladder, unsigned int side, uint32_t number,
		   uint32_t past_fin);

/** ladder_fin_letter() - 'u' for the first FIN's number, 'w' for the other's */
char ladder_fin_letter(const struct ladder *ladder, unsigned int side);

#endif
