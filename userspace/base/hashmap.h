/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rows of one size, each found by the bytes that it begins with: its key. They lie in one
 * array, in the order in which they came; it moves as it grows.
 */
#ifndef BASE_HASHMAP_H
#define BASE_HASHMAP_H

#include <stddef.h>

#include "userspace/base/index.h"

/**
 * struct hashmap - zero at first, then hashmap_init()
 * @rows: the rows
 * @count: how many
 * @room: for how many there is memory
 * @row_size: bytes of a row
 * @key_size: bytes of its key, a multiple of 8 without padding
 * @secret: keys the hash: who chooses keys shall not choose collisions
 * @by_key: row numbers, from 1
 */
struct hashmap {
	char *rows;
	size_t count;
	size_t room;
	size_t row_size;
	size_t key_size;
	uint64_t secret[2];
	struct index by_key;
};

/** hashmap_init() - an empty one; it takes no memory yet */
void hashmap_init(struct hashmap *map, size_t key_size, size_t row_size);
void hashmap_fini(struct hashmap *map);

/** hashmap_find() - the row with this key; NULL if there is none. It moves at the next hashmap_get() */
void *hashmap_find(const struct hashmap *map, const void *key);

/** hashmap_get() - likewise; a new one, zero but for its key, if there was none; NULL without memory */
void *hashmap_get(struct hashmap *map, const void *key);

/** hashmap_at() - row @number, from 0 */
static inline void *hashmap_at(const struct hashmap *map, size_t number)
{
	return map->rows + number * map->row_size;
}

#endif
