// SPDX-License-Identifier: GPL-2.0
/* The hash index against a plain array, rows by their key, and the pool's limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "userspace/base/hashmap.h"
#include "userspace/base/pool.h"

#define SLOTS 5000

static uint64_t seed = 88172645463325252ULL;

static uint32_t random_u32(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 32);
}

static bool holds(const struct index *index, uint32_t hash, uint32_t slot)
{
	uint32_t at = 0, found;

	while ((found = index_find(index, hash, &at)))
		if (found == slot)
			return true;
	return false;
}

/* Few different hashes, so that long runs of entries grow into each other. */
static void run(uint32_t different, bool low)
{
	static uint32_t hashes[SLOTS + 1];
	static bool in[SLOTS + 1];
	struct index index;
	uint32_t round, slot, i, count = 0;

	memset(in, 0, sizeof(in));
	assert_int_equal(index_init(&index), 0);
	for (round = 0; round < 200000; round++) {
		slot = 1 + random_u32() % SLOTS;
		if (in[slot]) {
			index_del(&index, hashes[slot], slot);
			count--;
		} else {
			hashes[slot] = random_u32() % different;
			if (!low)
				hashes[slot] = ~hashes[slot];
			assert_int_equal(index_add(&index, hashes[slot], slot), 0);
			count++;
		}
		in[slot] = !in[slot];
		if (round % 5000)
			continue;
		for (i = 1; i <= SLOTS; i++)
			assert_int_equal(holds(&index, hashes[i], i), in[i]);
		assert_int_equal(index.count, count);
	}
	index_fini(&index);
}

static void test_index(void **state)
{
	run(10000, true);
	run(10000, false); /* the last home positions: runs go round the end */
	run(UINT32_MAX, true);
}

/* Rows that begin with their key, and keep what was put into them while the map grows. */
static void test_hashmap(void **state)
{
	struct row {
		uint64_t key[3];
		uint32_t value;
	} key = { 0 }, *row;
	struct hashmap map;
	uint32_t i, round;

	hashmap_init(&map, sizeof(key.key), sizeof(key));
	assert_null(hashmap_find(&map, &key));
	for (round = 0; round < 2; round++) {
		for (i = 0; i < SLOTS; i++) {
			key.key[i % 3] = (uint64_t)i << 32 | i;
			row = hashmap_get(&map, &key);
			assert_non_null(row);
			assert_int_equal(row->value, round ? i + 1 : 0);
			row->value = i + 1;
			key.key[i % 3] = 0;
		}
		assert_int_equal(map.count, SLOTS);
	}
	for (i = 0; i < SLOTS; i++) {
		key.key[i % 3] = (uint64_t)i << 32 | i;
		row = hashmap_find(&map, &key);
		assert_ptr_equal(row, hashmap_at(&map, i));
		key.key[i % 3] = 0;
	}
	key.key[1] = UINT64_MAX;
	assert_null(hashmap_find(&map, &key));
	hashmap_fini(&map);
	assert_null(hashmap_find(&map, &key));
}

static void test_pool(void **state)
{
	struct pool pool;
	uint32_t slot, i;

	assert_int_equal(pool_init(&pool, 128, 40000), 0);
	for (i = 1; i <= 40000; i++) {
		slot = pool_alloc(&pool);
		assert_int_equal(slot, i);
		memset(pool_at(&pool, slot), 0xff, 128);
	}
	assert_int_equal(pool_alloc(&pool), 0);
	pool_free(&pool, 17);
	pool_free(&pool, 40000);
	assert_int_equal(pool_alloc(&pool), 40000);
	slot = pool_alloc(&pool);
	assert_int_equal(slot, 17);
	for (i = 0; i < 128; i++)
		assert_int_equal(((char *)pool_at(&pool, slot))[i], 0);
	assert_int_equal(pool_alloc(&pool), 0);
	pool_fini(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_index),
		cmocka_unit_test(test_hashmap),
		cmocka_unit_test(test_pool),
	};

	return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
