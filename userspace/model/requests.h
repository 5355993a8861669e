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
