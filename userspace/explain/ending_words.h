/* SPDX-License-Identifier: GPL-2.0 */
/* How a connection ended, in words: the same for a line of life and for explain's paragraph. */
#ifndef EXPLAIN_ENDING_WORDS_H
#define EXPLAIN_ENDING_WORDS_H

#include "userspace/base/buf.h"
#include "userspace/conn/ending.h"

/**
 * ending_sentence() - how it ended, by whom and why, as conn/ending.h judges; it begins
 *	with a small letter and has no full stop
 * @out: where it goes
 * @pair: the connection
 * @end: which of its ends it is told of; ending_of_pair() has the one that tells most
 * @names: what its ends are called, "the client": that of pair.ends[0], and the other
 *	one, even if the pair has none
 */
void ending_sentence(struct buf *out, const struct conn_pair *pair, unsigned int end,
		     const char *const names[2]);

#endif
