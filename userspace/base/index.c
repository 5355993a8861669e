// SPDX-License-Identifier: GPL-2.0
/*
 * The hash index: open addressing with linear probing.
 *
 * An entry lies at its home (its hash, scaled to the table) or in the run of used entries that
 * begins there. A search goes from the home to the first empty entry. When an entry is removed,
 * later entries of its run move back into the gap, unless that would put them before their home;
 * so no tombstones are needed, and a search stays short however much comes and goes. At
 * 70 % the table grows: a small one to twice its size, a large one by a quarter, so that no
 * more than 14 bytes are spent on an entry.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "userspace/base/index.h"

#define FIRST_ENTRIES 1024
#define LARGE_ENTRIES 16384
#define HUGE_PAGE (2UL << 20)

/* In pages of 4 KiB, each look into a large table costs a walk through the page tables, too. */
static struct index_entry *new_entries(size_t size)
{
	size_t bytes = size * sizeof(struct index_entry);
	void *entries;

	if (bytes < HUGE_PAGE)
		return calloc(1, bytes);
	entries = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (entries == MAP_FAILED)
		return NULL;
	madvise(entries, bytes, MADV_HUGEPAGE);
	return entries;
}

static void free_entries(struct index *index)
{
	size_t bytes = index->size * sizeof(struct index_entry);

	if (bytes < HUGE_PAGE)
		free(index->entries);
	else
		munmap(index->entries, bytes);
}

int index_init(struct index *index)
{
	index->entries = new_entries(FIRST_ENTRIES);
	index->size = FIRST_ENTRIES;
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
	free_entries(index);
	*index = (struct index){ 0 };
}

static uint32_t next(const struct index *index, uint32_t at)
{
	return at + 1 < index->size ? at + 1 : 0;
}

static void put(struct index *index, struct index_entry entry)
{
	uint32_t at = index_home(index, entry.hash);

	while (index->entries[at].slot)
		at = next(index, at);
	index->entries[at] = entry;
}

static int grow(struct index *index)
{
	uint32_t more = index->size < LARGE_ENTRIES ? index->size : index->size / 4;
	struct index bigger = { .size = index->size + more, .count = index->count };
	uint32_t i;

	bigger.entries = new_entries(bigger.size);
	if (!bigger.entries)
		return -ENOMEM;
	for (i = 0; i < index->size; i++)
		if (index->entries[i].slot)
			put(&bigger, index->entries[i]);
	free_entries(index);
	*index = bigger;
	return 0;
}

int index_add(struct index *index, uint32_t hash, uint32_t slot)
{
	if ((uint64_t)index->count * 10 >= (uint64_t)index->size * 7 && grow(index))
		return -ENOMEM;
	put(index, (struct index_entry){ .hash = hash, .slot = slot });
	index->count++;
	return 0;
}

/* How far @at is behind @home, around the table's end. */
static uint32_t behind(const struct index *index, uint32_t home, uint32_t at)
{
	return at >= home ? at - home : at + index->size - home;
}

void index_del(struct index *index, uint32_t hash, uint32_t slot)
{
	uint32_t hole = index_home(index, hash);
	uint32_t at, home;

	while (index->entries[hole].slot != slot || index->entries[hole].hash != hash) {
		if (!index->entries[hole].slot)
			return;
		hole = next(index, hole);
	}
	index->count--;
	/* Close the gap: an entry may move back, but not before its home. */
	for (at = next(index, hole); index->entries[at].slot; at = next(index, at)) {
		home = index_home(index, index->entries[at].hash);
		if (behind(index, home, at) >= behind(index, hole, at)) {
			index->entries[hole] = index->entries[at];
			hole = at;
		}
	}
	index->entries[hole].slot = 0;
}
