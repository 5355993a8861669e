/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Talks: the records of a trail sorted by connection, both ends together when
 * both are on this machine. A talk is one connection from its SYN to its end;
 * the same addresses later are another talk.
 */
#ifndef MODEL_TALK_H
#define MODEL_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "userspace/model/selector.h"

/**
 * struct talk_end - one of the two ends
 * @address: IPv4 as ::ffff:a.b.c.d
 * @port: its port
 * @here: on this machine: there are records of its own
 * @netns: then: its network namespace
 * @cookie: then: its socket's, 0 if not known
 * @begun: its start is on record
 * @over: it has ended
 * @resting: it is in TIME-WAIT, or over
 * @minisocket: the full socket is gone, the minisocket lives on
 */
struct talk_end {
	uint8_t address[16];
	uint16_t port;
	bool here;
	bool begun;
	bool over;
	bool resting;
	bool minisocket;
	uint32_t netns;
	uint64_t cookie;
};

/**
 * struct talk - one connection
 * @ends: which is 0 and which 1 says nothing
 * @records: in the order of their times
 * @sides: for each record: whose it is
 * @count: how many
 * @complete: its start is on record, and its end (or that it is in TIME-WAIT)
 * @lossy: the trail lost records while it lasted
 * @wanted: it is one that the selector means
 */
struct talk {
	struct talk_end ends[2];
	const struct tcptrail_record **records;
	uint8_t *sides;
	size_t count;
	bool complete;
	bool lossy;
	bool wanted;
};

struct talks;

/* At most so many records are kept, 256 MiB of them. The oldest go first. */
#define TALKS_RECORDS_MAX (1UL << 21)

/*
 * And what goes with each of them, at most: where every record is a talk of its own,
 * that is twice a talk (of which the list of those asked for is one) and its place in
 * an index. tests/unit/test_memory.c holds the talks to it.
 */
#define TALKS_RECORD_BYTES (sizeof(struct tcptrail_record) + 2 * sizeof(struct talk) + 80)

/** talks_create() - 0 or -ENOMEM; the selector is copied */
int talks_create(struct talks **talks, const struct selector *selector);

void talks_free(struct talks *talks);

/** talks_feed() - records in the trail's order; 0 or -ENOMEM */
int talks_feed(struct talks *talks, const struct tcptrail_record *records, size_t count);

/**
 * talks_sort() - put the records together; feed no more after it
 * @talks: the records
 * @list: set to the talks that were asked for, in the order of their first
 *	records; it belongs to @talks
 * @count: how many
 *
 * Return: 0 or -ENOMEM
 */
int talks_sort(struct talks *talks, const struct talk **list, size_t *count);

/** talks_dropped() - records that were dropped because there were too many */
size_t talks_dropped(const struct talks *talks);

#endif
