/* SPDX-License-Identifier: GPL-2.0 */
/* What narrative.c and the files of its chapters share. */
#ifndef EXPLAIN_NARRATIVE_INTERNAL_H
#define EXPLAIN_NARRATIVE_INTERNAL_H

#include "userspace/explain/narrative.h"
#include "userspace/base/duration.h"

/* What the rows and records hold, collected once. Rows are NULL if there are none. */
struct narrative_input {
	const struct ladder *l;
	struct narrative *narrative;
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
struct narrative_words {
	char text[DURATION_MAX + 1];
};

void narrative_say(struct narrative_input *f, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** narrative_name() - one more of the names */
void narrative_name(struct narrative_input *f, const char *what);

struct narrative_words narrative_span(uint64_t from_ns, uint64_t to_ns);

/** narrative_times() - "once", "2 times" */
struct narrative_words narrative_times(unsigned int n);

/** narrative_side() - "the client", inside a sentence */
const char *narrative_side(const struct narrative_input *f, unsigned int side);

/** narrative_subject() - "The client", at its beginning */
const char *narrative_subject(const struct narrative_input *f, unsigned int side);

/** narrative_owner() - ", curl[812]," to stand after it; empty if nobody is known */
void narrative_owner(const struct narrative_input *f, unsigned int side, char *to, size_t size);

/** narrative_time_at() - when a row happened for a side */
uint64_t narrative_time_at(const struct ladder_row *row, unsigned int side);

/* narrative_open.c */
void narrative_stray(struct narrative_input *f);
bool narrative_failed_open(struct narrative_input *f);
void narrative_open(struct narrative_input *f);

/** narrative_ended_before() - had this side no socket any more when that happened? */
bool narrative_ended_before(const struct narrative_input *f, unsigned int side, uint64_t time_ns);

/* narrative_close.c */
void narrative_close(struct narrative_input *f);
void narrative_fin_tries(struct narrative_input *f);
void narrative_too_late(struct narrative_input *f);

/* narrative_reset.c */
void narrative_reset(struct narrative_input *f);

/* narrative_timeout.c */
void narrative_timeout(struct narrative_input *f);

/* narrative_end.c */
void narrative_end(struct narrative_input *f);

#endif
