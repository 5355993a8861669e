/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The making of conversations, in this order:
 *
 *	conversation_feed.c	which records are kept
 *	conversation_ends.c	what the tracker makes of them: connection ends
 *	conversation_place.c	which ends are one conversation, and whose the rest is
 *	conversation.c		the list of those that were asked for
 */
#ifndef EXPLAIN_CONVERSATION_INTERNAL_H
#define EXPLAIN_CONVERSATION_INTERNAL_H

#include "userspace/base/index.h"
#include "userspace/explain/conversation.h"
#include "userspace/explain/segment.h"

/**
 * struct end - one end of a connection, or of segments that belong to none
 * @conn: as the tracker had it last; object CONN_FREE: no connection
 * @laddr: its address
 * @raddr: the other end's, as this end knows it
 * @pid: see struct conversation_end
 * @comm: likewise
 * @first: its first record
 * @peer: the end that the tracker joined it with last, 0 if with none
 * @draft: the conversation that it is of, 0 if not known yet
 * @older: the end before with the same two addresses and ports, in either order
 * @isn: the number of the SYN that it sent or that came to it, with @has_isn
 * @side: which of the conversation's two ends it is
 * @has_rst: a RST of no connection is on record
 */
struct end {
	struct conn conn;
	uint8_t laddr[16];
	uint8_t raddr[16];
	uint32_t pid;
	char comm[16];
	uint32_t first;
	uint32_t peer;
	uint32_t draft;
	uint32_t older;
	uint32_t isn;
	bool has_isn;
	bool has_rst;
	uint8_t side;
};

/**
 * struct draft - a conversation in the making
 * @ends: by side; 0: nothing of it is on record
 * @count: records
 * @next: where its next record goes when they are handed out
 * @earlier: struct conversation's; then where the next one goes
 * @wanted: the selector means it
 */
struct draft {
	uint32_t ends[2];
	uint32_t count;
	uint32_t next;
	uint32_t earlier;
	bool wanted;
};

/* Records were lost meanwhile. */
struct gap {
	uint64_t from_ns;
	uint64_t to_ns;
};

/**
 * struct conversations - all of it
 * @selector: what is asked for
 * @key: of the hashes
 * @records: those that are kept, by time once they are sorted
 * @end_of: by record: the number of its end, 0: none
 * @states: by record: struct conversation's
 * @count: records
 * @dropped: records that were kept and had to go
 * @gaps: by time; none reaches into the next one
 * @others: names and cookies that the selector does not mean and that are kept, too
 * @by_other: those, by both
 * @recent: the last handshakes
 * @by_isn: the segments of those, by the client's number: their slots in the ring, plus one
 * @by_meant: those that the selector means, likewise
 * @incomplete: a hook of the module is missing
 * @ends: from 1
 * @drafts: from 1
 * @by_name: ends by their two addresses and ports in either order, the newest
 * @list: what is asked for
 */
struct conversations {
	struct selector selector;
	uint64_t key[2];
	struct tcptrail_record *records;
	uint32_t *end_of;
	uint8_t *states;
	size_t count;
	size_t room;
	size_t dropped;
	struct gap *gaps;
	size_t gaps_count;
	struct other *others;
	size_t others_count;
	size_t others_room;
	struct index by_other;
	struct recent *recent;
	struct index by_isn;
	struct index by_meant;
	bool incomplete;
	struct end *ends;
	size_t ends_count;
	size_t ends_room;
	struct draft *drafts;
	size_t drafts_count;
	size_t drafts_room;
	struct index by_name;
	struct conversation *list;
	const struct tcptrail_record **handed;
	uint8_t *handed_sides;
	uint8_t *handed_states;
	const struct conn **earlier;
};

/** name_hash() - of two addresses and ports, in either order */
static inline uint32_t name_hash(const struct conversations *t, const uint8_t laddr[16],
				 uint16_t lport, const uint8_t raddr[16], uint16_t rport)
{
	return index_hash(t->key, index_hash_16(t->key, laddr), lport) +
	       index_hash(t->key, index_hash_16(t->key, raddr), rport);
}

static inline uint32_t record_hash(const struct conversations *t, const struct tcptrail_record *r)
{
	return name_hash(t, r->laddr, r->lport, r->raddr, r->rport);
}

/** conversations_find_ends() - feed the tracker, and keep what it makes of each end */
int conversations_find_ends(struct conversations *t);

/** conversations_place() - each end and each record gets its conversation */
int conversations_place(struct conversations *t);

#endif
