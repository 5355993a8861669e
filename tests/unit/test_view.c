// SPDX-License-Identifier: GPL-2.0
/* Numbers of the activity as a view has them: rates, and whose ports they are. */
#include "screen_tools.h"
#include "userspace/base/array.h"

/* The share, in per mille, of the ports towards a destination that a flow has. */
static uint32_t share_of(struct view *v, struct activity *s, const struct port_usages *usages,
			 uint32_t netns, uint8_t host, uint16_t port, bool passive)
{
	struct flow *flow = &s->flows.list[0];

	*flow = (struct flow){ .key = { .netns = netns, .port = port, .passive = passive } };
	flow->key.address[15] = host;
	s->flows.count = 1;
	assert_int_equal(view_update(v, s, usages), 0);
	return v->flows[0].share;
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
	struct activity *s = calloc(1, sizeof(*s));
	struct view *v = calloc(1, sizeof(*v));
	struct port_usages usages;
	struct port_usage *usage, key;
	size_t i;

	assert_int_equal(port_usages_init(&usages, 0, true, NULL, 0), 0);
	assert_int_equal(share_of(v, s, &usages, 1, 5, 80, false), 0);
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
	assert_int_equal(share_of(v, s, &usages, 1, 5, 80, false), 700);
	assert_int_equal(share_of(v, s, &usages, 2, 5, 80, false), 100);
	assert_int_equal(share_of(v, s, &usages, 1, 4, 80, false), 300);
	assert_int_equal(share_of(v, s, &usages, 1, 5, 81, false), 400);
	assert_int_equal(share_of(v, s, &usages, 1, 6, 80, false), 0);
	assert_int_equal(share_of(v, s, &usages, 9, 0, 80, false), 0);
	assert_int_equal(share_of(v, s, &usages, 9, 0, 80, true), 0);
	assert_int_equal(share_of(v, s, &usages, 0, 0, 0, false), 0);
	port_usages_fini(&usages);
	view_free(v);
	free(v);
	free(s);
}

static void test_rates(void **state)
{
	struct activity *s = calloc(1, sizeof(*s));
	struct view *v = calloc(1, sizeof(*v));
	const struct port_usages usages = { 0 };

	v->interval_ns = SEC;
	s->now_ns = 100 * SEC;
	s->counters.transitions[TCPTRAIL_SYN_SENT][TCPTRAIL_ESTABLISHED] = 1000;
	assert_int_equal(view_update(v, s, &usages), 0);
	/* What was before the first update is no rate. */
	assert_int_equal(v->opened.milli, 0);
	assert_int_equal(v->opened.graph.added, 0);
	s->now_ns = 102 * SEC;
	s->counters.transitions[TCPTRAIL_SYN_SENT][TCPTRAIL_ESTABLISHED] = 1005;
	assert_int_equal(view_update(v, s, &usages), 0);
	assert_int_equal(v->opened.milli, 2500);
	assert_int_equal(v->opened.graph.added, 1);
	/* A file's last update comes early: what came since is that of an interval. */
	s->now_ns += SEC / 1000;
	s->counters.transitions[TCPTRAIL_SYN_SENT][TCPTRAIL_ESTABLISHED] = 1006;
	assert_int_equal(view_update(v, s, &usages), 0);
	assert_int_equal(v->opened.milli, 1000);
	/* A new filter counts from 0. */
	s->now_ns += SEC;
	s->counters.transitions[TCPTRAIL_SYN_SENT][TCPTRAIL_ESTABLISHED] = 2;
	assert_int_equal(view_update(v, s, &usages), 0);
	assert_int_equal(v->opened.milli, 0);
	assert_int_equal(v->opened.total, 2);
	view_free(v);
	free(v);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_rates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
