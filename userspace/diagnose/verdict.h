/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Verdicts: one sentence for a connection that has been too long where it is,
 * with the evidence, and one with the remedy. Each is a rule with a name, a
 * test and an entry in tcptrail-verdicts(7).
 */
#ifndef DIAGNOSE_VERDICT_H
#define DIAGNOSE_VERDICT_H

#include "userspace/diagnose/descriptor_leak.h"
#include "userspace/diagnose/finding.h"
#include "userspace/procfs/process.h"

/**
 * struct verdict_context - what a sentence names beside the finding
 * @age: how long it has been so, in words ("14m03s", "at least 2s")
 * @holder: who holds it, in words; NULL if nobody is known to
 * @holders: how many descriptors that are
 * @processes: how many processes hold it and those that are told with it
 * @inherited_from: who has opened it, and whose program that it started holds it; or NULL
 * @unheld: no process has a descriptor of it, though it has a file
 * @owner: who of these acts on it; NULL if nobody is known to hold it
 * @process: what /proc says of @owner, if it is known that no other one acts; or NULL
 * @gone: of a listener: who called listen() and does not hold it any more; NULL: nobody
 * @acceptor: of a listener: who called accept() last; NULL: not on record
 * @accepted: how long ago that was
 * @recorded: for how long a listener that is older has been on record; NULL: since listen()
 * @none_accepted: since listen() nobody has called accept() with success
 * @listener: who listens where it came in, in words; NULL if not known
 * @leg: of a relay: the remote end of the other leg; or NULL
 * @leg_peer: whose that one is, in words; NULL if it is elsewhere, or not known
 * @peer: whose the other end is, in words; NULL if it is elsewhere, or not known
 * @leak: how the CLOSE-WAITs of the process that holds it grow; NULL if not known
 */
struct verdict_context {
	const char *age;
	const char *holder;
	size_t holders;
	size_t processes;
	const char *inherited_from;
	bool unheld;
	const char *owner;
	const struct process *process;
	const char *gone;
	const char *acceptor;
	const char *accepted;
	const char *recorded;
	bool none_accepted;
	const char *listener;
	const char *leg;
	const char *leg_peer;
	const char *peer;
	const struct descriptor_leak *leak;
};

/** enum verdict_weight - how bad it is */
enum verdict_weight {
	VERDICT_HARMLESS = 0, /* worth knowing; not called stuck */
	VERDICT_PASSES = 1, /* the kernel ends it by itself */
	VERDICT_LASTS = 2, /* until somebody does something */
	VERDICT_AFFECTS_OTHERS = 3, /* it keeps others from working, or will */
};

/* The longest are shorter: tests/unit/test_verdict_longest.c makes them. */
#define VERDICT_SENTENCE_MAX 1024
#define VERDICT_REMEDY_MAX 640

/**
 * struct verdict - what a rule says
 * @name: the rule's; empty if there is none
 * @weight: how bad that is
 * @sentence: what is the matter, with the evidence
 * @remedy: what to do
 */
struct verdict {
	const char *name;
	enum verdict_weight weight;
	char sentence[VERDICT_SENTENCE_MAX];
	char remedy[VERDICT_REMEDY_MAX];
};

#define VERDICT_RULES_MAX 64

/** verdict_rule() - the number of the first rule that applies, or FINDING_NO_RULE */
int8_t verdict_rule(const struct finding *finding);

/** verdict_say() - what the rule of @finding says; nothing if it has none */
void verdict_say(const struct finding *finding, const struct verdict_context *context,
		 struct verdict *verdict);

/** verdict_name() - a rule's name; NULL from the number on that there is no rule for */
const char *verdict_name(unsigned int rule);

/**
 * verdict_grounds() - what a rule rests on, for tests of the manual
 * @needs: set to the evidence that has to be there: bits of enum finding_evidence
 * @refuted_by: set to the evidence of which there must be none
 */
void verdict_grounds(unsigned int rule, uint64_t *needs, uint64_t *refuted_by);

/** verdict_weight() - how bad it is; VERDICT_HARMLESS if there is no such rule */
enum verdict_weight verdict_weight(int rule);

/** verdict_is_stuck() - are sockets with this verdict called stuck? */
static inline bool verdict_is_stuck(int rule)
{
	return verdict_weight(rule) > VERDICT_HARMLESS;
}

/** verdict_stuck_after_ns() - how long a state is normal; UINT64_MAX: for ever */
uint64_t verdict_stuck_after_ns(uint8_t state);

/* How long an established connection's bytes may wait unacknowledged. */
#define VERDICT_STALL_NS (10 * SEC)

/* How long a connection may wait for accept(). */
#define VERDICT_ACCEPT_NS (10 * SEC)

/* So many requests at one listener are a flood, if they come from as many addresses. */
#define VERDICT_FLOOD 64

#endif
