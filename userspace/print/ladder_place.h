/* SPDX-License-Identifier: GPL-2.0 */
/* How high on a picture each of a ladder's rows stands. */
#ifndef PRINT_LADDER_PLACE_H
#define PRINT_LADDER_PLACE_H

#include "userspace/explain/ladder.h"

/**
 * struct ladder_place - of a row
 * @y: pixels from the first one's, downwards: where it left, or happened
 * @arrival_y: where it arrived; @y if it is not known how long that took
 */
struct ladder_place {
	double y;
	double arrival_y;
};

/**
 * ladder_place() - time runs downwards, and never upwards in a column
 * @ladder: the rows
 * @places: set to one for each row, to be freed by the caller
 * @height: set to the last one's y
 *
 * A long wait takes more room than a short one, but not in proportion: a
 * handshake of microseconds and a TIME-WAIT of a minute are on one picture.
 *
 * Return: 0 or -ENOMEM
 */
int ladder_place(const struct ladder *ladder, struct ladder_place **places, double *height);

#endif
