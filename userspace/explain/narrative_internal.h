/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The making of a narrative: narrative.c calls the chapters, and they tell the milestones
 * of the connection, which are collected once.
 */
#ifndef EXPLAIN_NARRATIVE_INTERNAL_H
#define EXPLAIN_NARRATIVE_INTERNAL_H

#include "userspace/base/duration.h"
#include "userspace/conn/ending.h"
#include "userspace/explain/narrative.h"

/**
 * struct milestones - the steps of a connection by rows and times. Rows are NULL if there are none
 * @l: the ladder
 * @narrative: what is said of it
 * @conn: by side, the tracker's; NULL if it knows none
 * @syn: by sender, the first SYN without ACK
 * @synack: the first; of several answers to different SYNs that with the connection's number
 * @third: left's first bare ACK
 * @fin: by sender, the first
 * @stray: a SYN that its sender, which is here, did not send
 * @refusal: left's RST that answered a SYN-ACK
 * @old_refused: left's RST before there was one, in SYN-SENT
 * @end: by side, the row in which it is CLOSED at last
 * @syns: by sender, how often
 * @synacks: likewise
 * @fins: likewise
 * @probes: likewise
 * @rearms: of TIME-WAIT
 * @retransmits: by side: retransmissions since the last progress, when it closed
 * @established_ns: by side, when; 0: it was not
 * @close_wait_ns: likewise
 * @time_wait_ns: likewise
 * @accepted_ns: likewise, of any side
 * @last_ns: time of the last record
 * @segments: some are on record
 */
struct milestones {
	const struct ladder *l;
	struct narrative *narrative;
	const struct conn *conn[2];
	const struct ladder_row *syn[2];
	const struct ladder_row *synack;
	const struct ladder_row *third;
	const struct ladder_row *fin[2];
	const struct ladder_row *stray;
	const struct ladder_row *refusal;
	const struct ladder_row *old_refused;
	const struct ladder_row *end[2];
	unsigned int syns[2];
	unsigned int synacks;
	unsigned int fins[2];
	unsigned int probes[2];
	unsigned int rearms;
	unsigned int retransmits[2];
	uint64_t established_ns[2];
	uint64_t close_wait_ns[2];
	uint64_t time_wait_ns[2];
	uint64_t accepted_ns;
	uint64_t last_ns;
	bool segments;
};

/** milestones_collect() - all but @l and @narrative, which are given */
void milestones_collect(struct milestones *m);

/** milestone_time() - when a row happened for a side */
uint64_t milestone_time(const struct ladder_row *row, unsigned int side);

/** milestones_rst() - the first RST of @side not before @since_ns, or NULL */
const struct ladder_row *milestones_rst(const struct milestones *m, unsigned int side,
					uint64_t since_ns);

/** milestones_is_too_late() - the other end had gone before this side's FIN left */
bool milestones_is_too_late(const struct milestones *m, unsigned int side);

/** milestones_newcomer() - the first SYN that came to this side after @since_ns; 0: none */
const struct ladder_row *milestones_newcomer(const struct milestones *m, unsigned int side,
					     uint64_t since_ns);

/* A span of time, or a number, in words. */
struct words {
	char text[DURATION_MAX + 1];
};

/* narrative_say.c */

void say(struct milestones *m, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** say_of() - a sentence in which '@' stands for @side, and '&' for the other one */
void say_of(struct milestones *m, unsigned int side, const char *sentence);

/** say_ending() - of the pair's @end, as life says it, with something before it */
void say_ending(struct milestones *m, unsigned int end, const char *before);

/** say_silence() - how long before that the last step on record was: data is not recorded */
void say_silence(struct milestones *m, uint64_t time_ns);

/** names() - one more of the names, or several with spaces between */
void names(struct milestones *m, const char *what);

struct words span(uint64_t from_ns, uint64_t to_ns);

/** times() - "once", "2 times"; at least, if records were lost */
struct words times(const struct milestones *m, unsigned int n);

/** went() - "was sent"; what an end elsewhere sent is only known to have come */
const char *went(const struct milestones *m, unsigned int side);

/** side_name() - "the client", inside a sentence */
const char *side_name(const struct milestones *m, unsigned int side);

/** subject() - "The client", at its beginning */
const char *subject(const struct milestones *m, unsigned int side);

/** owner() - ", curl[812]," to stand after it; empty if nobody is known */
const char *owner(const struct milestones *m, unsigned int side, char to[40]);

/* The chapters, in the order in which they are told. */

/** narrative_open() - how it was opened, or that it was not */
void narrative_open(struct milestones *m);

/** narrative_close() - who closed first, and how */
void narrative_close(struct milestones *m);

/** narrative_end() - how it ended, by whom and why */
void narrative_end(struct milestones *m);

/** narrative_reset_in() - what is known of the RST that ended this side; for narrative_end() */
void narrative_reset_in(struct milestones *m, unsigned int side, const struct ending *e);

/** narrative_rst() - which RSTs ended it, and those that ended nothing */
void narrative_rst(struct milestones *m);

/** narrative_time_wait() - what was left of it */
void narrative_time_wait(struct milestones *m);

/** narrative_rst_in_time_wait() - the RST that ended it; for narrative_time_wait() */
void narrative_rst_in_time_wait(struct milestones *m, unsigned int side);

#endif
