/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections by something that an operator has asked for: a port from a list, a
 * systemd unit or container. How many groups there are is fixed from the start;
 * what belongs to none of them belongs to the last, "other".
 */
#ifndef EXPORTER_GROUPS_H
#define EXPORTER_GROUPS_H

#include <stdbool.h>
#include <stdint.h>

#include "userspace/conn/conn.h"

#define GROUPS_PORTS_MAX 16
#define GROUPS_UNITS_MAX 200
#define GROUPS_NAME_MAX 64
#define GROUPS_STATES 16

/**
 * struct group - one of them
 * @name: a label's value
 * @sockets: living ones by enum tcptrail_state, requests in SYN_RECV, as of the last walk
 * @counting: as far as the present walk has come
 * @ended: lives that ended, by enum conn_end
 */
struct group {
	char name[GROUPS_NAME_MAX];
	uint64_t sockets[GROUPS_STATES];
	uint64_t counting[GROUPS_STATES];
	uint64_t ended[CONN_ENDS];
};

/**
 * struct group_set - groups of one kind
 * @label: "port" or "unit"; NULL: not asked for
 * @count: how many there are; the last is "other"
 * @list: they
 */
struct group_set {
	const char *label;
	unsigned int count;
	struct group *list;
};

enum groups_kind {
	GROUPS_BY_PORT,
	GROUPS_BY_UNIT,
	GROUPS_KINDS,
};

/**
 * groups_unit_fn - the name of a cgroup's unit or container
 * @arg: as given
 * @cgroup: its id
 * @name: set to it, or to an empty string where it is in none
 *
 * Return: false if it cannot tell now, and should be asked again
 */
typedef bool (*groups_unit_fn)(void *arg, uint64_t cgroup, char name[GROUPS_NAME_MAX]);

struct groups;

/** groups_create() - none, until they are asked for; NULL without memory */
struct groups *groups_create(void);
void groups_free(struct groups *groups);

/** groups_are_asked_for() - were any? */
bool groups_are_asked_for(const struct groups *groups);

/** groups_by_port() - each of @ports, and "other"; at most GROUPS_PORTS_MAX. 0 or -ENOMEM */
int groups_by_port(struct groups *groups, const uint16_t *ports, unsigned int count);

/** groups_by_unit() - the first @max that are met, and "other"; 0 or -ENOMEM */
int groups_by_unit(struct groups *groups, unsigned int max, groups_unit_fn unit, void *arg);

/*
 * A walk over all connections. At its end false: some unit's name could not be told;
 * another walk will.
 */
void groups_begin(struct groups *groups);
void groups_count(struct groups *groups, const struct conn *conn);
bool groups_end(struct groups *groups);

/** groups_ended() - a life that ended */
void groups_ended(struct groups *groups, const struct conn *conn);

/** groups_copy() - what was counted, to be freed by group_sets_free(), also after an error; 0 or -ENOMEM */
int groups_copy(struct group_set to[GROUPS_KINDS], const struct groups *groups);
void group_sets_free(struct group_set sets[GROUPS_KINDS]);

#endif
