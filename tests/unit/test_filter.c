// SPDX-License-Identifier: GPL-2.0
/* Which records a filter lets pass. */
#include "out_tools.h"

#include <errno.h>
#include <stdio.h>

#include "userspace/trail/filter.h"
#include "userspace/base/array.h"

static struct tcptrail_record transition;
static struct tcptrail_record segment;
static struct tcptrail_record loss;

static int set_up(void **state)
{
	transition = make_transition(TCPTRAIL_SOCKET, TCPTRAIL_CLOSE_WAIT, TCPTRAIL_LAST_ACK);
	set_task(&transition, 17, "nginx");
	segment = make_record(TCPTRAIL_SEGMENT);
	loss = (struct tcptrail_record){ .kind = TCPTRAIL_LOSS };
	return 0;
}

static void test_sorts(void **state)
{
	static const struct {
		enum filter_sort sort;
		const char *value;
		bool transition;
		bool segment;
	} cases[] = {
		{ FILTER_PORT, "80", true, true },
		{ FILTER_PORT, "41234", true, true },
		{ FILTER_PORT, "81,80", true, true },
		{ FILTER_PORT, "81", false, false },
		{ FILTER_ADDRESS, "10.0.0.2", true, true },
		{ FILTER_ADDRESS, "10.0.0.0/30", true, true },
		{ FILTER_ADDRESS, "10.0.0.3,::1", false, false },
		{ FILTER_ADDRESS, "::/0", true, true },
		{ FILTER_NETNS, "4026531840", true, true },
		{ FILTER_NETNS, "1", false, false },
		{ FILTER_STATE, "CLOSE-WAIT", true, false },
		{ FILTER_STATE, "last_ack", true, false },
		{ FILTER_STATE, "established,time_wait", false, false },
		{ FILTER_COMM, "nginx", true, false },
		{ FILTER_COMM, "ngin", false, false },
		{ FILTER_COMM, "nginxx", false, false },
		{ FILTER_PID, "17", true, false },
		{ FILTER_PID, "18", false, false },
		{ FILTER_KIND, "transitions", true, false },
		{ FILTER_KIND, "segments", false, true },
		{ FILTER_KIND, "socket,segment", true, true },
		{ FILTER_KIND, "accept", false, false },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct filter f = { 0 };

		assert_int_equal(filter_add(&f, cases[i].sort, cases[i].value), 0);
		if (filter_match(&f, &transition) != cases[i].transition ||
		    filter_match(&f, &segment) != cases[i].segment)
			fail_msg("%s", cases[i].value);
		assert_true(filter_match(&f, &loss));
	}
}

static void test_all_must_agree(void **state)
{
	struct filter f = { 0 };

	assert_true(filter_match(&f, &transition));
	filter_add(&f, FILTER_PORT, "80");
	filter_add(&f, FILTER_COMM, "nginx");
	assert_true(filter_match(&f, &transition));
	filter_add(&f, FILTER_PID, "18");
	assert_false(filter_match(&f, &transition));
}

/* What a record does not know does not match, even where the bytes happen to. */
static void test_unknown_parts(void **state)
{
	struct filter port = { 0 }, address = { 0 }, pid = { 0 };

	filter_add(&port, FILTER_PORT, "80");
	filter_add(&address, FILTER_ADDRESS, "10.0.0.1");
	filter_add(&pid, FILTER_PID, "17");
	transition.flags = TCPTRAIL_F_NO_LPORT | TCPTRAIL_F_NO_LADDR;
	assert_false(filter_match(&port, &transition));
	assert_false(filter_match(&address, &transition));
	assert_false(filter_match(&pid, &transition));
}

/* A name of 16 bytes has no terminator in the record. */
static void test_long_comm(void **state)
{
	struct filter f = { 0 };

	set_task(&transition, 17, "0123456789abcdef");
	assert_int_equal(filter_add(&f, FILTER_COMM, "0123456789abcdef"), 0);
	assert_true(filter_match(&f, &transition));
	assert_int_equal(filter_add(&f, FILTER_COMM, "0123456789abcdefg"), -EINVAL);
}

static void test_refused(void **state)
{
	struct filter f = { 0 };
	char many[FILTER_MAX * 3 + 8] = "1";

	assert_int_equal(filter_add(&f, FILTER_PORT, "0"), -EINVAL);
	assert_int_equal(filter_add(&f, FILTER_PORT, "65536"), -EINVAL);
	assert_int_equal(filter_add(&f, FILTER_PORT, "-1"), -EINVAL);
	assert_int_equal(filter_add(&f, FILTER_PORT, "80x"), -EINVAL);
	assert_int_equal(filter_add(&f, FILTER_PORT, ""), -EINVAL);
	assert_int_equal(filter_add(&f, FILTER_PORT, "80,"), -EINVAL);
	assert_int_equal(filter_add(&f, FILTER_PORT, ",80"), -EINVAL);
	assert_int_equal(filter_add(&f, FILTER_NETNS, "4294967296"), -EINVAL);
	assert_int_equal(filter_add(&f, FILTER_PID, "0"), -EINVAL);
	assert_int_equal(filter_add(&f, FILTER_STATE, "OPEN"), -EINVAL);
	assert_int_equal(filter_add(&f, FILTER_KIND, "all"), -EINVAL);
	assert_int_equal(filter_add(&f, FILTER_PID, "99999999999999999999999"), -EINVAL);
	for (unsigned int i = 0; i < FILTER_MAX; i++)
		strcat(many, ",1");
	f = (struct filter){ 0 };
	assert_int_equal(filter_add(&f, FILTER_PORT, many), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_sorts, set_up),
		cmocka_unit_test_setup(test_all_must_agree, set_up),
		cmocka_unit_test_setup(test_unknown_parts, set_up),
		cmocka_unit_test_setup(test_long_comm, set_up),
		cmocka_unit_test_setup(test_refused, set_up),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
