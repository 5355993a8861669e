/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Talks: the records of a trail sorted by connection, both ends together when
 * both are on this machine. A talk is one connection from its SYN to its end;
 * the same addresses later are another talk.
 */
#ifndef EXPLAIN_CONVERSATION_H
#define EXPLAIN_CONVERSATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "userspace/trail/selector.h"

/**
 * struct conversation_end - one of the two ends
 * @address: IPv4 as ::ffff:a.b.c.d
 * @port: its port
 * @here: on this machine: there are records of its own
 * @netns: then: its network namespace
 * @cookie: then: its socket's, 0 if not known
 * @begun: its start is on record
 * @over: it has ended
 * @in_time_wait: it is in TIME-WAIT, or over
 * @minisocket: the full socket is gone, the minisocket lives on
 */
struct conversation_end {
	uint8_t address[16];
	uint16_t port;
	bool here;
	bool begun;
	bool over;
	bool in_time_wait;
	bool minisocket;
	uint32_t netns;
	uint64_t cookie;
};

/**
 * struct conversation - one connection
 * @ends: which is 0 and which 1 says nothing
 * @records: in the order of their times
 * @sides: for each record: whose it is
 * @count: how many
 * @complete: its start is on record, and its end (or that it is in TIME-WAIT)
 * @lossy: the trail lost records while it lasted
 * @wanted: it is one that the selector means
 */
struct conversation {
	struct conversation_end ends[2];
	const struct tcptrail_record **records;
	uint8_t *sides;
	size_t count;
	bool complete;
	bool lossy;
	bool wanted;
};

struct conversations;

/* At most so many records are kept, 256 MiB of them. The oldest go first. */
#define CONVERSATIONS_RECORDS_MAX (1UL << 21)

/*
 * And what goes with each of them, at most: where every record is a talk of its own,
 * that is twice a talk (of which the list of those asked for is one) and its place in
 * an index. tests/unit/test_memory.c holds the talks to it.
 */
#define CONVERSATIONS_RECORD_BYTES \
	(sizeof(struct tcptrail_record) + 2 * sizeof(struct conversation) + 80)

/** conversations_create() - 0 or -ENOMEM; the selector is copied */
int conversations_create(struct conversations **conversations, const struct selector *selector);

void conversations_free(struct conversations *conversations);

/** conversations_feed() - records in the trail's order; 0 or -ENOMEM */
int conversations_feed(struct conversations *conversations, const struct tcptrail_record *records,
		       size_t count);

/**
 * conversations_sort() - put the records together; feed no more after it
 * @conversations: the records
 * @list: set to the talks that were asked for, in the order of their first
 *	records; it belongs to @conversations
 * @count: how many
 *
 * Return: 0 or -ENOMEM
 */
int conversations_sort(struct conversations *conversations, const struct conversation **list,
		       size_t *count);

/** conversations_dropped() - records that were dropped because there were too many */
size_t conversations_dropped(const struct conversations *conversations);

#endif
