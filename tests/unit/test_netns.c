// SPDX-License-Identifier: GPL-2.0
/* A namespace's settings, read in one of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <sched.h>
#include <stdio.h>

#include "userspace/sockdiag/netns.h"

static void set(const char *name, const char *value)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/%s", name);
	file = fopen(path, "w");
	if (!file)
		skip(); /* nothing is to be set here: a sandbox */
	assert_true(fputs(value, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void test_settings(void **state)
{
	struct netns_info facts;
	uint32_t netns = 0;

	if (unshare(CLONE_NEWNET))
		skip(); /* not root */
	assert_int_equal(netns_number("/proc/thread-self/ns/net", &netns), 0);
	netns_read(&facts, netns);
	assert_int_equal(facts.netns, netns);
	assert_int_equal(facts.ports.first, 32768);
	assert_int_equal(facts.ports.last, 60999);
	assert_int_equal(facts.ports.count, 28232);
	assert_int_equal(facts.fin_timeout_ns, 60000000000ULL);

	set("ip_local_port_range", "40000 40099");
	set("tcp_fin_timeout", "7");
	set("tcp_tw_reuse", "1");
	/* Inside, across the end, across the beginning, outside. */
	set("ip_local_reserved_ports", "40010,40090-40120,39990-40001,50000");
	netns_read(&facts, netns);
	assert_int_equal(facts.ports.first, 40000);
	assert_int_equal(facts.ports.last, 40099);
	assert_int_equal(facts.ports.count, 100 - 1 - 10 - 2);
	assert_int_equal(facts.ports.tw_reuse, 1);
	assert_int_equal(facts.fin_timeout_ns, 7000000000ULL);
}

static void test_find(void **state)
{
	const struct netns_info list[] = { { .netns = 3 }, { .netns = 7 } };

	assert_ptr_equal(netns_find(list, 2, 7), &list[1]);
	assert_null(netns_find(list, 2, 4));
	assert_null(netns_find(NULL, 0, 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests_name("netns", tests, NULL, NULL);
}
