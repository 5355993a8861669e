/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ended lately: when, and when it had begun. Those that live tell only half of a rate:
 * thirty that were there at any time may be thirty that stay, or hundreds that come and go.
 *
 * Ends are counted by a key (a process, a destination) in slices of time, in a table of a
 * fixed size. A new key that finds no room takes the place of the one that was quiet for
 * the longest; recent_since() says from when on the counts of a key are whole.
 */
#ifndef CONN_RECENT_H
#define CONN_RECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECENT_SLICES 64

/** struct recent_key - a destination; or with @netns alone any number */
struct recent_key {
	uint32_t netns;
	uint16_t port;
	uint16_t zero;
	uint8_t laddr[16];
	uint8_t raddr[16];
};

/** struct recent_slice - so many began in it, of those that have ended; so many ended in it */
struct recent_slice {
	uint32_t begun;
	uint32_t ended;
};

/**
 * struct recent_entry - one key
 * @key: the key
 * @used: this is an entry
 * @since_ns: what ended before is not counted here
 * @begun_ns: when the one of them began that began last; 0: not known of any
 * @ended_ns: when the last one ended
 * @newest: number of the newest slice: its time by the slices' length
 * @slices: number n is at n % RECENT_SLICES; those up to @newest hold
 */
struct recent_entry {
	struct recent_key key;
	bool used;
	uint64_t since_ns;
	uint64_t begun_ns;
	uint64_t ended_ns;
	uint64_t newest;
	struct recent_slice slices[RECENT_SLICES];
};

#define RECENT_SETS 256
#define RECENT_WAYS 4

/**
 * struct recent - the table
 * @slice_ns: how long a slice is
 * @secret: of the hash, which no record shall aim at
 * @forgotten_ns: by set: an entry was given up that had counted until then
 * @entries: by set
 */
struct recent {
	uint64_t slice_ns;
	uint64_t secret[2];
	uint64_t forgotten_ns[RECENT_SETS];
	struct recent_entry entries[RECENT_SETS][RECENT_WAYS];
};

/** recent_create() - NULL without memory; free() frees it */
struct recent *recent_create(uint64_t slice_ns);

/** recent_add() - one more has ended; @begun_ns: 0: not known */
void recent_add(struct recent *recent, const struct recent_key *key, uint64_t begun_ns,
		uint64_t ended_ns);

/** recent_find() - what is counted of a key; NULL: nothing. Until the next recent_add() */
const struct recent_entry *recent_find(const struct recent *recent, const struct recent_key *key);

/** recent_since() - all that ended from then on is counted, if it is on record */
uint64_t recent_since(const struct recent *recent, const struct recent_key *key);

/** recent_slice() - number @number of an entry; NULL: nothing is counted there */
static inline const struct recent_slice *recent_slice(const struct recent_entry *e, uint64_t number)
{
	if (!e || number > e->newest || e->newest - number >= RECENT_SLICES)
		return NULL;
	return &e->slices[number % RECENT_SLICES];
}

#endif
