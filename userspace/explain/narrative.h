/* SPDX-License-Identifier: GPL-2.0 */
/* What a ladder shows, in a few sentences, and by the names of what is known of TCP. */
#ifndef EXPLAIN_NARRATIVE_H
#define EXPLAIN_NARRATIVE_H

#include "userspace/explain/ladder.h"

#define NARRATIVE_NAMES_MAX 16
#define NARRATIVE_NAME_MAX 32 /* bytes */
#define NARRATIVE_SENTENCES_MAX 16
#define NARRATIVE_SENTENCE_MAX 320

/**
 * struct narrative - what is told
 * @names: of what was recognised, e.g. "three-way-handshake", "half-close"; see
 *	tcptrail-explain(1)
 * @names_count: how many
 * @sentences: in the order of what happened
 * @sentences_count: how many
 */
struct narrative {
	char names[NARRATIVE_NAMES_MAX][NARRATIVE_NAME_MAX];
	unsigned int names_count;
	char sentences[NARRATIVE_SENTENCES_MAX][NARRATIVE_SENTENCE_MAX];
	unsigned int sentences_count;
};

void narrative_make(struct narrative *narrative, const struct ladder *ladder);

#endif
