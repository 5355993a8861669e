// SPDX-License-Identifier: GPL-2.0
/* Selectors, and records sorted into conversations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/unit/script.h"
#include "userspace/explain/conversation.h"
#include "userspace/base/array.h"

#define RECORDS_MAX 64

static void test_good_selectors(void **state)
{
	static const struct {
		const char *text;
		const char *record;
		bool match;
	} cases[] = {
		{ ":80", "0 A out SYN seq=1", true },
		{ ":80", "0 B in SYN seq=1", true },
		{ ":81", "0 B in SYN seq=1", false },
		{ "80", "0 A out SYN seq=1", true },
		{ "81", "0 A out SYN seq=1", false },
		{ "40000-80", "0 A out SYN seq=1", true },
		{ "10.0.0.2", "0 A out SYN seq=1", true },
		{ "10.0.0.3", "0 A out SYN seq=1", false },
		{ "10.0.0.2:80", "0 A out SYN seq=1", true },
		{ "10.0.0.1:80", "0 A out SYN seq=1", false },
		{ "10.0.0.1:40000-10.0.0.2:80", "0 A out SYN seq=1", true },
		{ "10.0.0.2:80-10.0.0.1:40000", "0 A out SYN seq=1", true },
		{ "10.0.0.1:40000-:81", "0 A out SYN seq=1", false },
		{ "10.0.0.1-10.0.0.2", "0 A out SYN seq=1", true },
		{ "10.0.0.0/8", "0 A out SYN seq=1", true },
		{ "2001:db8::1", "0 A out SYN seq=1", false },
		{ "[2001:db8::1]:80", "0 A out SYN seq=1", false },
		{ "[::1]", "0 A out SYN seq=1", false },
		/* what is not known yet could be anything */
		{ ":40000", "0 A socket CLOSE SYN_SENT nolport", true },
		{ ":40001", "0 A socket CLOSE SYN_SENT nolport", true },
		{ ":40001", "0 A socket CLOSE SYN_SENT", false },
		{ "cookie:101", "0 A out SYN seq=1", true },
		{ "cookie:0x65", "0 A out SYN seq=1", true },
		{ "sk:65", "0 A out SYN seq=1", true },
	};
	struct tcptrail_record r;
	struct selector s;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		if (selector_parse(&s, cases[i].text))
			fail_msg("%s is refused", cases[i].text);
		r = script_line(cases[i].record);
		if (selector_match(&s, &r) != cases[i].match)
			fail_msg("%s and %s", cases[i].text, cases[i].record);
	}
}

static void test_bad_selectors(void **state)
{
	static const char *const texts[] = {
		"",
		":",
		":x",
		":65536",
		":-1",
		"10.0.0",
		"10.0.0.1:",
		"-",
		"a-b-c",
		":1-:2-:3",
		"[::1",
		"[::1]x",
		"[10.0.0.1]:80",
		"[]:80",
		"cookie:",
		"cookie:x",
		"cookie:0",
		"cookie:-1",
		"cookie:1x",
		"cookie:+1",
		"sk:",
		"sk:xyz",
		"sk:-1",
		"65536",
		"99999999999999999999999",
		"name.example",
		"10.0.0.1:80-",
	};
	struct selector s;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		if (!selector_parse(&s, texts[i]))
			fail_msg("'%s' is taken", texts[i]);
}

/* How many conversations a script makes, and how many records are in each. */
struct sorting {
	const char *name;
	const char *selector;
	const char *script;
	size_t counts[4];
	bool complete[4];
};

#define OPEN_REFUSED                          \
	"0 A socket CLOSE SYN_SENT nolport\n" \
	"1 A out SYN seq=1\n"                 \
	"2 A in RST,ACK seq=0 ack=2\n"        \
	"3 A socket SYN_SENT CLOSE err=111\n"

static const struct sorting sortings[] = {
	{ "one attempt", ":80", OPEN_REFUSED, { 4 }, { true } },
	{ "a socket that connects again, from another port",
	  ":80",
	  OPEN_REFUSED "10 A socket CLOSE SYN_SENT nolport\n"
		       "11 A out SYN seq=5 port=40001\n"
		       "12 A in SYN,ACK seq=9 ack=6 port=40001\n"
		       "13 A socket SYN_SENT ESTABLISHED port=40001\n",
	  { 4, 4 },
	  { true, false } },
	{ "the same, but only the first port",
	  ":40000",
	  OPEN_REFUSED "10 A socket CLOSE SYN_SENT nolport\n"
		       "11 A out SYN seq=5 port=40001\n",
	  { 4 },
	  { true } },
	{ "the same port again, another cookie",
	  ":80",
	  OPEN_REFUSED "10 A socket CLOSE SYN_SENT nolport cookie=102\n"
		       "11 A out SYN seq=5 cookie=102\n"
		       "12 A in SYN,ACK seq=9 ack=6\n",
	  { 4, 3 },
	  { true, false } },
	{ "two namespaces with the same addresses",
	  ":80",
	  "0 A out SYN seq=1\n1 A out SYN seq=2 netns=7 cookie=700\n"
	  "2 A in RST seq=3 netns=7\n3 A in RST seq=4\n",
	  { 2, 2 },
	  { false, false } },
	{ "both ends are one conversation",
	  ":80",
	  "0 A out SYN seq=1\n1 B in SYN seq=1\n2 B out RST,ACK seq=0 ack=2 cookie=0\n"
	  "3 A in RST,ACK seq=0 ack=2\n",
	  { 4 },
	  { false } },
	{ "the SYN that takes over a TIME-WAIT goes with the new one",
	  ":80",
	  "0 B request CLOSE NEW_SYN_RECV cookie=201\n"
	  "1 B timewait FIN_WAIT2 TIME_WAIT cookie=201\n"
	  "5 B in SYN seq=77\n"
	  "6 B timewait TIME_WAIT CLOSE reason=syn cookie=201\n"
	  "7 B request CLOSE NEW_SYN_RECV\n"
	  "8 B out SYN,ACK seq=1 ack=78\n",
	  { 3, 3 },
	  { true, false } },
	{ "the same with the client here, whose end was over",
	  ":80",
	  "0 A socket CLOSE SYN_SENT\n"
	  "1 B request CLOSE NEW_SYN_RECV netns=1\n"
	  "2 B timewait FIN_WAIT2 TIME_WAIT netns=1\n"
	  "3 A socket LAST_ACK CLOSE\n"
	  "500005 A socket CLOSE SYN_SENT nolport cookie=102\n"
	  "500006 A out SYN seq=77 cookie=102\n"
	  "500007 B in SYN seq=77 netns=1\n"
	  "500008 B timewait TIME_WAIT CLOSE reason=syn netns=1\n"
	  "500009 B request CLOSE NEW_SYN_RECV cookie=203 netns=1\n",
	  { 5, 4 },
	  { true, false } },
	{ "two ends in two namespaces without a SYN-ACK on record: no guess is made",
	  ":80",
	  "0 A socket SYN_SENT ESTABLISHED\n1 B socket SYN_RECV ESTABLISHED\n",
	  { 1, 1 },
	  { false } },
	{ "an answer that came when the client had given up, and its refusal",
	  ":80",
	  "0 A socket CLOSE SYN_SENT nolport\n1 A out SYN seq=10\n"
	  "1000000 A socket SYN_SENT CLOSE\n2000000 B in SYN seq=10\n"
	  "2000001 B request CLOSE NEW_SYN_RECV\n2000002 B out SYN,ACK seq=70 ack=11\n"
	  "3000000 A in SYN,ACK seq=70 ack=11\n3000001 A out RST seq=11 cookie=0\n"
	  "4000000 B in RST seq=11\n4000001 B request NEW_SYN_RECV CLOSE reason=reset\n",
	  { 10 },
	  { true } },
	{ "a SYN that is refused, and one that is not, of the same client elsewhere",
	  ":80",
	  "0 B in SYN seq=10\n1 B out RST,ACK seq=0 ack=11 cookie=0\n"
	  "1000000 B in SYN seq=99\n1000001 B request CLOSE NEW_SYN_RECV\n"
	  "1000002 B out SYN,ACK seq=70 ack=100\n",
	  { 2, 3 },
	  { false, false } },
	{ "a SYN cookie's child takes what was its handshake",
	  ":80",
	  "0 B in SYN seq=10\n1 B out SYN,ACK seq=70 ack=11 cookie=0\n"
	  "20000 B socket SYN_RECV ESTABLISHED\n",
	  { 3 },
	  { false } },
	{ "the same addresses between two other namespaces, and a SYN that is refused there",
	  ":80",
	  "0 A socket CLOSE SYN_SENT\n1 A out SYN seq=10\n2 B in SYN seq=10\n"
	  "3 B request CLOSE NEW_SYN_RECV\n4 B out SYN,ACK seq=70 ack=11\n"
	  "5 B in SYN seq=33 netns=9\n6 B out RST seq=0 netns=9 cookie=0\n"
	  "7 A in SYN,ACK seq=70 ack=11\n8 A socket SYN_SENT ESTABLISHED\n",
	  { 7, 2 },
	  { false, false } },
	{ "listeners are nobody's conversation",
	  ":80",
	  "0 B socket CLOSE LISTEN listener cookie=9\n9 B socket LISTEN CLOSE listener cookie=9\n",
	  { 0 },
	  { false } },
	{ "by cookie, with what has none",
	  "cookie:202",
	  "0 B in SYN seq=1\n1 B request CLOSE NEW_SYN_RECV\n2 B out SYN,ACK seq=2 ack=2\n"
	  "3 A out SYN seq=9 cookie=5 port=50000\n",
	  { 3 },
	  { false } },
};

static void test_sorting(void **state)
{
	struct tcptrail_record records[RECORDS_MAX];
	const struct sorting *s;
	struct selector selector;
	const struct conversation *list;
	struct conversations *conversations;
	size_t count, i;

	for (s = sortings; s < sortings + ARRAY_SIZE(sortings); s++) {
		assert_int_equal(selector_parse(&selector, s->selector), 0);
		assert_int_equal(conversations_create(&conversations, &selector), 0);
		assert_int_equal(
			conversations_feed(conversations, records,
					   script_records(s->script, records, RECORDS_MAX)),
			0);
		assert_int_equal(conversations_sort(conversations, &list, &count), 0);
		for (i = 0; i < 4 && s->counts[i]; i++)
			if (i >= count || list[i].count != s->counts[i] ||
			    list[i].complete != s->complete[i])
				fail_msg("%s: conversation %zu of %zu: %zu records, complete %d",
					 s->name, i, count, i < count ? list[i].count : 0,
					 i < count && list[i].complete);
		if (count != i)
			fail_msg("%s: %zu conversations", s->name, count);
		conversations_free(conversations);
	}
}

/* With NAT the ends have different names, whichever of them is asked for. */
static void test_nat(void **state)
{
	static const char *const selectors[] = { "10.0.0.9:80", "10.0.0.2:80", "10.0.0.2",
						 "10.0.0.9",	":8080",       ":80",
						 ":40000",	"cookie:101",  "cookie:202" };
	static const char script[] =
		"0 A socket CLOSE SYN_SENT nolport raddr=10.0.0.9\n"
		"1 A out SYN seq=1000\n2 B in SYN seq=1000 port=8080\n"
		"3 B request CLOSE NEW_SYN_RECV port=8080\n"
		"4 B out SYN,ACK seq=7000 ack=1001 port=8080\n"
		"5 A in SYN,ACK seq=7000 ack=1001 raddr=10.0.0.9\n"
		"6 A socket SYN_SENT ESTABLISHED raddr=10.0.0.9\n7 A out ACK seq=1001 ack=7001\n"
		"8 B request NEW_SYN_RECV CLOSE reason=established port=8080\n"
		"9 B socket SYN_RECV ESTABLISHED port=8080\n"
		/* and one that has nothing to do with it */
		"3 A socket CLOSE SYN_SENT nolport raddr=10.0.0.7 cookie=103\n"
		"4 A out SYN seq=5 raddr=10.0.0.7 port=41000 cookie=103\n"
		"5 A socket SYN_SENT CLOSE err=111 raddr=10.0.0.7 port=41000 cookie=103\n";
	struct tcptrail_record records[RECORDS_MAX];
	struct conversations *conversations;
	const struct conversation *list;
	struct selector selector;
	size_t count, i, n;

	for (i = 0; i < ARRAY_SIZE(selectors); i++) {
		assert_int_equal(selector_parse(&selector, selectors[i]), 0);
		assert_int_equal(conversations_create(&conversations, &selector), 0);
		count = script_records(script, records, RECORDS_MAX);
		for (n = 0; n < count; n++)
			assert_int_equal(conversations_feed(conversations, &records[n], 1), 0);
		assert_int_equal(conversations_sort(conversations, &list, &count), 0);
		/* The other one is to port 80, too. */
		n = strcmp(selectors[i], ":80") ? 1 : 2;
		if (count != n || list[0].count != 10 || !list[0].joined)
			fail_msg("%s: %zu conversations, %zu records", selectors[i], count,
				 list[0].count);
		conversations_free(conversations);
	}
}

/* Many at a time: none takes the place of another one. */
static void test_many_nat(void **state)
{
	enum { MANY = 500 };
	static const char *const lines[] = {
		"0 A socket CLOSE SYN_SENT nolport raddr=10.0.0.9",
		"1 A out SYN raddr=10.0.0.9",
		"2 B in SYN cookie=0",
		"3 B request CLOSE NEW_SYN_RECV",
		"4 B out SYN,ACK seq=7000",
	};
	struct conversations *conversations;
	const struct conversation *list;
	struct selector selector;
	struct tcptrail_record r;
	size_t count, i, n;

	assert_int_equal(selector_parse(&selector, "10.0.0.2:80"), 0);
	assert_int_equal(conversations_create(&conversations, &selector), 0);
	for (i = 0; i < ARRAY_SIZE(lines); i++)
		for (n = 0; n < MANY; n++) {
			r = script_line(lines[i]);
			r.time_ns += i * 1000000 + n * 1000;
			*(i < 2 ? &r.lport : &r.rport) = i ? (uint16_t)(20000 + n) : 0;
			r.cookie = i < 2 ? 1000 + n : i > 2 ? 5000 + n : 0;
			if (r.kind == TCPTRAIL_SEGMENT && i < 3)
				r.segment.seq = (uint32_t)(n + 1) * 1000;
			else if (r.kind == TCPTRAIL_SEGMENT)
				r.segment.ack = (uint32_t)(n + 1) * 1000 + 1;
			assert_int_equal(conversations_feed(conversations, &r, 1), 0);
		}
	assert_int_equal(conversations_sort(conversations, &list, &count), 0);
	assert_int_equal(count, MANY);
	for (i = 0; i < count; i++)
		assert_int_equal(list[i].count, ARRAY_SIZE(lines));
	conversations_free(conversations);
}

/* Only what is lost while it lasts is its loss. */
static void test_lossy(void **state)
{
	static const struct {
		const char *what;
		const char *losses;
		bool lossy;
	} cases[] = {
		{ "before it began", "50 A loss 3 since=10", false },
		{ "of which the beginning is not known", "50 A loss 3", false },
		{ "that reached into it", "150 A loss 3 since=10", true },
		{ "meanwhile", "150 A loss 3 since=140", true },
		{ "around it", "900 A loss 3 since=10", true },
		{ "after its end", "900 A loss 3 since=500", false },
		{ "before and after", "50 A loss 3 since=10\n900 A loss 3 since=500", false },
		{ "meanwhile, and after", "150 A loss 3 since=140\n900 A loss 3 since=500", true },
		{ "told after it, of before", "900 A loss 3 since=500\n950 A loss 1 since=190",
		  true },
	};
	struct tcptrail_record records[RECORDS_MAX];
	struct selector selector;
	const struct conversation *list;
	struct conversations *conversations;
	size_t count, i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		char script[512];

		snprintf(script, sizeof(script),
			 "100 A socket CLOSE SYN_SENT\n101 A out SYN seq=1\n"
			 "200 A socket SYN_SENT CLOSE err=110\n%s\n",
			 cases[i].losses);
		assert_int_equal(selector_parse(&selector, ":80"), 0);
		assert_int_equal(conversations_create(&conversations, &selector), 0);
		count = script_records(script, records, RECORDS_MAX);
		assert_int_equal(conversations_feed(conversations, records, count), 0);
		assert_int_equal(conversations_sort(conversations, &list, &count), 0);
		assert_int_equal(count, 1);
		if (list[0].lossy != cases[i].lossy)
			fail_msg("lost %s: %d", cases[i].what, list[0].lossy);
		conversations_free(conversations);
	}
	/* One that lives may have ended in what is lost. */
	assert_int_equal(conversations_create(&conversations, &selector), 0);
	count = script_records("100 A out SYN seq=1\n900 A loss 3 since=500\n", records,
			       RECORDS_MAX);
	assert_int_equal(conversations_feed(conversations, records, count), 0);
	assert_int_equal(conversations_sort(conversations, &list, &count), 0);
	assert_true(count == 1 && list[0].lossy);
	conversations_free(conversations);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_selectors), cmocka_unit_test(test_bad_selectors),
		cmocka_unit_test(test_sorting),	       cmocka_unit_test(test_nat),
		cmocka_unit_test(test_many_nat),       cmocka_unit_test(test_lossy),
	};

	return cmocka_run_group_tests_name("conversation", tests, NULL, NULL);
}
