/* SPDX-License-Identifier: GPL-2.0 */
/* What conversation_feed.c and conversation.c share. */
#ifndef EXPLAIN_CONVERSATION_INTERNAL_H
#define EXPLAIN_CONVERSATION_INTERNAL_H

#include "userspace/base/index.h"
#include "userspace/explain/conversation.h"

/* What is known while sorting, beside what the talk itself tells. */
struct draft {
	struct conversation conversation;
	uint32_t older; /* the draft before with the same two ends, plus one; 0: none */
	size_t filled;
};

/* Something is missing of what happened between them. */
struct gap {
	uint64_t from_ns;
	uint64_t to_ns;
};

#define GAPS_MAX 4096 /* from then on the last one grows */

struct conversations {
	struct selector selector;
	uint64_t key[2]; /* of the hashes */
	struct tcptrail_record *records;
	uint32_t *draft_of; /* by record: draft number plus one, 0: none */
	uint8_t *side_of;
	size_t count;
	size_t room;
	size_t dropped;
	struct gap *gaps; /* none reaches into the next one */
	size_t gaps_count;
	struct draft *drafts;
	size_t drafts_count;
	size_t drafts_room;
	struct conversation *wanted;
	const struct tcptrail_record **handed; /* the records, talk by talk */
	uint8_t *handed_sides; /* likewise */
	struct index by_ends;
	struct index by_cookie;
};

static inline bool is_transition(const struct tcptrail_record *r)
{
	return r->kind == TCPTRAIL_SOCKET || r->kind == TCPTRAIL_REQUEST ||
	       r->kind == TCPTRAIL_TIMEWAIT || r->kind == TCPTRAIL_ACCEPT ||
	       r->kind == TCPTRAIL_SNAPSHOT;
}

#endif
