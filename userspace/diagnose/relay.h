/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Relays: a proxy or a tunnel has two connections, its legs. When the peer of one leg has
 * closed, the relay shuts down its half of the other leg, and waits for that one's peer: the
 * first leg is in CLOSE-WAIT, the second in FIN-WAIT-2, and neither is forgotten.
 *
 * Two legs are a pair if one process has opened both, and shut the second down at once
 * (RELAY_NS) when the first one's FIN had come. Of several the first comes first. Which two
 * belong together is a guess then; that each was handed on to one, or from one, is not.
 */
#ifndef DIAGNOSE_RELAY_H
#define DIAGNOSE_RELAY_H

#include "userspace/base/hashmap.h"
#include "userspace/conn/tracker.h"

#define RELAY_NS (100 * MS)

/**
 * struct relay - a leg
 * @cookie: its own
 * @other: the other leg
 * @other_cookie: of @other, when it was found
 * @span_ns: from the FIN of the first leg's peer to the shutdown() of the second
 */
struct relay {
	uint64_t cookie;
	const struct conn *other;
	uint64_t other_cookie;
	uint64_t span_ns;
};

struct relay_end;

/**
 * struct relays - all that are found
 * @ends: legs that may be one of a pair
 * @count: how many
 * @room: for how many there is memory
 * @legs: struct relay by cookie
 */
struct relays {
	struct relay_end *ends;
	size_t count;
	size_t room;
	struct hashmap legs;
};

void relays_init(struct relays *relays);
void relays_fini(struct relays *relays);

/** relays_add() - a connection, each once; 0 or -ENOMEM */
int relays_add(struct relays *relays, const struct tracker *tracker, const struct conn *conn);

/** relays_pair() - all are there; 0 or -ENOMEM */
int relays_pair(struct relays *relays);

/** relays_leg() - what is known of @conn as a leg; NULL: it is none */
const struct relay *relays_leg(const struct relays *relays, const struct conn *conn);

/** relay_other() - the other leg, if it is still the same; or NULL */
const struct conn *relay_other(const struct relay *relay);

#endif
