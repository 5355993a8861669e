/* SPDX-License-Identifier: GPL-2.0 */
/* What usage.c gathers about a destination, and what port_usage_group.c makes of it. */
#ifndef DIAGNOSE_PORT_USAGE_INTERNAL_H
#define DIAGNOSE_PORT_USAGE_INTERNAL_H

#include "userspace/base/time.h"
#include "userspace/diagnose/port_usage.h"

#define PORT_USAGE_TIMEWAIT_NS MINUTE /* the kernel's TCP_TIMEWAIT_LEN */

/** struct port_usage_key - its name, all bytes of which count */
struct port_usage_key {
	uint32_t netns;
	uint16_t port;
	uint16_t passive;
	uint8_t laddr[16];
	uint8_t raddr[16];
};

_Static_assert(sizeof(struct port_usage_key) == 40, "struct churn_key has no padding");

/** struct port_usage_maker - a program that made TIME-WAITs */
struct port_usage_maker {
	char comm[16];
	uint32_t pid; /* 0: several */
	uint32_t made;
};

#define PORT_USAGE_MAKERS 16 /* so many are told apart */

/**
 * struct port_usage_group - a destination, or a listener's port
 * @key: its name
 * @ports: of its namespace
 * @hold_ns: for how long a TIME-WAIT keeps its port from connect()
 * @newest: its newest TIME-WAIT, or else any connection
 * @timewaits: how many
 * @begun: of these, in the last PORT_USAGE_WINDOW_NS
 * @held: of these, those that keep a port of the range from connect()
 * @held_else: ports of the range that other connections have
 * @oldest_ns: age of the oldest TIME-WAIT
 * @free_ns: in how long each of @held frees its port
 * @frees: how many of them are known
 * @room: for how many there is memory
 * @makers: the programs
 * @maker_count: how many
 */
struct port_usage_group {
	struct port_usage_key key;
	struct source_ports ports;
	uint64_t hold_ns;
	const struct conn *newest;
	uint32_t timewaits;
	uint32_t begun;
	uint32_t held;
	uint32_t held_else;
	uint64_t oldest_ns;
	uint64_t *free_ns;
	size_t frees;
	size_t room;
	struct port_usage_maker *makers;
	uint32_t maker_count;
};
/** port_usage_note_maker() - a TIME-WAIT was this task's, NULL: not known; 0 or -ENOMEM */
int port_usage_note_maker(struct port_usage_group *group, const struct task *task);

/** port_usage_name_maker() - who made most of them */
void port_usage_name_maker(const struct port_usage_group *group, struct usage *to);

/** port_usage_out_ns() - when the ports run out; sorts @free_ns */
uint64_t port_usage_out_ns(struct port_usage_group *group, const struct usage *rate);

void port_usage_group_free(struct port_usage_group *group);

#endif
