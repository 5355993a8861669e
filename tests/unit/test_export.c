// SPDX-License-Identifier: GPL-2.0
/* The exporter's parts: what a client wants, the text, who is connected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "userspace/exporter/clients.h"
#include "userspace/base/array.h"
#include "userspace/base/time.h"
#include "userspace/exporter/openmetrics.h"
#include "userspace/exporter/listen.h"
#include "userspace/exporter/accept_header.h"

static void test_accept(void **state)
{
	static const struct {
		const char *accept;
		bool openmetrics;
	} cases[] = {
		{ NULL, false },
		{ "", false },
		{ "*/*", false },
		{ "text/plain", false },
		{ "application/openmetrics-text", true },
		{ "application/openmetrics-text;version=1.0.0", true },
		{ "application/openmetrics-text; version=1.0.0; charset=utf-8", true },
		{ "application/openmetrics-text;version=0.0.1", false },
		{ "application/openmetrics-textual", false },
		{ "application/openmetrics-text;q=0", false },
		{ "APPLICATION/OpenMetrics-Text;VERSION=1.0.0", true },
		/* What Prometheus 2 and 3 send. */
		{ "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;"
		  "version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
		  true },
		{ "text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5",
		  false },
		{ ";;;,,,;q=;version=", false },
		{ "application/openmetrics-text;version=1.0.0;q=99999999999999999999", true },
		{ "application/openmetrics-text;version=1.0.0;q=nan", false },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(wants_openmetrics(cases[i].accept), cases[i].openmetrics);
	assert_true(wants_gzip("gzip"));
	assert_true(wants_gzip("deflate, gzip;q=0.1"));
	assert_false(wants_gzip("gzip;q=0"));
	assert_false(wants_gzip("xgzip, gzipx"));
	assert_false(wants_gzip(NULL));
}

static void test_listen(void **state)
{
	static const char *const good[] = { "127.0.0.1:9714", "0.0.0.0:0", "[::1]:65535",
					    "[::]:1" };
	static const char *const bad[] = { "",		 ":",		"9714",
					   "127.0.0.1",	 ":9714",	"[::1]",
					   "[::1]:",	 "::1:9714",	"[::1:1",
					   "1.2.3:4",	 "[1.2.3.4]:5", "1.2.3.4:65536",
					   "1.2.3.4:-1", "1.2.3.4: 1",	"1.2.3.4:1x" };
	struct sockaddr_storage address;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(listen_parse(&address, good[i]) > 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(listen_parse(&address, bad[i]), -EINVAL);
}

/* Whatever is in a name, a line stays a line, and a label a label. */
static void test_labels(void **state)
{
	struct openmetrics e = { 0 };
	struct buf out;

	buf_init(&out, NULL);
	e.out = &out;
	openmetrics_counter(&e, "x", "Help.");
	openmetrics_label(&e, "unit", "a\"b\\c\nd\xff");
	openmetrics_u64(&e, 7);
	e.openmetrics = true;
	openmetrics_counter(&e, "y", "Help.");
	openmetrics_seconds(&e, 1500000000);
	openmetrics_end(&e);
	assert_string_equal(buf_string(&out), "# HELP x_total Help.\n"
					      "# TYPE x_total counter\n"
					      "x_total{unit=\"a\\\"b\\\\c\\\\x0ad\\\\xff\"} 7\n"
					      "# HELP y Help.\n"
					      "# TYPE y counter\n"
					      "y_total 1.5\n"
					      "# EOF\n");
	buf_free(&out);
}

static bool is_open(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_DONTWAIT) < 0;
}

/* Each has its time, and less of it in a crowd. */
static void test_clients(void **state)
{
	struct clients *clients = clients_create();
	struct client *each[CLIENTS_CROWD];
	int pairs[CLIENTS_CROWD][2];
	uint64_t keep = CLIENTS_KEEP_NS;
	unsigned int i;

	for (i = 0; i < CLIENTS_CROWD; i++) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]), 0);
		if (i < 3)
			each[i] = clients_came(clients, pairs[i][0], 0);
	}
	clients_mark(clients, each[1], true, 0);
	clients_mark(clients, each[2], false, SEC);
	clients_close_slow(clients, CLIENTS_TIMEOUT_NS - 1);
	assert_true(is_open(pairs[0][1]));
	clients_close_slow(clients, CLIENTS_TIMEOUT_NS);
	assert_false(is_open(pairs[0][1]));
	assert_true(is_open(pairs[1][1]));
	assert_true(is_open(pairs[2][1]));
	clients_close_slow(clients, CLIENTS_TIMEOUT_NS + SEC);
	assert_false(is_open(pairs[2][1]));
	clients_close_slow(clients, keep);
	assert_false(is_open(pairs[1][1]));
	for (i = 3; i < CLIENTS_CROWD; i++)
		each[i] = clients_came(clients, pairs[i][0], keep);
	clients_close_slow(clients, keep + SEC);
	for (i = 3; i < CLIENTS_CROWD; i++)
		assert_false(is_open(pairs[i][1]));
	for (i = 0; i < CLIENTS_CROWD; i++) {
		clients_went(clients, each[i]);
		close(pairs[i][0]);
		close(pairs[i][1]);
	}
	clients_free(clients);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accept),
		cmocka_unit_test(test_listen),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_clients),
	};

	return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
