// SPDX-License-Identifier: GPL-2.0
/*
 * Ladders as golden text: tests/unit/ladder/NAME.script is what is recorded,
 * NAME.golden what explain draws. To accept what it draws now:
 *
 *	UPDATE_GOLDEN=1 build/unit/test_ladder
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/unit/script.h"
#include "userspace/out/ladder_out.h"

#define RECORDS_MAX 64

static const char *directory = "tests/unit/ladder";

static char *read_file(const char *name, const char *suffix)
{
	char path[256], *text = calloc(1, 65536);
	FILE *file;

	assert_non_null(text);
	snprintf(path, sizeof(path), "%s/%s.%s", directory, name, suffix);
	file = fopen(path, "r");
	if (file) {
		assert_true(fread(text, 1, 65535, file) > 0);
		fclose(file);
	}
	return text;
}

static void write_file(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.golden", directory, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* The ladder of the first talk that the records hold. */
static void draw(struct buf *out, struct ladder_style *style, const char *script, struct tale *tale,
		 size_t *talks_count)
{
	struct tcptrail_record records[RECORDS_MAX];
	size_t count = script_records(script, records, RECORDS_MAX);
	struct selector selector;
	const struct talk *list;
	struct ladder ladder;
	struct talks *talks;

	assert_int_equal(selector_parse(&selector, "10.0.0.2:80"), 0);
	assert_int_equal(talks_create(&talks, &selector), 0);
	assert_int_equal(talks_feed(talks, records, count), 0);
	assert_int_equal(talks_sort(talks, &list, talks_count), 0);
	assert_true(*talks_count > 0);
	assert_int_equal(ladder_build(&ladder, &list[*talks_count - 1]), 0);
	tale_tell(tale, &ladder);
	ladder_text(out, style, &ladder, tale);
	ladder_free(&ladder);
	talks_free(talks);
}

/* Columns of a line of UTF-8, all of whose characters are one wide. */
static size_t columns(const char *line, size_t length)
{
	size_t i, n = 0;

	for (i = 0; i < length; i++)
		n += (line[i] & 0xc0) != 0x80;
	return n;
}

static void assert_fits(const char *text, bool ascii)
{
	size_t length;

	for (; *text; text += length + 1) {
		length = strcspn(text, "\n");
		assert_true(columns(text, length) <= 80);
		assert_true(!ascii || columns(text, length) == length);
	}
}

struct golden {
	const char *name;
	const char *script; /* NULL: the same */
	const char *names[4];
	bool ascii;
	bool absolute;
};

static const struct golden goldens[] = {
	{ "four_way", NULL, { "three-way-handshake", "four-way-teardown" }, false, false },
	{ "four_way_ascii", "four_way", { "three-way-handshake" }, true, false },
	{ "four_way_absolute", "four_way", { "three-way-handshake" }, false, true },
	{ "three_segments", NULL, { "three-segment-teardown" }, false, false },
	{ "half_close", NULL, { "half-close", "four-way-teardown" }, false, false },
	{ "simultaneous_open", NULL, { "simultaneous-open" }, false, false },
	{ "simultaneous_close", NULL, { "simultaneous-close" }, false, false },
	{ "reset", NULL, { "reset", "reset-by-server" }, false, false },
	{ "refused", NULL, { "refused" }, false, false },
	{ "syn_unanswered", NULL, { "syn-unanswered" }, false, false },
	{ "syn_lost", NULL, { "three-way-handshake" }, false, false },
	{ "lost_last_ack", NULL, { "lost-last-ack", "three-segment-teardown" }, false, false },
	{ "stale_syn", NULL, { "stale-duplicate-syn", "three-way-handshake" }, false, false },
	{ "stale_syn_ascii", "stale_syn", { "stale-duplicate-syn" }, true, true },
	{ "server_only", NULL, { "three-way-handshake" }, false, false },
	{ "client_only", NULL, { "four-way-teardown" }, false, false },
	{ "segments_off", NULL, { NULL }, false, false },
	{ "slow_link", NULL, { "fin-retransmitted", "four-way-teardown" }, false, false },
	{ "found", NULL, { NULL }, false, false },
	{ "lossy", NULL, { "three-way-handshake" }, false, false },
	{ "request_expired", NULL, { "request-expired" }, false, false },
};

static void test_golden(void **state)
{
	const struct golden *g = *state;
	struct ladder_style style = { .ascii = g->ascii, .absolute = g->absolute };
	char *script = read_file(g->script ? g->script : g->name, "script"), *golden;
	struct tale tale;
	struct buf out;
	size_t talks, i;

	clock_init(&style.clock, 1700000000000000000LL, true);
	buf_init(&out, NULL);
	draw(&out, &style, script, &tale, &talks);
	assert_int_equal(talks, 1);
	if (getenv("UPDATE_GOLDEN"))
		write_file(g->name, buf_string(&out));
	golden = read_file(g->name, "golden");
	assert_string_equal(buf_string(&out), golden);
	assert_fits(golden, g->ascii);
	for (i = 0; i < 4 && g->names[i]; i++)
		assert_true(tale_has(&tale, g->names[i]));
	buf_free(&out);
	free(golden);
	free(script);
}

/* A talk that is no more than two records still draws, and JSON has the same rows. */
static void test_json(void **state)
{
	struct tcptrail_record records[RECORDS_MAX];
	char *script = read_file("four_way", "script");
	size_t count = script_records(script, records, RECORDS_MAX), talks_count;
	struct ladder_style style = { 0 };
	struct selector selector;
	const struct talk *list;
	struct ladder ladder;
	struct talks *talks;
	struct tale tale;
	struct buf out;
	const char *at;
	size_t steps = 0;

	assert_int_equal(selector_parse(&selector, "cookie:202"), 0);
	assert_int_equal(talks_create(&talks, &selector), 0);
	assert_int_equal(talks_feed(talks, records, count), 0);
	assert_int_equal(talks_sort(talks, &list, &talks_count), 0);
	assert_int_equal(talks_count, 1);
	assert_true(list[0].complete);
	assert_int_equal(ladder_build(&ladder, &list[0]), 0);
	tale_tell(&tale, &ladder);
	clock_init(&style.clock, 0, true);
	buf_init(&out, NULL);
	ladder_json(&out, &style, &ladder, &tale);
	for (at = buf_string(&out); (at = strstr(at, "\"step\":")); at++)
		steps++;
	assert_int_equal(steps, ladder.count);
	assert_non_null(strstr(buf_string(&out), "\"relative_ack\":\"w+1\""));
	assert_non_null(strstr(buf_string(&out), "\"transit_seconds\":0.020000000"));
	buf_free(&out);
	ladder_free(&ladder);
	talks_free(talks);
	free(script);
}

int main(void)
{
	enum { COUNT = sizeof(goldens) / sizeof(goldens[0]) };
	struct CMUnitTest tests[COUNT + 1] = { 0 };
	size_t i;

	for (i = 0; i < COUNT; i++) {
		tests[i].name = goldens[i].name;
		tests[i].test_func = test_golden;
		tests[i].initial_state = (void *)(uintptr_t)&goldens[i];
	}
	tests[COUNT].name = "json";
	tests[COUNT].test_func = test_json;
	return cmocka_run_group_tests_name("ladder", tests, NULL, NULL);
}
