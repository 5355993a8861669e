/* SPDX-License-Identifier: GPL-2.0 */
/* What churn.c gathers about a destination, and what churn_group.c makes of it. */
#ifndef MODEL_CHURN_INTERNAL_H
#define MODEL_CHURN_INTERNAL_H

#include "userspace/model/churn.h"

#define CHURN_TIMEWAIT_NS 60000000000ULL /* the kernel's TCP_TIMEWAIT_LEN */

/** struct churn_key - its name, all bytes of which count */
struct churn_key {
	uint32_t netns;
	uint16_t port;
	uint16_t passive;
	uint8_t laddr[16];
	uint8_t raddr[16];
};

_Static_assert(sizeof(struct churn_key) == 40, "struct churn_key has no padding");

/** struct churn_maker - a program that made TIME-WAITs */
struct churn_maker {
	char comm[16];
	uint32_t pid; /* 0: several */
	uint32_t made;
};

#define CHURN_MAKERS 16 /* so many are told apart */

/**
 * struct churn_group - a destination, or a listener's port
 * @key: its name
 * @ports: of its namespace
 * @hold_ns: for how long a TIME-WAIT keeps its port from connect()
 * @newest: its newest TIME-WAIT, or else any connection
 * @timewaits: how many
 * @begun: of these, in the last CHURN_WINDOW_NS
 * @held: of these, those that keep a port of the range from connect()
 * @held_else: ports of the range that other connections have
 * @oldest_ns: age of the oldest TIME-WAIT
 * @free_ns: in how long each of @held frees its port
 * @frees: how many of them are known
 * @room: for how many there is memory
 * @makers: the programs
 * @maker_count: how many
 */
struct churn_group {
	struct churn_key key;
	struct churn_ports ports;
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
	struct churn_maker *makers;
	uint32_t maker_count;
};

/** churn_note_free() - a port comes free in @ns; 0 or -ENOMEM */
int churn_note_free(struct churn_group *group, uint64_t ns);

/** churn_note_maker() - a TIME-WAIT was this task's, NULL: not known; 0 or -ENOMEM */
int churn_note_maker(struct churn_group *group, const struct task *task);

/** churn_name_maker() - who made most of them */
void churn_name_maker(const struct churn_group *group, struct churn *to);

/** churn_out_ns() - when the ports run out; sorts @free_ns */
uint64_t churn_out_ns(struct churn_group *group, const struct churn *rate);

void churn_group_free(struct churn_group *group);

#endif
