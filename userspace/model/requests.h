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

/** requests_take() - false if @conn is none */
bool requests_take(struct request *request, const struct model *model, const struct conn *conn);

/**
 * requests_sum_up() - the ports of many
 * @to: room for as many as there are in @from
 * @from: will be sorted
 * @count: how many
 *
 * Return: how many ports
 */
size_t requests_sum_up(struct requests *to, struct request *from, size_t count);

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
