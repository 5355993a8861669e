// SPDX-License-Identifier: GPL-2.0
/*
 * Sequence numbers as a reader knows them: counted from the initial number of their side (x,
 * y), or from its FIN (u, w) where the number is near it, or as on the wire.
 */
#include <stdio.h>

#include "userspace/print/ladder_out.h"

char ladder_fin_letter(const struct ladder *l, unsigned int side)
{
	const struct ladder_row *row;

	for (row = l->rows; row < l->rows + l->count; row++)
		if (row->kind == LADDER_SEGMENT && row->tcp_flags & TCPTRAIL_FIN)
			return row->from == side ? 'u' : 'w';
	return side == LADDER_LEFT ? 'u' : 'w';
}

static void offset(char *to, char letter, uint32_t n)
{
	if (n)
		snprintf(to, LADDER_NUMBER_MAX, "%c+%u", letter, n);
	else
		snprintf(to, LADDER_NUMBER_MAX, "%c", letter);
}

void ladder_number(char *to, const struct ladder *l, unsigned int side, uint32_t number,
		   uint32_t past_fin)
{
	const struct ladder_side *s = &l->sides[side];
	char letter = ladder_fin_letter(l, side);

	if (s->has_stray && number - s->stray < 2)
		offset(to, side == LADDER_LEFT ? 'z' : 'v', number - s->stray);
	else if (s->has_fin && past_fin <= number - s->fin && number - s->fin <= 1)
		offset(to, letter, number - s->fin);
	else if (s->has_isn && number - s->isn < 1U << 31)
		offset(to, side == LADDER_LEFT ? 'x' : 'y', number - s->isn);
	else if (past_fin != LADDER_NO_FIN && s->has_fin && s->fin + 1 - number < 1U << 30)
		snprintf(to, LADDER_NUMBER_MAX, "%c-%u", letter, s->fin - number);
	else
		snprintf(to, LADDER_NUMBER_MAX, "%u", number);
}
