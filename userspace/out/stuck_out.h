/* SPDX-License-Identifier: GPL-2.0 */
/* A stuck connection: as lines for people, as a line of JSON. */
#ifndef TCPTRAIL_STUCK_OUT_H
#define TCPTRAIL_STUCK_OUT_H

#include "buf.h"
#include "duration.h"
#include "userspace/model/stuck.h"
#include "userspace/model/verdict.h"
#include "userspace/snapshot/owners.h"

/**
 * struct stuck_out - what the lines are made from
 * @model: where the connections are
 * @owners: who holds their sockets now; NULL if that cannot be known (a file)
 * @home_netns: the namespace that goes without saying, 0: none
 */
struct stuck_out {
	const struct model *model;
	const struct owners *owners;
	uint32_t home_netns;
};

/** stuck_text_header() - names of the columns */
void stuck_text_header(struct buf *out);

/** stuck_text() - one connection: a line, the verdict, the remedy */
void stuck_text(const struct stuck_out *o, struct buf *out, const struct stuck *stuck);

/** stuck_json() - one connection; tcptrail-stuck(1) documents every field */
void stuck_json(const struct stuck_out *o, struct buf *out, const struct stuck *stuck);

/* stuck_words.c: what both are made of */

/**
 * struct stuck_words - one connection in words
 * @age: "14m03s"
 * @holder: "nginx[1234] fd 17, nginx[1235] fd 17"; empty if nobody is known
 * @listener: likewise, who listens where it came in
 * @holders: who holds it now
 * @holders_count: how many
 * @verdict: the verdict
 */
struct stuck_words {
	char age[DURATION_MAX + 1];
	char holder[128];
	char listener[128];
	const struct holder *holders;
	size_t holders_count;
	struct verdict verdict;
};

void stuck_words(const struct stuck_out *o, const struct stuck *stuck, struct stuck_words *words);

#endif
