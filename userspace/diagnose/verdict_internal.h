/* SPDX-License-Identifier: GPL-2.0 */
/* What the files with the rules share. */
#ifndef DIAGNOSE_VERDICT_INTERNAL_H
#define DIAGNOSE_VERDICT_INTERNAL_H

#include <stdbool.h>
#include <stdio.h>

#include "userspace/base/duration.h"
#include "userspace/diagnose/evidence.h"
#include "userspace/diagnose/verdict.h"

#define RULE_BURST TCPTRAIL_NO_STATE

/**
 * struct rule - one verdict
 * @name: as in tcptrail-verdicts(7)
 * @weight: how bad it is
 * @state: it is about sockets in this state, SYN_RECV for requests, too; RULE_BURST: about
 *	bursts of TIME-WAITs
 * @needs: evidence that has to be there, all of it
 * @refuted_by: evidence of which there must be none
 * @say: then write sentence and remedy
 * @say_inherited: likewise, where the holder has inherited the descriptor; NULL: the same
 */
struct rule {
	const char *name;
	enum verdict_weight weight;
	uint8_t state;
	uint64_t needs;
	uint64_t refuted_by;
	void (*say)(const struct finding *finding, const struct verdict_context *context,
		    struct verdict *verdict);
	void (*say_inherited)(const struct finding *finding, const struct verdict_context *context,
			      struct verdict *verdict);
};

/* Each list ends with a rule without a name. The first that applies has the word. */
extern const struct rule verdict_rules_ports[]; /* verdict_ports.c */
extern const struct rule verdict_rules_close[]; /* verdict_close.c */
extern const struct rule verdict_rules_open[]; /* verdict_open.c */
extern const struct rule verdict_rules_listen[]; /* verdict_listen.c */

/** verdict_add() - to the end of a text that has room for @size bytes */
void verdict_add(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* What comes next in a sentence, or in a remedy. */
#define SENTENCE(v, ...) verdict_add((v)->sentence, sizeof((v)->sentence), __VA_ARGS__)
#define REMEDY(v, ...) verdict_add((v)->remedy, sizeof((v)->remedy), __VA_ARGS__)

/** verdict_peer() - the process that has the other end; @otherwise, if that one is not known */
static inline const char *verdict_peer(const struct verdict_context *x, const char *otherwise)
{
	return x->peer ? x->peer : otherwise;
}

/** verdict_peer_is_here() - has the other end a socket on this machine that has not ended? */
static inline bool verdict_peer_is_here(const struct finding *f)
{
	return (f->evidence & (FINDING(PEER_HERE) | FINDING(PEER_ENDED) | FINDING(PEER_GONE))) ==
	       FINDING(PEER_HERE);
}

/** verdict_say_tries() - how often something went out without an answer, as far as it is known */
void verdict_say_tries(const struct finding *f, struct verdict *v, const char *what,
		       unsigned int count);

/** verdict_says_not_leaving() - the same in each state: what is sent again stays here. False: it does not */
bool verdict_says_not_leaving(const struct finding *f, const struct verdict_context *x,
			      struct verdict *v);

/* Data that waits in vain: the same in ESTABLISHED and in CLOSE-WAIT (verdict_open.c). */
void verdict_say_window(const struct finding *f, const struct verdict_context *x,
			struct verdict *v);
void verdict_say_stalled(const struct finding *f, const struct verdict_context *x,
			 struct verdict *v);

#endif
