// SPDX-License-Identifier: GPL-2.0
/* Numbers of the activity as a view has them: rates, and whose ports they are. */
#include "screen_tools.h"
#include "userspace/top/view_ports.h"
#include "userspace/base/array.h"

static struct usage make_churn(uint32_t netns, uint8_t host, uint16_t port, bool passive,
			       uint32_t used)
{
	struct usage c = {
		.netns = netns, .port = port, .passive = passive, .used = used, .ports = 100
	};

	c.raddr[15] = host;
	return c;
}

static const struct usage *find(const struct usage *list, size_t count, uint32_t netns,
				uint8_t host, uint16_t port)
{
	struct flow_key key = { .netns = netns, .port = port };

	key.address[15] = host;
	return view_ports_find(list, count, &key);
}

static void test_ports(void **state)
{
	struct usage list[] = {
		make_churn(1, 5, 80, true, 99),	 make_churn(2, 5, 80, false, 10),
		make_churn(1, 5, 80, false, 20), make_churn(1, 5, 80, false, 70),
		make_churn(1, 4, 80, false, 30), make_churn(1, 5, 81, false, 40),
		make_churn(9, 0, 80, true, 99),	 make_churn(1, 5, 80, false, 30),
	};
	const size_t count = ARRAY_SIZE(list);

	assert_null(find(list, 0, 1, 5, 80));
	view_ports_sort(list, count);
	/* Of three source addresses the one that is worst off. */
	assert_int_equal(find(list, count, 1, 5, 80)->used, 70);
	assert_int_equal(find(list, count, 2, 5, 80)->used, 10);
	assert_int_equal(find(list, count, 1, 4, 80)->used, 30);
	assert_int_equal(find(list, count, 1, 5, 81)->used, 40);
	assert_null(find(list, count, 1, 6, 80));
	assert_null(find(list, count, 9, 0, 80));
	assert_null(find(list, count, 0, 0, 0));
}

static void test_rates(void **state)
{
	struct activity *s = calloc(1, sizeof(*s));
	struct view *v = calloc(1, sizeof(*v));

	v->interval_ns = SEC;
	s->now_ns = 100 * SEC;
	s->counters.transitions[TCPTRAIL_SYN_SENT][TCPTRAIL_ESTABLISHED] = 1000;
	assert_int_equal(view_update(v, s, NULL, 0), 0);
	/* What was before the first update is no rate. */
	assert_int_equal(v->opened.milli, 0);
	assert_int_equal(v->opened.graph.added, 0);
	s->now_ns = 102 * SEC;
	s->counters.transitions[TCPTRAIL_SYN_SENT][TCPTRAIL_ESTABLISHED] = 1005;
	assert_int_equal(view_update(v, s, NULL, 0), 0);
	assert_int_equal(v->opened.milli, 2500);
	assert_int_equal(v->opened.graph.added, 1);
	/* A file's last update comes early: what came since is that of an interval. */
	s->now_ns += SEC / 1000;
	s->counters.transitions[TCPTRAIL_SYN_SENT][TCPTRAIL_ESTABLISHED] = 1006;
	assert_int_equal(view_update(v, s, NULL, 0), 0);
	assert_int_equal(v->opened.milli, 1000);
	/* A new filter counts from 0. */
	s->now_ns += SEC;
	s->counters.transitions[TCPTRAIL_SYN_SENT][TCPTRAIL_ESTABLISHED] = 2;
	assert_int_equal(view_update(v, s, NULL, 0), 0);
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
