/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which records a user asked for: values of several sorts. Of one sort any value will do,
 * of several sorts all must agree. Losses always pass.
 */
#ifndef TRAIL_FILTER_H
#define TRAIL_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "userspace/base/record.h"

#define FILTER_MAX 64 /* values of all sorts */

/**
 * enum filter_sort - what of a record a value is compared with
 * @FILTER_PORT: either end's port, 1 to 65535
 * @FILTER_ADDRESS: either end's address, or as many bits of it as a prefix says
 * @FILTER_NETNS: inode number of the network namespace
 * @FILTER_STATE: a transition's old or new state
 * @FILTER_COMM: name of the task that caused a transition
 * @FILTER_PID: process id of that task
 * @FILTER_KIND: kind of the record; also "transitions", "segments"
 */
enum filter_sort {
	FILTER_PORT = 1,
	FILTER_ADDRESS,
	FILTER_NETNS,
	FILTER_STATE,
	FILTER_COMM,
	FILTER_PID,
	FILTER_KIND,
};

/**
 * struct filter_value - one value
 * @sort: enum filter_sort
 * @number: of all sorts but the two that follow
 * @address: IPv4 as ::ffff:a.b.c.d
 * @prefix: how many bits of @address count
 * @comm: zero-padded, no terminator when all 16 are used
 */
struct filter_value {
	enum filter_sort sort;
	union {
		uint32_t number;
		struct {
			uint8_t address[16];
			unsigned int prefix;
		};
		char comm[16];
	};
};

/**
 * struct filter - zero: everything passes
 * @count: how many values there are
 * @values: in the order in which they were added
 */
struct filter {
	unsigned int count;
	struct filter_value values[FILTER_MAX];
};

/**
 * filter_add() - what a user wrote: one value, or several with commas between them
 *
 * Return: 0; -EINVAL if a value is none of that sort; -E2BIG if there are too many
 */
int filter_add(struct filter *f, enum filter_sort sort, const char *s);

bool filter_match_values(const struct filter *f, const struct tcptrail_record *r);

/** filter_match() - does a record pass? What the record does not know matches nothing */
static inline bool filter_match(const struct filter *f, const struct tcptrail_record *r)
{
	return !f->count || filter_match_values(f, r);
}

/** filter_states() - bit n: state n was asked for */
uint64_t filter_states(const struct filter *f);

#endif
