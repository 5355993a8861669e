// SPDX-License-Identifier: GPL-2.0
/* What ended lately: by key and slice; who has to go for a new key, and what is known then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>

#include "userspace/base/time.h"
#include "userspace/conn/recent.h"

#define MANY (4 * RECENT_SETS * RECENT_WAYS)

static struct recent_key key_of(uint32_t number)
{
	return (struct recent_key){ .netns = number };
}

static uint32_t ended_in(const struct recent *t, uint32_t number, uint64_t slice)
{
	const struct recent_key key = key_of(number);
	const struct recent_slice *s = recent_slice(recent_find(t, &key), slice);

	return s ? s->ended : 0;
}

static void add(struct recent *t, uint32_t number, uint64_t begun_ns, uint64_t ended_ns)
{
	const struct recent_key key = key_of(number);

	recent_add(t, &key, begun_ns, ended_ns);
}

static void test_slices(void **state)
{
	struct recent *t = recent_create(10 * SEC);
	const struct recent_key key = key_of(7), other = key_of(8);
	const struct recent_entry *e;

	assert_non_null(t);
	add(t, 7, 101 * SEC, 109 * SEC);
	add(t, 7, 99 * SEC, 111 * SEC);
	add(t, 7, 0, 119 * SEC);
	assert_null(recent_find(t, &other));
	e = recent_find(t, &key);
	assert_int_equal(ended_in(t, 7, 10), 1);
	assert_int_equal(ended_in(t, 7, 11), 2);
	assert_int_equal(recent_slice(e, 9)->begun, 1);
	assert_int_equal(recent_slice(e, 10)->begun, 1);
	assert_null(recent_slice(e, 12));
	assert_int_equal(e->begun_ns, 101 * SEC);
	assert_int_equal(recent_since(t, &key), 0);

	/* What is older than all slices is gone; what comes late for them does not count. */
	add(t, 7, 0, (10 + RECENT_SLICES) * 10 * SEC);
	assert_int_equal(ended_in(t, 7, 10), 0);
	assert_int_equal(ended_in(t, 7, 11), 2);
	add(t, 7, 0, 100 * SEC);
	assert_null(recent_slice(e, 10));
	add(t, 7, 1, UINT64_MAX);
	assert_int_equal(ended_in(t, 7, 11), 0);
	free(t);
}

/* With more keys than there is room: the busy one stays, and of a new one it is known since when. */
static void test_no_room(void **state)
{
	struct recent *t = recent_create(SEC);
	struct recent_key key = key_of(1);
	uint32_t i;

	assert_non_null(t);
	for (i = 0; i < MANY; i++) {
		add(t, 1, 0, i * MS);
		add(t, 2 + i, 0, i * MS);
	}
	assert_int_equal(recent_since(t, &key), 0);
	assert_int_equal(ended_in(t, 1, 1), 1000);
	key = key_of(MANY + 1);
	assert_in_range(recent_since(t, &key), SEC, MANY * MS + SEC);
	free(t);

	/* Where the one that goes has been quiet for so long that it does not count, nothing is lost. */
	t = recent_create(SEC);
	assert_non_null(t);
	for (i = 0; i < MANY; i++)
		add(t, i, 0, i * RECENT_SLICES * SEC);
	for (i = 0; i < MANY; i++) {
		key = key_of(i);
		assert_int_equal(recent_since(t, &key), 0);
	}
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slices),
		cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests_name("recent", tests, NULL, NULL);
}
