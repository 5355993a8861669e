// SPDX-License-Identifier: GPL-2.0
/* Verdicts: records to the name of the rule, and the words that it must have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/unit/script.h"
#include "userspace/diagnose/stuck.h"
#include "userspace/base/array.h"
#include "userspace/base/time.h"
#include "userspace/diagnose/verdict.h"
#include "userspace/print/stuck_out.h"
#include "userspace/sockdiag/snapshot.h"

#define RECORDS_MAX 64

struct rule {
	const char *name;
	const char *script;
	uint64_t age_s; /* after the last record */
	const char *words; /* in the text that is printed */
};

struct live_rule {
	struct rule rule;
	struct kernel_socket live; /* what the kernel says now, of the one or of its listener */
};

#define B 202 /* the cookie in script.h, and that of LISTENING */
#define L 9

#define ACCEPTED                                              \
	"0 B request CLOSE NEW_SYN_RECV\n"                    \
	"1 B request NEW_SYN_RECV CLOSE reason=established\n" \
	"2 B socket SYN_RECV ESTABLISHED orphan\n"            \
	"3 B accept ESTABLISHED comm=httpd pid=790 inode=6001\n"

#define LISTENING "0 B socket CLOSE LISTEN listener cookie=9 comm=httpd pid=790\n"

#define NOT_ACCEPTED                                          \
	LISTENING                                             \
	"1 B request CLOSE NEW_SYN_RECV\n"                    \
	"2 B request NEW_SYN_RECV CLOSE reason=established\n" \
	"3 B socket SYN_RECV ESTABLISHED orphan\n"

static const struct rule rules[] = {
	{ "close-wait-leak", ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT inode=6001\n", 843,
	  "The peer closed 14m03s ago; httpd[790] has not." },
	{ "close-wait-unread", ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT inode=6001 unread=812\n",
	  10, "812 bytes lie unread: httpd[790] has stopped reading." },
	{ "close-wait-unread", ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT inode=6001 unread=1\n",
	  10, "1 byte lies unread" },
	{ "close-wait-not-accepted", NOT_ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT orphan\n", 10,
	  "waits in the queue of httpd[790]" },
	{ "close-wait-not-accepted",
	  NOT_ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT orphan unread=5\n", 10,
	  "must call accept()" },
	{ "last-ack-unanswered",
	  ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT\n10 B socket CLOSE_WAIT LAST_ACK orphan\n"
		   "11 B out FIN,ACK seq=1\n12 B out FIN,ACK seq=1\n13 B out FIN,ACK seq=1\n",
	  10, "our FIN was sent 3 times and not answered" },
	{ "fin-wait1-unanswered", ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 unacked=4096 orphan\n",
	  10, "4096 bytes not acknowledged" },
	{ "fin-wait1-unanswered", ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 orphan\n", 10,
	  "our FIN is not answered" },
	{ "fin-wait2-held",
	  ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 inode=6001 comm=httpd pid=790\n"
		   "10 B socket FIN_WAIT1 FIN_WAIT2 inode=6001\n",
	  60, "httpd[790] has kept the socket" },
	{ "fin-wait2-orphan",
	  ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 orphan\n"
		   "10 B socket FIN_WAIT1 FIN_WAIT2 orphan\n"
		   "10 B timewait FIN_WAIT2 FIN_WAIT2\n",
	  60, "does not close its half" },
	{ "syn-sent-unanswered",
	  "0 A socket CLOSE SYN_SENT nolport comm=curl pid=812\n1 A out SYN seq=1\n"
	  "2 A out SYN seq=1\n3 A out SYN seq=1\n",
	  4, "curl[812] wants to connect, but the SYN was sent 3 times and not answered" },
	{ "syn-recv-unanswered",
	  "0 B request CLOSE NEW_SYN_RECV\n1 B out SYN,ACK seq=1\n2 B out SYN,ACK seq=1\n", 4,
	  "our SYN-ACK was sent 2 times and not answered" },
	{ "closing-stuck",
	  ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 orphan\n10 B socket FIN_WAIT1 CLOSING\n", 10,
	  "Both sides closed at once" },
	{ "time-wait-rearmed",
	  ACCEPTED
	  "9 B timewait FIN_WAIT2 TIME_WAIT\n10 B timewait TIME_WAIT TIME_WAIT reason=fin\n",
	  66, "begun anew 1 time," },
	{ "close-wait-leak", "10000000 B snapshot CLOSE_WAIT inode=6001 age_us=5000000\n", 20,
	  "The peer closed at least 25.0s ago; its process has not." },
	{ "close-wait-not-accepted", "0 B snapshot CLOSE_WAIT\n", 20, "nobody has accepted" },
	{ "syn-sent-unanswered", "0 A snapshot SYN_SENT retransmits=4 inode=1\n", 20,
	  "the SYN was sent 5 times" },
};

static const struct live_rule live_rules[] = {
	{ { "close-wait-not-accepted", NOT_ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT orphan\n",
	    10, "httpd[790] (5 wait there, the backlog is 128)" },
	  { .cookie = L, .queued = 5, .backlog = 128 } },
	/* The timer tells whether the peer is gone, or keeps its window closed. */
	{ { "last-ack-zero-window",
	    ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT\n"
		     "10 B socket CLOSE_WAIT LAST_ACK orphan unacked=70000\n",
	    10, "70000 bytes still to go: the peer has closed its window" },
	  { .cookie = B, .timer = KERNEL_TIMER_PROBE } },
	{ { "last-ack-unanswered",
	    ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT\n"
		     "10 B socket CLOSE_WAIT LAST_ACK orphan unacked=70000\n",
	    10, "the peer is gone" },
	  { .cookie = B, .timer = KERNEL_TIMER_RETRANSMIT, .retransmits = 4 } },
	/* Older than the trail: since when it has not moved, not since when it is closed. */
	{ { "fin-wait1-zero-window", "0 B snapshot FIN_WAIT1 orphan unacked=4096\n", 2,
	    "FIN-WAIT-1 >=50.0s" },
	  { .cookie = B, .timer = KERNEL_TIMER_PROBE, .has_info = true, .sent_ms = 50000 } },
	{ { "fin-wait1-zero-window",
	    ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 unacked=4096 orphan\n", 10,
	    "4096 bytes still to go: the peer has closed its window" },
	  { .cookie = B, .timer = KERNEL_TIMER_PROBE, .retransmits = 1 } },
	/* Probes without an answer: nobody is there to keep it closed. */
	{ { "fin-wait1-unanswered",
	    ACCEPTED "9 B socket ESTABLISHED FIN_WAIT1 unacked=4096 orphan\n", 10,
	    "the peer is gone" },
	  { .cookie = B, .timer = KERNEL_TIMER_PROBE, .retransmits = 5 } },
	{ { "established-zero-window", ACCEPTED "9 B snapshot ESTABLISHED inode=6001 unacked=900\n",
	    0, "900 bytes wait, and nothing has moved for 40.0s" },
	  { .cookie = B, .timer = KERNEL_TIMER_PROBE, .has_info = true, .sent_ms = 40000 } },
	{ { "established-unanswered", ACCEPTED "9 B snapshot ESTABLISHED inode=6001 unacked=900\n",
	    0, "nothing has come from the peer for 40.0s, and 7 retransmissions" },
	  { .cookie = B,
	    .timer = KERNEL_TIMER_RETRANSMIT,
	    .retransmits = 7,
	    .has_info = true,
	    .sent_ms = 1000,
	    .acked_ms = 40000 } },
	{ { "accept-queue-full", LISTENING "0 B snapshot LISTEN listener cookie=9 inode=7\n", 20,
	    "129 connections wait, the backlog is 128; httpd[790] does not take them" },
	  { .cookie = L, .queued = 129, .backlog = 128 } },
	{ { "syn-recv-queue-full", LISTENING "1 B request CLOSE NEW_SYN_RECV\n", 20,
	    "the accept queue of httpd[790] is full: 2 wait, the backlog is 1" },
	  { .cookie = L, .queued = 2, .backlog = 1 } },
};

static const struct kernel_socket *live_of(void *arg, uint64_t cookie)
{
	const struct snapshot *snapshot = arg;

	return snapshot_live(snapshot, cookie);
}

static struct tracker *feed(const char *script)
{
	struct tracker_config config = { 0 };
	struct tcptrail_record records[RECORDS_MAX];
	struct tracker *tracker;

	assert_int_equal(tracker_create(&tracker, &config), 0);
	tracker_feed(tracker, records, script_records(script, records, RECORDS_MAX));
	return tracker;
}

/* The words of a paragraph, whatever line they are on. */
static void unfold(char *text)
{
	char *to = text;
	bool space = false;

	for (; *text; text++) {
		if (*text == ' ' || *text == '\n') {
			space = true;
			continue;
		}
		if (space)
			*to++ = ' ';
		space = false;
		*to++ = *text;
	}
	*to = '\0';
}

static void check_rule(const struct rule *rule, const struct kernel_socket *live)
{
	struct tracker *tracker = feed(rule->script);
	struct snapshot snapshot = {
		.live = (struct kernel_socket *)live,
		.live_count = live != NULL,
	};
	struct stuck_query query = {
		.now_ns = tracker_stats(tracker)->newest_ns + rule->age_s * SEC,
		.live = live_of,
		.arg = &snapshot,
	};
	struct kernel_view kernel = snapshot_view(&snapshot, 0);
	struct stuck_out o = { .tracker = tracker, .kernel = &kernel };
	struct stuck_words words;
	const char *name = "";
	int found;
	struct stuck *list;
	struct buf out;
	char *text;
	size_t count, i;

	assert_int_equal(stuck_find(tracker, &query, &list, &count), 0);
	for (i = 0; i < count; i++) {
		found = stuck_rule(&o, &list[i]);
		name = found < 0 ? "" : verdict_name((unsigned int)found);
		if (!strcmp(name, rule->name))
			break;
	}
	if (i == count)
		fail_msg("%s: %zu are stuck, none so: '%s'", rule->name, count, name);
	list[0] = list[i];
	stuck_words(&o, list, &words);
	assert_string_equal(words.verdict.name, rule->name);
	assert_true(words.verdict.remedy[0]);
	buf_init(&out, NULL);
	stuck_text(&o, &out, list);
	text = strdup(buf_string(&out));
	unfold(text);
	if (!strstr(text, rule->words))
		fail_msg("%s: no '%s' in: %s", rule->name, rule->words, text);
	free(text);
	buf_free(&out);
	free(list);
	tracker_free(tracker);
}

static void test_rules(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		check_rule(&rules[i], NULL);
	for (i = 0; i < ARRAY_SIZE(live_rules); i++)
		check_rule(&live_rules[i].rule, &live_rules[i].live);
}

/* A second earlier nothing is too long. */
static void test_patience(void **state)
{
	static const struct {
		const char *script;
		uint64_t last_s;
	} cases[] = {
		{ ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT\n", 9 },
		{ ACCEPTED "9 B timewait FIN_WAIT2 TIME_WAIT\n", 64 },
		{ ACCEPTED "9 B timewait FIN_WAIT2 FIN_WAIT2\n", 59 },
		{ "0 A socket CLOSE SYN_SENT\n", 2 },
		{ ACCEPTED, 1000000 },
		{ "0 B socket CLOSE LISTEN listener\n", 1000000 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tracker *tracker = feed(cases[i].script);
		struct stuck_query query = {
			.now_ns = tracker_stats(tracker)->newest_ns + cases[i].last_s * SEC,
		};
		struct stuck *list;
		size_t count;

		assert_int_equal(stuck_find(tracker, &query, &list, &count), 0);
		assert_int_equal(count, 0);
		free(list);
		tracker_free(tracker);
	}
}

static bool only_accepted(void *arg, const struct conn *conn)
{
	return conn->flags & CONN_ACCEPTED;
}

static void test_query(void **state)
{
	struct tracker *tracker = feed(ACCEPTED "500000 A socket ESTABLISHED CLOSE_WAIT\n"
						"600000 B socket ESTABLISHED CLOSE_WAIT\n");
	struct stuck_query query = { .now_ns = 20 * SEC };
	struct stuck *list;
	size_t count;

	assert_int_equal(stuck_find(tracker, &query, &list, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(list[0].conn->cookie, 101); /* the older one first */
	assert_int_equal(list[0].age_ns, 18500000000ULL);
	free(list);

	query.older_ns = 18450000000ULL;
	assert_int_equal(stuck_find(tracker, &query, &list, &count), 0);
	assert_int_equal(count, 1);
	free(list);

	query.older_ns = 0;
	query.alive = only_accepted;
	assert_int_equal(stuck_find(tracker, &query, &list, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(list[0].conn->cookie, 202);
	free(list);

	query.states = 1U << TCPTRAIL_LAST_ACK;
	assert_int_equal(stuck_find(tracker, &query, &list, &count), 0);
	assert_int_equal(count, 0);
	free(list);
	tracker_free(tracker);
}

/* What is normal for ever is listed when it is asked for by name. */
static void test_normal_state(void **state)
{
	struct tracker *tracker = feed(ACCEPTED);
	struct stuck_query query = { .now_ns = 20 * SEC, .states = 1U << TCPTRAIL_ESTABLISHED };
	struct stuck *list;
	size_t count;

	assert_int_equal(stuck_find(tracker, &query, &list, &count), 0);
	assert_int_equal(count, 1);
	free(list);
	tracker_free(tracker);
}

/* What the kernel knew a while ago is older by now. */
static void test_live_age(void **state)
{
	struct tracker *tracker =
		feed(ACCEPTED "9 B snapshot ESTABLISHED inode=6001 unacked=900\n");
	struct kernel_socket live = {
		.cookie = B, .timer = KERNEL_TIMER_PROBE, .has_info = true, .sent_ms = 8000
	};
	struct snapshot snapshot = { .live = &live, .live_count = 1 };
	struct stuck_query query = { .now_ns = 100 * SEC, .live = live_of, .arg = &snapshot };
	struct stuck *list;
	size_t count;

	assert_int_equal(stuck_find(tracker, &query, &list, &count), 0);
	assert_int_equal(count, 0);
	free(list);
	query.live_ns = 97 * SEC;
	assert_int_equal(stuck_find(tracker, &query, &list, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(list[0].age_ns, 11 * SEC);
	free(list);
	tracker_free(tracker);
}

static void make_piles(struct tracker *tracker, unsigned int count)
{
	struct tcptrail_record r = script_line("0 A timewait FIN_WAIT2 TIME_WAIT comm=app pid=77");
	unsigned int i;

	for (i = 0; i < count; i++) {
		r.cookie = 1000 + i;
		r.lport = (uint16_t)(33000 + i);
		tracker_feed(tracker, &r, 1);
	}
}

static void test_pile(void **state)
{
	struct tracker_config config = { 0 };
	struct stuck_query query = { .now_ns = 2 * SEC };
	struct stuck_words words;
	struct stuck_out o;
	struct tracker *tracker;
	struct stuck *list;
	struct buf out;
	size_t count;

	assert_int_equal(tracker_create(&tracker, &config), 0);
	make_piles(tracker, VERDICT_BURST - 1);
	assert_int_equal(stuck_find(tracker, &query, &list, &count), 0);
	assert_int_equal(count, 0);
	free(list);

	make_piles(tracker, VERDICT_BURST + 5);
	assert_int_equal(stuck_find(tracker, &query, &list, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(list[0].burst, VERDICT_BURST + 5);
	o = (struct stuck_out){ .tracker = tracker };
	stuck_words(&o, list, &words);
	/* As many in each second are too many for 28,232 ports. */
	assert_string_equal(words.verdict.name, "time-wait-ports-out");
	assert_int_equal(words.verdict.weight, VERDICT_SPREADS);
	assert_non_null(strstr(words.verdict.sentence,
			       "1005 TIME-WAITs towards one peer, made by app[77], 60300 more a "
			       "minute"));
	assert_non_null(strstr(words.verdict.sentence, "1005 of 28232 ports (4 %) are in use"));
	assert_non_null(strstr(words.verdict.sentence, "none is left in 27 s"));
	buf_init(&out, NULL);
	stuck_json(&o, &out, list);
	assert_non_null(strstr(buf_string(&out), "\"kind\":\"pile\""));
	assert_non_null(strstr(buf_string(&out), "\"remote_port\":80,\"count\":1005"));
	buf_free(&out);
	free(list);

	/* The same over a longer time: no harm. */
	query.now_ns = 59 * SEC;
	assert_int_equal(stuck_find(tracker, &query, &list, &count), 0);
	assert_int_equal(count, 1);
	stuck_words(&o, list, &words);
	assert_string_equal(words.verdict.name, "time-wait-churn");
	free(list);
	tracker_free(tracker);
}

/* Every process that holds it is named, and all have to close. */
static void test_holders(void **state)
{
	struct tracker *tracker = feed(ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT inode=6001\n");
	struct stuck_query query = { .now_ns = 20 * SEC };
	struct holder holders[] = { { 6001, 790, 17, "httpd" },
				    { 6001, 791, 17, "httpd" },
				    { 6002, 5, 5, "other" } };
	struct owners owners = { .holders = holders, .count = 3 };
	struct stuck_out o = { .tracker = tracker, .owners = &owners };
	struct stuck_words words;
	struct stuck *list;
	struct buf out;
	size_t count;

	assert_int_equal(stuck_find(tracker, &query, &list, &count), 0);
	assert_int_equal(count, 1);
	stuck_words(&o, list, &words);
	assert_string_equal(words.holder, "httpd[790] fd 17, httpd[791] fd 17");
	assert_non_null(strstr(words.verdict.sentence, "httpd[791] fd 17 have not."));
	assert_non_null(strstr(words.verdict.remedy, "Both descriptors"));
	buf_init(&out, NULL);
	stuck_json(&o, &out, list);
	assert_non_null(strstr(buf_string(&out), "\"holders\":[{\"pid\":790,\"fd\":17,"
						 "\"comm\":\"httpd\"},{\"pid\":791,"));
	assert_non_null(strstr(buf_string(&out), "\"age_seconds\":18.999991000"));
	buf_free(&out);
	free(list);
	tracker_free(tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),	 cmocka_unit_test(test_patience),
		cmocka_unit_test(test_query),	 cmocka_unit_test(test_normal_state),
		cmocka_unit_test(test_live_age), cmocka_unit_test(test_pile),
		cmocka_unit_test(test_holders),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
