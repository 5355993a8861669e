/* SPDX-License-Identifier: GPL-2.0 */
/* What tale.c and the files of its chapters share. */
#ifndef MODEL_TALE_INTERNAL_H
#define MODEL_TALE_INTERNAL_H

#include "userspace/model/tale.h"
#include "userspace/out/duration.h"

/* What the rows and records hold, collected once. Rows are NULL if there are none. */
struct tale_facts {
	const struct ladder *l;
	struct tale *tale;
	const struct ladder_row *syn[2]; /* first without ACK, by sender */
	const struct ladder_row *synack; /* first */
	const struct ladder_row *third; /* first bare ACK of left */
	const struct ladder_row *fin[2]; /* first, by sender */
	const struct ladder_row *last_fin[2];
	const struct ladder_row *rst; /* first that ended something */
	const struct ladder_row *assassin; /* RST that ended a TIME-WAIT */
	const struct ladder_row *stray; /* a SYN that its sender did not send now */
	const struct ladder_row *gave_up; /* right did */
	const struct ladder_row *end[2]; /* state CLOSED after others, by side */
	const struct tcptrail_record *closed[2]; /* full socket to CLOSE, by side */
	unsigned int syns[2];
	unsigned int synacks;
	unsigned int fins[2];
	unsigned int rearms;
	unsigned int probes[2];
	uint64_t established_ns[2];
	uint64_t close_wait_ns[2];
	uint64_t time_wait_ns[2];
	uint64_t accepted_ns;
	uint64_t last_ns; /* of the last record */
	bool closing[2];
	bool syn_sent[2]; /* by a socket */
	bool refused;
	bool segments;
};

/* A span of time in words. */
struct tale_words {
	char text[DURATION_MAX + 1];
};

void tale_say(struct tale_facts *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** tale_name() - one more of the names */
void tale_name(struct tale_facts *f, const char *what);

struct tale_words tale_span(uint64_t from_ns, uint64_t to_ns);

/** tale_times() - "once", "2 times" */
struct tale_words tale_times(unsigned int n);

/** tale_side() - "the client", inside a sentence */
const char *tale_side(const struct tale_facts *f, unsigned int side);

/** tale_subject() - "The client", at its beginning */
const char *tale_subject(const struct tale_facts *f, unsigned int side);

/** tale_owner() - ", curl[812]," to stand after it; empty if nobody is known */
void tale_owner(const struct tale_facts *f, unsigned int side, char *to, size_t size);

/** tale_time_at() - when a row happened for a side */
uint64_t tale_time_at(const struct ladder_row *row, unsigned int side);

/* tale_open.c */
void tale_stray(struct tale_facts *f);
bool tale_failed_open(struct tale_facts *f);
void tale_open(struct tale_facts *f);

/** tale_ended_before() - had this side no socket any more when that happened? */
bool tale_ended_before(const struct tale_facts *f, unsigned int side, uint64_t time_ns);

/* tale_close.c */
void tale_close(struct tale_facts *f);
void tale_fin_tries(struct tale_facts *f);
void tale_too_late(struct tale_facts *f);

/* tale_reset.c */
void tale_reset(struct tale_facts *f);

/* tale_death.c */
void tale_death(struct tale_facts *f);

/* tale_rest.c */
void tale_rest(struct tale_facts *f);

#endif
