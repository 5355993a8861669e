/* SPDX-License-Identifier: GPL-2.0 */
/* How many handshakes wait for their third step at each port, and of how many peers. */
#ifndef MODEL_REQUESTS_H
#define MODEL_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>

#include "userspace/model/model.h"

/**
 * struct requests - at one port of one namespace
 * @netns: the namespace
 * @port: the port
 * @count: how many
 * @peers: from how many addresses
 */
struct requests {
	uint32_t netns;
	uint16_t port;
	unsigned int count;
	unsigned int peers;
};

/**
 * struct request - one of them
 * @netns: the namespace
 * @port: the port
 * @raddr: whose
 */
struct request {
	uint32_t netns;
	uint16_t port;
	uint8_t raddr[16];
};

/* So many are counted one by one: that many are a flood, whatever else comes. */
#define REQUESTS_TALLY_MAX 65536

/**
 * struct requests_tally - those of connections that are brought one by one; zero at first
 * @all: so far
 * @count: how many
 * @room: for how many there is memory
 * @list: of the last that was complete: for requests_at()
 * @ports: at how many ports
 */
struct requests_tally {
	struct request *all;
	size_t count;
	size_t room;
	struct requests *list;
	size_t ports;
};

void requests_tally_add(struct requests_tally *tally, const struct model *model,
			const struct conn *conn);

/** requests_tally_end() - that were all. Return: @list is another than before */
bool requests_tally_end(struct requests_tally *tally);
void requests_tally_free(struct requests_tally *tally);

/**
 * requests_count() - count them
 * @model: the connections
 * @alive: is this one still there? NULL: all that the model has are
 * @arg: for @alive
 * @list: set to an array for requests_at(); the caller frees it; NULL for none
 * @count: how many ports
 *
 * Return: 0 or -ENOMEM
 */
int requests_count(const struct model *model, bool (*alive)(void *arg, const struct conn *conn),
		   void *arg, struct requests **list, size_t *count);

/** requests_at() - those at the port that @conn came by; NULL if there are none */
const struct requests *requests_at(const struct requests *list, size_t count,
				   const struct conn *conn);

#endif
