/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Conversations: a trail's records, sorted by the tracker's connections.
 *
 * A conversation is one connection from its SYN to its end, both ends together where
 * both are on this machine: whatever the tracker takes for one. The same addresses later
 * are another conversation. Segments that belong to no connection of the tracker (a SYN
 * that is refused here, the RST that refuses it, forged ones) stand with the connection
 * between the same addresses and ports, or are a conversation of their own.
 */
#ifndef EXPLAIN_CONVERSATION_H
#define EXPLAIN_CONVERSATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "userspace/conn/conn.h"
#include "userspace/trail/selector.h"

/**
 * struct conversation_end - one of the two ends
 * @address: its own view of it, IPv4 as ::ffff:a.b.c.d. With NAT between the two, the
 *	other end knows another one
 * @port: its port, likewise
 * @calls: what it calls the other end's address
 * @calls_port: and its port
 * @here: there are records of its own
 * @netns: then: its network namespace
 * @conn: then: the tracker's connection end as it was at last; NULL: nothing but segments
 *	of no connection
 * @pid: who opened or accepted it, or acted on it last; 0 if not known
 * @comm: the name of that task, zero-padded
 */
struct conversation_end {
	uint8_t address[16];
	uint16_t port;
	uint16_t calls_port;
	uint8_t calls[16];
	bool here;
	uint32_t netns;
	const struct conn *conn;
	uint32_t pid;
	char comm[16];
};

/**
 * struct conversation - one connection
 * @ends: which is 0 and which 1 says nothing
 * @records: in the order of their times
 * @sides: for each record: the number of the end whose it is
 * @states: for each record: the state of that end after it, enum tcptrail_state; 0: not known
 * @count: how many
 * @earlier: connection ends that were given up for one of @ends: requests whose SYN-ACK did
 *	not come, or that answered a stale SYN
 * @earlier_count: how many
 * @joined: both ends have a connection of the tracker, and it says that they are one
 * @complete: its start is on record, and its end (or that it is in TIME-WAIT)
 * @lossy: the trail lost records while it lasted, or never had them
 */
struct conversation {
	struct conversation_end ends[2];
	const struct tcptrail_record **records;
	const uint8_t *sides;
	const uint8_t *states;
	size_t count;
	const struct conn *const *earlier;
	unsigned int earlier_count;
	bool joined;
	bool complete;
	bool lossy;
};

struct conversations;

/* At most so many records are kept, 256 MiB of them. The oldest go first. */
#define CONVERSATIONS_RECORDS_MAX (1UL << 21)

/*
 * And what goes with each of them, at most: where every record is a conversation of its
 * own, the tracker has an end of it, a copy of that is kept, and both have their places
 * in indices. tests/unit/test_memory.c holds the conversations to it.
 */
#define CONVERSATIONS_RECORD_BYTES \
	(sizeof(struct tcptrail_record) + CONN_MEMORY_IPV4 + sizeof(struct conn) + 180)

/** conversations_create() - 0 or -ENOMEM; the selector is copied */
int conversations_create(struct conversations **conversations, const struct selector *selector);

void conversations_free(struct conversations *conversations);

/** conversations_incomplete() - a hook of the module is missing: struct tracker_config has it */
void conversations_incomplete(struct conversations *conversations);

/** conversations_feed() - records in the trail's order; 0 or -ENOMEM */
int conversations_feed(struct conversations *conversations, const struct tcptrail_record *records,
		       size_t count);

/**
 * conversations_sort() - put the records together; feed no more after it
 * @conversations: the records
 * @list: set to the conversations that were asked for, in the order of their first
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
