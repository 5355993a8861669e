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

/** ladder_side_name() - "client", "server"; "left", "right" if it is not known who opened */
const char *ladder_side_name(const struct ladder *ladder, unsigned int side);

/** ladder_who() - a side's role, address and owner: a line */
void ladder_who(struct buf *out, const struct ladder *ladder, unsigned int side);

/** ladder_numbers() - what x, y, u and w are: a line, or nothing */
void ladder_numbers(struct buf *out, const struct ladder *ladder);

/** ladder_when() - date and time of the first row */
void ladder_when(struct buf *out, struct ladder_style *style, const struct ladder *ladder);

/** ladder_sentences() - the whole narrative, on one line, as it is */
void ladder_sentences(struct buf *out, const struct narrative *narrative);

/** ladder_marks() - are there rows that need an explanation? */
void ladder_marks(const struct ladder *ladder, bool *guessed, bool *inferred);

#endif
