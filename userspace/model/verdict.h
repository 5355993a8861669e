/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Verdicts: one sentence for a connection that has been too long where it is,
 * with the evidence, and one with the remedy. Each is a rule with a name, a
 * test and a line in tcptrail-stuck(1).
 */
#ifndef MODEL_VERDICT_H
#define MODEL_VERDICT_H

#include <stddef.h>

#include "userspace/model/conn.h"

/**
 * struct verdict_facts - what a rule may look at
 * @conn: the connection; for a pile one of its members
 * @age: how long it has been so, in words ("14m03s", "at least 2s")
 * @holder: who holds it, in words; NULL if nobody is known to
 * @holders: how many descriptors that are
 * @listener: who listens where it came in, in words; NULL if not known
 * @pile: how many TIME-WAITs share this end or that, 0 for a single connection
 */
struct verdict_facts {
	const struct conn *conn;
	const char *age;
	const char *holder;
	size_t holders;
	const char *listener;
	unsigned int pile;
};

/**
 * struct verdict - what a rule says
 * @name: the rule's
 * @sentence: what is the matter, with the evidence
 * @remedy: what to do
 */
struct verdict {
	const char *name;
	char sentence[256];
	char remedy[256];
};

/** verdict_on() - false if no rule has anything to say; @verdict is filled then, too */
int verdict_on(const struct verdict_facts *facts, struct verdict *verdict);

/** verdict_rule() - the number of the rule that has something to say, or -1: no words made */
int verdict_rule(const struct verdict_facts *facts);

/** verdict_name() - a rule's name; NULL from the number on that there is no rule for */
const char *verdict_name(unsigned int rule);

/** verdict_patience_ns() - how long a state is normal; UINT64_MAX: for ever */
uint64_t verdict_patience_ns(uint8_t state);

/* So many TIME-WAITs towards one peer, or at one listener, are worth a word. */
#define VERDICT_PILE 1000

#endif
