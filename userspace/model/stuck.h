/* SPDX-License-Identifier: GPL-2.0 */
/* Which connections are too long where they are, and where TIME-WAITs pile up. */
#ifndef MODEL_STUCK_H
#define MODEL_STUCK_H

#include <stdbool.h>
#include <stddef.h>

#include "userspace/model/model.h"

/**
 * struct stuck_query - what is asked
 * @now_ns: when, in the trail's time
 * @states: bit n: only state n; 0: all that are not normal for ever
 * @older_ns: how long is too long; 0: verdict_patience_ns() of the state
 * @alive: is this one still there? NULL: all that the model has are
 * @arg: for @alive
 */
struct stuck_query {
	uint64_t now_ns;
	uint32_t states;
	uint64_t older_ns;
	bool (*alive)(void *arg, const struct conn *conn);
	void *arg;
};

/**
 * struct stuck - one that is
 * @conn: the connection, or one member of the pile
 * @age_ns: how long in this state; "at least" if @conn says CONN_AT_LEAST
 * @pile: so many TIME-WAITs share a remote end (active opener) or a local port
 *	(passive); 0 for a single connection
 */
struct stuck {
	const struct conn *conn;
	uint64_t age_ns;
	unsigned int pile;
};

/**
 * stuck_find() - collect them
 * @model: the connections; it must not be fed while the list is in use
 * @query: what is asked
 * @list: set to an array, worst first; the caller frees it
 * @count: how many there are
 *
 * Return: 0 or -ENOMEM
 */
int stuck_find(const struct model *model, const struct stuck_query *query, struct stuck **list,
	       size_t *count);

#endif
