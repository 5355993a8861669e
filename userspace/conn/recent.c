// SPDX-License-Identifier: GPL-2.0
/*
 * What ended lately, by key: sets of a few entries, chosen by a hash of the key. Within a
 * set the entry that was quiet for the longest goes first, so that the busy ones stay.
 */
#include "userspace/conn/recent.h"

#include <stdlib.h>
#include <string.h>

#include "userspace/base/array.h"
#include "userspace/base/index.h"

_Static_assert(sizeof(struct recent_key) == 40, "a key has no padding");

struct recent *recent_create(uint64_t slice_ns)
{
	struct recent *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->slice_ns = slice_ns;
	index_new_key(t->secret);
	return t;
}

static uint32_t set_of(const struct recent *t, const struct recent_key *key)
{
	uint64_t first = (uint64_t)key->netns << 32 | key->port;

	return index_hash(t->secret, first ^ index_hash_16(t->secret, key->laddr),
			  index_hash_16(t->secret, key->raddr)) %
	       RECENT_SETS;
}

static struct recent_entry *find(const struct recent *t, uint32_t set, const struct recent_key *key)
{
	unsigned int i;

	for (i = 0; i < RECENT_WAYS; i++) {
		const struct recent_entry *e = &t->entries[set][i];

		if (e->used && !memcmp(&e->key, key, sizeof(*key)))
			return (struct recent_entry *)e;
	}
	return NULL;
}

const struct recent_entry *recent_find(const struct recent *t, const struct recent_key *key)
{
	return find(t, set_of(t, key), key);
}

uint64_t recent_since(const struct recent *t, const struct recent_key *key)
{
	uint32_t set = set_of(t, key);
	const struct recent_entry *e = find(t, set, key);

	return e ? e->since_ns : t->forgotten_ns[set];
}

/* Of what ended too long ago to count nothing is lost. */
static void forget(struct recent *t, uint32_t set, const struct recent_entry *e, uint64_t now)
{
	if (!e->used || (now > e->newest && now - e->newest >= RECENT_SLICES))
		return;
	if (e->ended_ns >= t->forgotten_ns[set])
		t->forgotten_ns[set] = e->ended_ns + 1;
}

static struct recent_entry *make(struct recent *t, uint32_t set, const struct recent_key *key,
				 uint64_t now)
{
	struct recent_entry *quietest = t->entries[set];
	unsigned int i;

	for (i = 1; i < RECENT_WAYS && quietest->used; i++)
		if (!t->entries[set][i].used || t->entries[set][i].ended_ns < quietest->ended_ns)
			quietest = &t->entries[set][i];
	forget(t, set, quietest, now);
	*quietest = (struct recent_entry){
		.key = *key,
		.used = true,
		.since_ns = t->forgotten_ns[set],
		.newest = now,
	};
	return quietest;
}

static void go_on_to(struct recent_entry *e, uint64_t now)
{
	uint64_t n;

	if (now <= e->newest)
		return;
	if (now - e->newest >= RECENT_SLICES)
		memset(e->slices, 0, sizeof(e->slices));
	else
		for (n = e->newest + 1; n <= now; n++)
			e->slices[n % RECENT_SLICES] = (struct recent_slice){ 0 };
	e->newest = now;
}

void recent_add(struct recent *t, const struct recent_key *key, uint64_t begun_ns,
		uint64_t ended_ns)
{
	uint64_t now = ended_ns / t->slice_ns;
	uint32_t set = set_of(t, key);
	struct recent_entry *e = find(t, set, key);
	struct recent_slice *slice;

	if (!e)
		e = make(t, set, key, now);
	go_on_to(e, now);
	if (ended_ns > e->ended_ns)
		e->ended_ns = ended_ns;
	slice = (struct recent_slice *)recent_slice(e, now);
	if (slice)
		slice->ended++;
	if (begun_ns > e->begun_ns)
		e->begun_ns = begun_ns;
	slice = (struct recent_slice *)recent_slice(e, begun_ns / t->slice_ns);
	if (begun_ns && slice)
		slice->begun++;
}
