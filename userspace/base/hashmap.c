// SPDX-License-Identifier: GPL-2.0
/* The rows lie in one array; an index finds them by the hash of their keys. */
#include "userspace/base/hashmap.h"

#include <stdlib.h>
#include <string.h>

#include "userspace/base/array.h"

void hashmap_init(struct hashmap *map, size_t key_size, size_t row_size)
{
	*map = (struct hashmap){ .key_size = key_size, .row_size = row_size };
	index_new_key(map->secret);
}

void hashmap_fini(struct hashmap *map)
{
	free(map->rows);
	if (map->by_key.entries)
		index_fini(&map->by_key);
	map->rows = NULL;
	map->count = 0;
	map->room = 0;
}

static uint32_t hash_of(const struct hashmap *map, const void *key)
{
	const char *at = key;
	uint64_t hash = 0, word;
	size_t i;

	for (i = 0; i < map->key_size; i += sizeof(word)) {
		memcpy(&word, at + i, sizeof(word));
		hash = index_hash(map->secret, hash ^ word, word >> 32 | hash << 32);
	}
	return (uint32_t)hash;
}

static void *find(const struct hashmap *map, const void *key, uint32_t hash)
{
	uint32_t at = 0, number;

	while ((number = index_find(&map->by_key, hash, &at)))
		if (!memcmp(hashmap_at(map, number - 1), key, map->key_size))
			return hashmap_at(map, number - 1);
	return NULL;
}

void *hashmap_find(const struct hashmap *map, const void *key)
{
	return map->count ? find(map, key, hash_of(map, key)) : NULL;
}

void *hashmap_get(struct hashmap *map, const void *key)
{
	uint32_t hash = hash_of(map, key);
	void *row = map->count ? find(map, key, hash) : NULL;
	void *rows;

	if (row)
		return row;
	if (!map->by_key.entries && index_init(&map->by_key))
		return NULL;
	rows = array_grow(map->rows, map->count, &map->room, map->row_size);
	if (!rows)
		return NULL;
	map->rows = rows;
	if (index_add(&map->by_key, hash, (uint32_t)map->count + 1))
		return NULL;
	row = hashmap_at(map, map->count++);
	memset(row, 0, map->row_size);
	memcpy(row, key, map->key_size);
	return row;
}
