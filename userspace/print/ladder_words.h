/* SPDX-License-Identifier: GPL-2.0 */
/* What is written on a ladder, as text or as a picture. */
#ifndef PRINT_LADDER_WORDS_H
#define PRINT_LADDER_WORDS_H

#include "userspace/print/ladder_out.h"

#define LADDER_LABEL_MAX 128
#define LADDER_STATE_MAX 32

/** ladder_why_key() - why a state changed without a segment, for machines; or NULL */
const char *ladder_why_key(uint8_t why);

/** ladder_why_text() - likewise, for people */
const char *ladder_why_text(uint8_t why);

/**
 * ladder_label() - "SYN,ACK seq=y ack=x+1 again"
 * @to: LADDER_LABEL_MAX bytes
 * @style: numbers as on the wire, or relative
 * @ladder: the row's
 * @row: a segment
 * @room: characters; what is longer is said in fewer
 */
void ladder_label(char *to, const struct ladder_style *style, const struct ladder *ladder,
		  const struct ladder_row *row, size_t room);

/** ladder_state() - "FIN-WAIT-1", "CLOSED?", or empty if it stays; LADDER_STATE_MAX bytes */
void ladder_state(char *to, const struct ladder_row *row, unsigned int side);

#endif
