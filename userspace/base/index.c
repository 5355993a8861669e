// SPDX-License-Identifier: GPL-2.0
/*
 * The hash index: open addressing with linear probing.
 *
 * An entry lies at its home (hash & mask) or in the run of used entries that begins there.
 * A search goes from the home to the first empty entry. When an entry is removed, later
 * entries of its run move back into the gap, unless that would put them before their home;
 * so no tombstones are needed, and a search stays short however much comes and goes. At
 * 70 % the table is doubled.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "userspace/base/index.h"

#define FIRST_ENTRIES 1024

int index_init(struct index *index)
{
	index->entries = calloc(FIRST_ENTRIES, sizeof(*index->entries));
	index->mask = FIRST_ENTRIES - 1;
	index->count = 0;
	return index->entries ? 0 : -ENOMEM;
}

void index_new_key(uint64_t key[2])
{
	key[0] = 0;
	key[1] = 0;
	if (getrandom(key, 16, 0) != 16)
		key[0] = (uintptr_t)key; /* old or starved: an address will do */
	/* A zero would make all products zero. */
	key[0] |= 1;
	key[1] |= 1;
}

void index_fini(struct index *index)
{
	free(index->entries);
	*index = (struct index){ 0 };
}

static void put(struct index *index, struct index_entry entry)
{
	uint32_t at = entry.hash & index->mask;

	while (index->entries[at].slot)
		at = (at + 1) & index->mask;
	index->entries[at] = entry;
}

static int grow(struct index *index)
{
	struct index bigger = { .mask = index->mask * 2 + 1, .count = index->count };
	uint32_t i;

	bigger.entries = calloc((size_t)bigger.mask + 1, sizeof(*bigger.entries));
	if (!bigger.entries)
		return -ENOMEM;
	for (i = 0; i <= index->mask; i++)
		if (index->entries[i].slot)
			put(&bigger, index->entries[i]);
	free(index->entries);
	*index = bigger;
	return 0;
}

int index_add(struct index *index, uint32_t hash, uint32_t slot)
{
	if ((uint64_t)index->count * 10 >= ((uint64_t)index->mask + 1) * 7 && grow(index))
		return -ENOMEM;
	put(index, (struct index_entry){ .hash = hash, .slot = slot });
	index->count++;
	return 0;
}

void index_del(struct index *index, uint32_t hash, uint32_t slot)
{
	uint32_t hole = hash & index->mask;
	uint32_t at, home;

	while (index->entries[hole].slot != slot || index->entries[hole].hash != hash) {
		if (!index->entries[hole].slot)
			return;
		hole = (hole + 1) & index->mask;
	}
	index->count--;
	/* Close the gap: an entry may move back, but not before its home. */
	for (at = (hole + 1) & index->mask; index->entries[at].slot; at = (at + 1) & index->mask) {
		home = index->entries[at].hash & index->mask;
		if (((at - home) & index->mask) >= ((at - hole) & index->mask)) {
			index->entries[hole] = index->entries[at];
			hole = at;
		}
	}
	index->entries[hole].slot = 0;
}
