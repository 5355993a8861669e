/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Verdicts: one sentence for a connection that has been too long where it is,
 * with the evidence, and one with the remedy. Each is a rule with a name, a
 * test and a line in tcptrail-stuck(1).
 */
#ifndef DIAGNOSE_VERDICT_H
#define DIAGNOSE_VERDICT_H

#include <stddef.h>

#include "userspace/base/time.h"
#include "userspace/diagnose/port_usage.h"
#include "userspace/conn/conn.h"
#include "userspace/diagnose/descriptor_leak.h"
#include "userspace/base/kernel_socket.h"

/**
 * struct verdict_input - what a rule may look at
 * @conn: the connection; of churn one of its TIME-WAITs
 * @age: how long it has been so, in words ("14m03s", "at least 2s")
 * @holder: who holds it, in words; NULL if nobody is known to
 * @holders: how many descriptors that are
 * @listener: who listens where it came in, in words; NULL if not known
 * @live: what the kernel knows of it now; NULL if not known
 * @queue: what it knows of the listener where it came in; NULL if not known
 * @leak: how the CLOSE-WAITs of the process that holds it grow; NULL if not known
 * @usage: NULL for a single connection
 * @requests: how many SYNs of others wait there for the third step, too
 * @requesters: from how many addresses
 */
struct verdict_input {
	const struct conn *conn;
	const char *age;
	const char *holder;
	size_t holders;
	const char *listener;
	const struct kernel_socket *live;
	const struct kernel_socket *queue;
	const struct descriptor_leak *leak;
	const struct usage *usage;
	unsigned int requests;
	unsigned int requesters;
};

/** enum verdict_weight - how bad it is */
enum verdict_weight {
	VERDICT_HARMLESS = 0,
	VERDICT_PASSES = 1, /* the kernel ends it by itself */
	VERDICT_LASTS = 2, /* until somebody does something */
	VERDICT_SPREADS = 3, /* it keeps others from working, or will */
};

#define VERDICT_SENTENCE_MAX 384

/**
 * struct verdict - what a rule says
 * @name: the rule's
 * @weight: how bad that is
 * @sentence: what is the matter, with the evidence
 * @remedy: what to do
 */
struct verdict {
	const char *name;
	enum verdict_weight weight;
	char sentence[VERDICT_SENTENCE_MAX];
	char remedy[256];
};

/** verdict_on() - false if no rule has anything to say; @verdict is filled then, too */
int verdict_on(const struct verdict_input *facts, struct verdict *verdict);

/** verdict_rule() - the number of the rule that has something to say, or -1: no words made */
int verdict_rule(const struct verdict_input *facts);

/** verdict_name() - a rule's name; NULL from the number on that there is no rule for */
const char *verdict_name(unsigned int rule);

/** verdict_weight() - how bad it is; VERDICT_HARMLESS if there is no such rule */
enum verdict_weight verdict_weight(unsigned int rule);

/** verdict_stuck_after_ns() - how long a state is normal; UINT64_MAX: for ever */
uint64_t verdict_stuck_after_ns(uint8_t state);

/* How long an established connection's bytes may wait unacknowledged. */
#define VERDICT_STALL_NS (10 * SEC)

/* So many TIME-WAITs towards one peer, or at one listener, are worth a word. */
#define VERDICT_BURST 1000

/* So many requests at one listener are a flood, if they come from as many addresses. */
#define VERDICT_FLOOD 64

#endif
