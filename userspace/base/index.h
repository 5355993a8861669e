/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A hash index from 32-bit hashes to slot numbers: open addressing, linear
 * probing, no tombstones. It holds no keys: whoever looks something up
 * compares each candidate with what it looks for.
 */
#ifndef BASE_INDEX_H
#define BASE_INDEX_H

#include <stdint.h>
#include <string.h>

struct index_entry {
	uint32_t hash;
	uint32_t slot; /* 0: empty */
};

/**
 * struct index - the index
 * @entries: the table
 * @size: of the table
 * @count: entries in use, at most 70 % of @size
 */
struct index {
	struct index_entry *entries;
	uint32_t size;
	uint32_t count;
};

/** index_init() - an empty index; 0 or -ENOMEM */
int index_init(struct index *index);

void index_fini(struct index *index);

/** index_add() - remember @slot under @hash; 0 or -ENOMEM */
int index_add(struct index *index, uint32_t hash, uint32_t slot);

/** index_del() - forget @slot under @hash; nothing happens if it is not there */
void index_del(struct index *index, uint32_t hash, uint32_t slot);

/** index_home() - where the search for a hash begins: all hashes, in order, over the table */
static inline uint32_t index_home(const struct index *index, uint32_t hash)
{
	return (uint32_t)((uint64_t)hash * index->size >> 32);
}

/**
 * index_find() - candidates for a hash, one per call
 * @index: the index
 * @hash: what is looked for
 * @at: 0 at first; carries the position, counted from the home, from call to call
 *
 * Return: a slot, 0 if there are no more.
 */
static inline uint32_t index_find(const struct index *index, uint32_t hash, uint32_t *at)
{
	uint32_t home = index_home(index, hash), place;
	const struct index_entry *entry;

	for (;;) {
		place = home + (*at)++;
		if (place >= index->size)
			place -= index->size;
		entry = &index->entries[place];
		if (!entry->slot || entry->hash == hash)
			return entry->slot;
	}
}

/** index_new_key() - a random key for index_hash(), that no file can know */
void index_new_key(uint64_t key[2]);

/** index_hash() - a keyed hash of two words, so that no file can aim at collisions */
static inline uint32_t index_hash(const uint64_t key[2], uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)(a ^ key[0]) * (b ^ key[1]);
	uint64_t folded = (uint64_t)product ^ (uint64_t)(product >> 64);

	return (uint32_t)(folded ^ (folded >> 32));
}

/** index_hash_16() - of 16 bytes: an address, a task's name */
static inline uint32_t index_hash_16(const uint64_t key[2], const void *bytes)
{
	uint64_t words[2];

	memcpy(words, bytes, sizeof(words));
	return index_hash(key, words[0], words[1]);
}

#endif
