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
#include "userspace/print/ladder_out.h"
#include "userspace/print/life_out.h"
#include "userspace/base/array.h"

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

/* For those who look at them: tests/native/svg.sh. */
static void write_picture(const char *name, const char *svg)
{
	const char *pictures = getenv("SVG_DIR");
	char path[256];
	FILE *file;

	if (!pictures)
		return;
	snprintf(path, sizeof(path), "%s/%s.svg", pictures, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(svg, file);
	fclose(file);
}

static size_t count_of(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

static void draw_picture(const char *name, struct ladder_style *style, const struct ladder *ladder,
			 const struct narrative *narrative)
{
	size_t i, segments = 0, lost = 0;
	struct buf svg;

	buf_init(&svg, NULL);
	assert_int_equal(ladder_svg(&svg, style, ladder, narrative), 0);
	write_picture(name, buf_string(&svg));
	for (i = 0; i < ladder->count; i++) {
		segments += ladder->rows[i].kind == LADDER_SEGMENT;
		lost += ladder->rows[i].lost;
	}
	assert_int_equal(count_of(buf_string(&svg), "class=\"segment\""), segments);
	assert_int_equal(count_of(buf_string(&svg), "class=\"cross\""), lost);
	buf_free(&svg);
}

/* The ladder of the last conversation that the records hold. */
static void draw(const char *name, struct buf *out, struct ladder_style *style, const char *script,
		 struct narrative *narrative, size_t *conversations_count)
{
	struct tcptrail_record records[RECORDS_MAX];
	size_t count = script_records(script, records, RECORDS_MAX);
	struct selector selector;
	const struct conversation *list;
	struct ladder ladder;
	struct conversations *conversations;

	assert_int_equal(selector_parse(&selector, "10.0.0.2:80"), 0);
	assert_int_equal(conversations_create(&conversations, &selector), 0);
	assert_int_equal(conversations_feed(conversations, records, count), 0);
	assert_int_equal(conversations_sort(conversations, &list, conversations_count), 0);
	assert_true(*conversations_count > 0);
	assert_int_equal(ladder_build(&ladder, &list[*conversations_count - 1]), 0);
	narrative_make(narrative, &ladder);
	ladder_text(out, style, &ladder, narrative);
	draw_picture(name, style, &ladder, narrative);
	ladder_free(&ladder);
	conversations_free(conversations);
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
	/* Recorded of tests/guest/scene.c */
	{ "rejected", NULL, { "refused", "rejected-by-icmp" }, false, false },
	{ "unreachable", NULL, { "syn-unanswered", "unreachable" }, false, false },
	{ "abandoned", NULL, { "syn-unanswered", "abandoned" }, false, false },
	{ "third_step_lost", NULL, { "third-step-lost" }, false, false },
	{ "never_accepted", NULL, { "never-accepted", "reset-by-server" }, false, false },
	{ "stray_syn", NULL, { "stale-duplicate-syn" }, false, false },
	{ "syn_cookie", NULL, { "syn-cookie", "three-way-handshake" }, false, false },
	{ "fast_open", NULL, { "fast-open", "three-way-handshake" }, false, false },
	{ "fast_open_cookie", NULL, { "fast-open", "three-way-handshake" }, false, false },
	{ "fin_wait2_timeout", NULL, { "fin-wait2-timeout" }, false, false },
	{ "linger_0", NULL, { "reset-by-client", "aborted-linger" }, false, false },
	{ "linger_0_told", NULL, { "reset-by-client", "aborted-linger" }, false, false },
	{ "repair", NULL, { "three-way-handshake", "closed-silently" }, false, false },
	{ "mptcp", NULL, { "three-way-handshake", "mptcp" }, false, false },
	{ "unread", NULL, { "reset-by-server", "aborted-unread" }, false, false },
	{ "data_for_nobody", NULL, { "reset-by-client", "data-after-close" }, false, false },
	{ "killed", NULL, { "reset-by-client", "killed" }, false, false },
	{ "keepalive", NULL, { "timed-out", "keepalive-timeout" }, false, false },
	{ "user_timeout", NULL, { "timed-out", "user-timeout" }, false, false },
	{ "retransmits", NULL, { "timed-out", "retransmissions-exhausted" }, false, false },
	{ "zero_window", NULL, { "timed-out", "window-probes-exhausted" }, false, false },
	{ "twice", NULL, { "three-way-handshake", "four-way-teardown" }, false, false },
	{ "zero_window_orphan", NULL, { "timed-out", "window-probes-exhausted" }, false, false },
	{ "fin_unanswered", NULL, { "timed-out", "fin-unanswered" }, false, false },
	{ "reuse_by_connect", NULL, { "time-wait-reuse", "reuse-by-connect" }, false, false },
	{ "reuse_by_syn", NULL, { "time-wait-reuse", "reuse-by-syn" }, false, false },
	{ "assassination", NULL, { "time-wait-assassination" }, false, false },
	/* Who did it, or what is not known */
	{ "dnat", NULL, { "nat", "three-way-handshake", "three-segment-teardown" }, false, false },
	{ "forged_rst", NULL, { "rst-ignored", "four-way-teardown" }, false, false },
	{ "reset_between", NULL, { "reset", "reset-between" }, false, false },
	{ "late_syn_ack", NULL, { "abandoned", "late-syn-ack" }, false, false },
	{ "syn_ack_refused", NULL, { "syn-ack-refused", "reset-from-network" }, false, false },
	{ "late_data_fin_wait1", NULL, { "reset-by-client", "data-after-close" }, false, false },
	{ "jitter", NULL, { "three-way-handshake" }, false, false },
	{ "syn_arrived", NULL, { "syn-unanswered", "syn-arrived" }, false, false },
	{ "syn_inside", NULL, { "three-way-handshake", "stale-duplicate-syn" }, false, false },
	{ "time_wait_cleared", NULL, { "time-wait-holds-off", "time-wait-cleared" }, false, false },
	{ "older_timestamp", NULL, { "time-wait-holds-off" }, false, false },
	{ "self_connect", NULL, { "self-connect" }, false, false },
	{ "linger_0_unacked", NULL, { "reset-by-client", "aborted-linger" }, false, false },
	{ "rst_in_backlog", NULL, { "reset-by-client", "aborted-linger" }, false, false },
	{ "third_step_held_off", NULL, { "syn-ack-retransmitted" }, false, false },
	{ "syn_arrived_lossy", NULL, { "syn-unanswered" }, false, false },
	{ "half_close_lossy", NULL, { "half-close", "three-way-handshake" }, false, false },
	{ "stale_syn_data", NULL, { "stale-duplicate-syn" }, false, false },
	{ "abandoned_unseen", NULL, { "abandoned" }, false, false },
	{ "stale_syn_cookie", NULL, { "stale-duplicate-syn" }, false, false },
	{ "rst_in_time_wait", NULL, { "rst-ignored", "four-way-teardown" }, false, false },
	{ "rfc1337", NULL, { "rst-ignored", "four-way-teardown" }, false, false },
	{ "syn_then_abort", NULL, { "reset-from-network" }, false, false },
	{ "syn_then_rst_in_time_wait", NULL, { "time-wait-assassination" }, false, false },
	{ "lost_last_ack_lossy", NULL, { "fin-retransmitted" }, false, false },
	{ "three_segments_lossy", NULL, { "three-way-handshake" }, false, false },
	{ "second_fin", NULL, { "fin-unanswered" }, false, false },
	{ "syn_came_twice", NULL, { "fin-wait2-timeout" }, false, false },
	{ "stray_lossy", NULL, { "three-way-handshake" }, false, false },
	{ "fin_unanswered_held", NULL, { "fin-unanswered" }, false, false },
	{ "rst_of_another", NULL, { NULL }, false, false },
	{ "keepalive_after_rst", NULL, { "timed-out", "keepalive-timeout" }, false, false },
	{ "two_children", NULL, { "three-way-handshake", "four-way-teardown" }, false, false },
	{ "half_close_found", NULL, { "half-close" }, false, false },
	{ "stale_answer", NULL, { "syn-unanswered" }, false, false },
	{ "refusal_lost", NULL, { "syn-unanswered", "refusal-lost" }, false, false },
	{ "rst_in_syn_sent", NULL, { "syn-unanswered", "rst-ignored" }, false, false },
	{ "half_open_silent", NULL, { "syn-unanswered", "half-open-found" }, false, false },
	{ "simultaneous_silent", NULL, { "syn-unanswered" }, false, false },
	{ "syn_unseen", NULL, { "syn-unanswered" }, false, false },
	{ "rst_in_time_wait_found", NULL, { "rst-ignored" }, false, false },
	{ "reset_unknown", NULL, { "reset" }, false, false },
	{ "unread_unknown", NULL, { NULL }, false, false },
	{ "connect_failed", NULL, { "connect-failed" }, false, false },
	{ "answer_not_taken", NULL, { "syn-unanswered" }, false, false },
	{ "answer_lossy", NULL, { "syn-unanswered" }, false, false },
	{ "answer_so_far_lossy", NULL, { "syn-unanswered" }, false, false },
	{ "answer_never_taken", NULL, { "syn-unanswered" }, false, false },
};

/* What none of these is called. */
static const struct {
	const char *name;
	const char *not_this;
} wrong[] = {
	{ "forged_rst", "reset" },
	{ "reset_between", "reset-by-client" },
	{ "reset_between", "reset-by-server" },
	{ "late_syn_ack", "stale-duplicate-syn" },
	{ "syn_ack_refused", "stale-duplicate-syn" },
	{ "late_data_fin_wait1", "reset-by-server" },
	{ "syn_arrived", "filtered" },
	{ "syn_inside", "simultaneous-open" },
	{ "time_wait_cleared", "time-wait-assassination" },
	{ "self_connect", "simultaneous-open" },
	{ "rst_in_backlog", "rst-ignored" },
	{ "third_step_held_off", "third-step-lost" },
	{ "stale_syn_data", "fast-open" },
	{ "syn_arrived_lossy", "syn-arrived" },
	{ "stale_syn_cookie", "syn-cookie" },
	{ "syn_then_abort", "half-open-found" },
	{ "syn_then_rst_in_time_wait", "time-wait-cleared" },
	{ "lost_last_ack_lossy", "lost-last-ack" },
	{ "three_segments_lossy", "three-segment-teardown" },
	{ "stray_lossy", "stale-duplicate-syn" },
	{ "rst_of_another", "refused" },
	{ "two_children", "never-accepted" },
	{ "stale_answer", "syn-ack-lost" },
	{ "refusal_lost", "syn-arrived" },
	{ "rst_in_syn_sent", "filtered" },
	{ "half_open_silent", "filtered" },
	{ "simultaneous_silent", "filtered" },
	{ "syn_unseen", "filtered" },
	{ "answer_not_taken", "syn-ack-lost" },
	{ "answer_lossy", "syn-ack-lost" },
	{ "answer_so_far_lossy", "syn-ack-lost" },
	{ "answer_never_taken", "filtered" },
};

static bool narrative_has(const struct narrative *n, const char *name)
{
	for (unsigned int i = 0; i < n->names_count; i++)
		if (!strcmp(n->names[i], name))
			return true;
	return false;
}

static void test_golden(void **state)
{
	const struct golden *g = *state;
	struct ladder_style style = { .ascii = g->ascii, .absolute = g->absolute };
	char *script = read_file(g->script ? g->script : g->name, "script"), *golden;
	struct narrative narrative;
	struct buf out;
	size_t conversations, i;

	clock_init(&style.clock, 1700000000000000000LL, true);
	buf_init(&out, NULL);
	draw(g->name, &out, &style, script, &narrative, &conversations);
	assert_int_equal(conversations, 1);
	if (getenv("UPDATE_GOLDEN"))
		write_file(g->name, buf_string(&out));
	golden = read_file(g->name, "golden");
	assert_string_equal(buf_string(&out), golden);
	assert_fits(golden, g->ascii);
	for (i = 0; i < 4 && g->names[i]; i++)
		assert_true(narrative_has(&narrative, g->names[i]));
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		if (!strcmp(wrong[i].name, g->name))
			assert_false(narrative_has(&narrative, wrong[i].not_this));
	buf_free(&out);
	free(golden);
	free(script);
}

/* What life says of the ends that it tells together. */
static void tell_pair(void *arg, const struct tracker *tracker, const struct conn *c)
{
	struct buf *out = arg;
	struct conn_pair pair;

	conn_pair(&pair, tracker, c, true, 0);
	if (pair.count < 2)
		return;
	life_sentence(out, &pair);
	buf_str(out, ".");
}

/* The same sentence is in explain's paragraph, but for its first letter. */
static void test_life_says_so(void **state)
{
	struct tcptrail_record records[RECORDS_MAX];
	struct ladder_style style = { 0 };
	const struct golden *g;
	size_t conversations, told = 0;

	clock_init(&style.clock, 0, true);
	for (g = goldens; g < goldens + ARRAY_SIZE(goldens); g++) {
		char *script = read_file(g->script ? g->script : g->name, "script");
		struct buf out, life;
		struct tracker_config config = { .join = true, .ended = tell_pair, .arg = &life };
		struct narrative narrative;
		struct tracker *tracker;
		unsigned int i;

		buf_init(&life, NULL);
		buf_init(&out, NULL);
		assert_int_equal(tracker_create(&tracker, &config), 0);
		tracker_feed(tracker, records, script_records(script, records, RECORDS_MAX));
		tracker_settle(tracker);
		draw(g->name, &out, &style, script, &narrative, &conversations);
		for (i = 0; i < narrative.sentences_count; i++)
			if (life.len && !strcmp(narrative.sentences[i] + 1, buf_string(&life) + 1))
				break;
		if (life.len && i == narrative.sentences_count)
			fail_msg("%s: life says: %s", g->name, buf_string(&life));
		told += life.len > 0;
		tracker_free(tracker);
		buf_free(&life);
		buf_free(&out);
		free(script);
	}
	assert_true(told > 20);
}

/* A conversation that is no more than two records still draws, and JSON has the same rows. */
static void test_json(void **state)
{
	struct tcptrail_record records[RECORDS_MAX];
	char *script = read_file("four_way", "script");
	size_t count = script_records(script, records, RECORDS_MAX), conversations_count;
	struct ladder_style style = { 0 };
	struct selector selector;
	const struct conversation *list;
	struct ladder ladder;
	struct conversations *conversations;
	struct narrative narrative;
	struct buf out;
	const char *at;
	size_t steps = 0;

	assert_int_equal(selector_parse(&selector, "cookie:202"), 0);
	assert_int_equal(conversations_create(&conversations, &selector), 0);
	assert_int_equal(conversations_feed(conversations, records, count), 0);
	assert_int_equal(conversations_sort(conversations, &list, &conversations_count), 0);
	assert_int_equal(conversations_count, 1);
	assert_true(list[0].complete);
	assert_int_equal(ladder_build(&ladder, &list[0]), 0);
	narrative_make(&narrative, &ladder);
	clock_init(&style.clock, 0, true);
	buf_init(&out, NULL);
	ladder_json(&out, &style, &ladder, &narrative);
	for (at = buf_string(&out); (at = strstr(at, "\"step\":")); at++)
		steps++;
	assert_int_equal(steps, ladder.count);
	assert_non_null(strstr(buf_string(&out), "\"relative_ack\":\"w+1\""));
	assert_non_null(strstr(buf_string(&out), "\"transit_seconds\":0.020000000"));
	assert_non_null(
		strstr(buf_string(&out), "\"ended_by\":\"nobody\",\"evidence\":[\"fin_out\""));
	buf_free(&out);
	ladder_free(&ladder);
	conversations_free(conversations);
	free(script);
}

/* Whatever a process calls itself, it stays text. */
static void test_hostile_names(void **state)
{
	static const char *const names[] = { "</text><script>", "\" onload=\"x()\"", "]]>&amp;&#0;",
					     "\x1b[2J\xff\xc3\x28\x01\x7f" };
	struct tcptrail_record records[RECORDS_MAX];
	char *script = read_file("four_way", "script");
	size_t count = script_records(script, records, RECORDS_MAX), conversations_count, i;
	struct ladder_style style = { 0 };
	struct selector selector;
	const struct conversation *list;
	struct ladder ladder;
	struct conversations *conversations;
	struct conversation_end end;
	struct narrative narrative;
	struct buf out;
	const char *p;

	assert_int_equal(selector_parse(&selector, ":80"), 0);
	assert_int_equal(conversations_create(&conversations, &selector), 0);
	assert_int_equal(conversations_feed(conversations, records, count), 0);
	assert_int_equal(conversations_sort(conversations, &list, &conversations_count), 0);
	for (i = 0; i < 4; i++) {
		char name[] = "hostile_0";

		name[8] = (char)('0' + i);
		assert_int_equal(ladder_build(&ladder, &list[0]), 0);
		end = *ladder.sides[0].end;
		memset(end.comm, 0, sizeof(end.comm));
		memcpy(end.comm, names[i], strnlen(names[i], sizeof(end.comm)));
		ladder.sides[0].end = &end;
		narrative_make(&narrative, &ladder);
		clock_init(&style.clock, 0, true);
		draw_picture(name, &style, &ladder, &narrative);
		buf_init(&out, NULL);
		assert_int_equal(ladder_svg(&out, &style, &ladder, &narrative), 0);
		assert_null(strstr(buf_string(&out), "<script"));
		assert_null(strstr(buf_string(&out), " onload=\""));
		ladder_text(&out, &style, &ladder, &narrative);
		for (p = buf_string(&out); *p; p++)
			assert_true(*p == '\n' || (unsigned char)*p >= 0x20);
		assert_null(strchr(buf_string(&out), 0x7f));
		buf_free(&out);
		ladder_free(&ladder);
	}
	conversations_free(conversations);
	free(script);
}

int main(void)
{
	enum { COUNT = ARRAY_SIZE(goldens) };
	struct CMUnitTest tests[COUNT + 3] = { 0 };
	size_t i;

	for (i = 0; i < COUNT; i++) {
		tests[i].name = goldens[i].name;
		tests[i].test_func = test_golden;
		tests[i].initial_state = (void *)(uintptr_t)&goldens[i];
	}
	tests[COUNT].name = "json";
	tests[COUNT].test_func = test_json;
	tests[COUNT + 1].name = "hostile_names";
	tests[COUNT + 1].test_func = test_hostile_names;
	tests[COUNT + 2].name = "life_says_so";
	tests[COUNT + 2].test_func = test_life_says_so;
	return cmocka_run_group_tests_name("ladder", tests, NULL, NULL);
}
