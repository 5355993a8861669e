// SPDX-License-Identifier: GPL-2.0
/* What an update makes of the activity: rates, and whose ports are taken. */
#include "screen_tools.h"
#include "userspace/base/array.h"

/* The share, in per mille, of the ports towards a destination that a flow has. */
static uint64_t share_of(struct top *top, const struct port_usages *usages, uint32_t netns,
			 uint8_t host, uint16_t port, bool passive)
{
	struct flow *flow = &top->activity.flows.list[0];

	*flow = (struct flow){ .key = { .netns = netns, .port = port, .passive = passive } };
	flow->key.address[15] = host;
	top->activity.flows.count = 1;
	assert_int_equal(top_list_flows(top, usages), 0);
	return flow_at(top, 0)->share;
}

static void test_ports(void **state)
{
	static const struct {
		uint32_t netns;
		uint8_t host;
		uint16_t port;
		bool passive;
		uint8_t from;
		uint32_t used;
	} cases[] = {
		{ 1, 5, 80, true, 0, 99 },  { 2, 5, 80, false, 1, 10 }, { 1, 5, 80, false, 1, 20 },
		{ 1, 5, 80, false, 2, 70 }, { 1, 4, 80, false, 1, 30 }, { 1, 5, 81, false, 1, 40 },
		{ 9, 0, 80, true, 0, 99 },  { 1, 5, 80, false, 3, 30 },
	};
	struct top *top = make_top();
	struct port_usages usages;
	struct port_usage *usage, key;
	size_t i;

	port_usages_init(&usages, 0, true, NULL, 0, 0);
	assert_int_equal(share_of(top, &usages, 1, 5, 80, false), 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		key = (struct port_usage){ .netns = cases[i].netns,
					   .port = cases[i].port,
					   .passive = cases[i].passive,
					   .laddr = { cases[i].from },
					   .raddr = { [15] = cases[i].host } };
		usage = hashmap_get(&usages.usages, &key);
		assert_non_null(usage);
		usage->used = cases[i].used;
		usage->ports = 100;
	}
	/* Of three source addresses the one that is worst off. */
	assert_int_equal(share_of(top, &usages, 1, 5, 80, false), 700);
	assert_int_equal(share_of(top, &usages, 2, 5, 80, false), 100);
	assert_int_equal(share_of(top, &usages, 1, 4, 80, false), 300);
	assert_int_equal(share_of(top, &usages, 1, 5, 81, false), 400);
	assert_int_equal(share_of(top, &usages, 1, 6, 80, false), 0);
	assert_int_equal(share_of(top, &usages, 9, 0, 80, false), 0);
	assert_int_equal(share_of(top, &usages, 9, 0, 80, true), 0);
	assert_int_equal(share_of(top, &usages, 0, 0, 0, false), 0);
	port_usages_fini(&usages);
	free_top(top);
}

static void test_rates(void **state)
{
	struct top *top = make_top();
	struct activity *s = &top->activity;
	const struct rate *opened = &top->numbers.rates[RATE_OPENED];

	top->interval_ns = SEC;
	top->numbers.updates = 0;
	s->now_ns = 100 * SEC;
	s->counters.transitions[TCPTRAIL_SYN_SENT][TCPTRAIL_ESTABLISHED] = 1000;
	top_count(top);
	/* What was before the first update is no rate. */
	assert_int_equal(opened->milli, 0);
	assert_int_equal(opened->graph.added, 0);
	s->now_ns = 102 * SEC;
	s->counters.transitions[TCPTRAIL_SYN_SENT][TCPTRAIL_ESTABLISHED] = 1005;
	top_count(top);
	assert_int_equal(opened->milli, 2500);
	assert_int_equal(opened->graph.added, 1);
	/* A file's last update comes early: what came since is that of an interval. */
	s->now_ns += SEC / 1000;
	s->counters.transitions[TCPTRAIL_SYN_SENT][TCPTRAIL_ESTABLISHED] = 1006;
	top_count(top);
	assert_int_equal(opened->milli, 1000);
	/* A new filter counts from 0. */
	s->now_ns += SEC;
	s->counters.transitions[TCPTRAIL_SYN_SENT][TCPTRAIL_ESTABLISHED] = 2;
	top_count(top);
	assert_int_equal(opened->milli, 0);
	assert_int_equal(opened->total, 2);
	free_top(top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_rates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
