/* SPDX-License-Identifier: GPL-2.0 */
/* What a ladder shows, in a few sentences, and by the names of what is known of TCP. */
#ifndef MODEL_TALE_H
#define MODEL_TALE_H

#include "userspace/model/ladder.h"

#define TALE_NAMES_MAX 16
#define TALE_SENTENCES_MAX 16
#define TALE_SENTENCE_MAX 320

/**
 * struct tale - what is told
 * @names: of what was recognised, e.g. "three-way-handshake", "half-close"; see
 *	tcptrail-explain(1)
 * @names_count: how many
 * @sentences: in the order of what happened
 * @sentences_count: how many
 */
struct tale {
	const char *names[TALE_NAMES_MAX];
	unsigned int names_count;
	char sentences[TALE_SENTENCES_MAX][TALE_SENTENCE_MAX];
	unsigned int sentences_count;
};

void tale_tell(struct tale *tale, const struct ladder *ladder);

/** tale_has() - is it one of the names? */
bool tale_has(const struct tale *tale, const char *name);

#endif
