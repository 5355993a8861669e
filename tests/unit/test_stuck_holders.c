// SPDX-License-Identifier: GPL-2.0
/* Who holds what is stuck, by /proc, and what is said of them. */
#include "tests/unit/stuck_tools.h"
#include "tests/unit/verdict_cases.h"

/* In no process's descriptor table: no process is blamed. */
static void test_unheld(void **state)
{
	struct tracker *tracker =
		stuck_script(ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT inode=6001\n");
	const struct stuck_query query = { .tracker = tracker, .now_ns = 20 * SEC };
	struct holders known = { .owners = { .complete = true } };
	const struct finding *found;
	struct stuck_words words;
	struct stuck_scan *scan;
	struct stuck_out o;

	o = stuck_out_of(stuck_scan_all(&scan, &query));
	o.holders = &known;
	found = stuck_scan_result(scan)->findings;
	stuck_words_of(&o, found, &words);
	assert_non_null(strstr(words.verdict.sentence, "without a descriptor (io_uring"));
	assert_non_null(strstr(words.verdict.remedy, "httpd[790] had it last"));
	/* Where some processes are out of sight, one of them may hold it. */
	known.owners.complete = false;
	stuck_words_of(&o, found, &words);
	assert_non_null(strstr(words.verdict.sentence, "which httpd[790] had last, is still open"));
	stuck_scan_free(scan);
	tracker_free(tracker);
}

/* Every process that holds it is named, and all have to close. */
static void test_holders(void **state)
{
	struct tracker *tracker =
		stuck_script(ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT inode=6001\n");
	const struct stuck_query query = { .tracker = tracker, .now_ns = 20 * SEC };
	struct holder holders[] = {
		{ .inode = 6001, .pid = 790, .task = 790, .fd = 17, .comm = "httpd" },
		{ .inode = 6001, .pid = 791, .task = 791, .fd = 17, .comm = "httpd" },
		{ .inode = 6002, .pid = 5, .task = 5, .fd = 5, .comm = "other" }
	};
	struct holders known = { .owners = { .holders = holders, .count = 3 } };
	const struct stuck_result *result;
	struct stuck_words words;
	struct stuck_scan *scan;
	struct stuck_out o;
	struct buf out;

	result = stuck_scan_all(&scan, &query);
	assert_int_equal(result->count, 1);
	o = stuck_out_of(result);
	o.holders = &known;
	stuck_words_of(&o, result->findings, &words);
	assert_string_equal(words.holder, "httpd[790] fd 17, httpd[791] fd 17");
	assert_non_null(strstr(words.verdict.sentence, "httpd[791] fd 17 have not."));
	assert_non_null(strstr(words.verdict.remedy, "Both descriptors"));
	buf_init(&out, NULL);
	stuck_line(&o, &out, result->findings);
	assert_non_null(strstr(buf_string(&out), "\"holders\":[{\"pid\":790,\"fd\":17,"
						 "\"comm\":\"httpd\"},{\"pid\":791,"));
	assert_non_null(strstr(buf_string(&out), "\"age_seconds\":18.999991000"));
	buf_free(&out);
	stuck_scan_free(scan);
	tracker_free(tracker);
}

/* Whom the acceptor has started holds it, by a descriptor that was not closed at execve(). */
static void test_inherited(void **state)
{
	struct tracker *tracker =
		stuck_script(ACCEPTED "9 B socket ESTABLISHED CLOSE_WAIT inode=6001\n");
	const struct stuck_query query = { .tracker = tracker, .now_ns = 20 * SEC };
	struct holder holders[] = { { .inode = 6001, .pid = 795, .task = 795, .fd = 4 } };
	struct holders known = { .owners = { .holders = holders, .count = 1 } };
	struct heir *heir;
	struct stuck_words words;
	struct stuck_scan *scan;
	struct stuck_out o;

	strcpy(holders[0].comm, "helper");
	o = stuck_out_of(stuck_scan_all(&scan, &query));
	o.holders = &known;
	hashmap_init(&known.heirs, offsetof(struct heir, lineage), sizeof(*heir));
	heir = hashmap_get(&known.heirs, &(struct heir){ 795, 790 });
	heir->lineage = (struct lineage){ true, true, 2 * SEC };
	stuck_words_of(&o, stuck_scan_result(scan)->findings, &words);
	assert_non_null(strstr(words.verdict.sentence,
			       "httpd[790] has accepted the connection and does not hold it any "
			       "more; helper[795] fd 4 has inherited it"));
	assert_non_null(strstr(words.verdict.remedy,
			       "If the holder is to serve the connection (as under inetd), it "
			       "must close it. Else, in the code of httpd[790]"));
	/* It was there before: it was sent the descriptor. Or it was forked to work on it. */
	heir->lineage.begun_ns = SEC / 2;
	stuck_words_of(&o, stuck_scan_result(scan)->findings, &words);
	assert_non_null(strstr(words.verdict.sentence, "; helper[795] fd 4 has not."));
	heir->lineage = (struct lineage){ true, false, 2 * SEC };
	stuck_words_of(&o, stuck_scan_result(scan)->findings, &words);
	assert_null(strstr(words.verdict.sentence, "inherited"));
	hashmap_fini(&known.heirs);
	stuck_scan_free(scan);
	tracker_free(tracker);
}

/*
 * Workers hold the listener that their master opened, and come and go: that is no finding.
 * Whether who holds it now is to accept is not known.
 */
static void test_listener(void **state)
{
	struct tracker *tracker = stuck_script(
		"0 B socket CLOSE LISTEN listener cookie=9 comm=master pid=789 inode=7\n" ACCEPTED
		"4 B socket SYN_RECV ESTABLISHED orphan port=40001 cookie=203\n");
	const struct stuck_query query = { .tracker = tracker, .now_ns = 40 * SEC };
	struct holder holders[] = {
		{ .inode = 7, .pid = 795, .task = 795, .fd = 4, .comm = "worker" }
	};
	struct holders known = { .owners = { .holders = holders, .count = 1, .complete = true } };
	const struct finding *found;
	struct stuck_words words;
	struct stuck_scan *scan;
	struct heir *heir;
	struct stuck_out o;

	o = stuck_out_of(stuck_scan_all(&scan, &query));
	o.holders = &known;
	found = stuck_scan_result(scan)->findings;
	assert_string_equal(stuck_verdict(found), "accept-queue-waiting");
	hashmap_init(&known.heirs, offsetof(struct heir, lineage), sizeof(*heir));
	heir = hashmap_get(&known.heirs, &(struct heir){ 795, 790 });
	heir->lineage = (struct lineage){ true, true, 20 * SEC };
	stuck_words_of(&o, found, &words);
	assert_string_equal(words.inherited_from, "");
	assert_non_null(strstr(words.verdict.sentence,
			       "master[789] called listen() and does not hold it any more."));
	assert_non_null(strstr(words.verdict.remedy, "If it is not to accept here, end it"));
	hashmap_fini(&known.heirs);
	stuck_scan_free(scan);
	tracker_free(tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unheld),
		cmocka_unit_test(test_holders),
		cmocka_unit_test(test_inherited),
		cmocka_unit_test(test_listener),
	};

	return cmocka_run_group_tests_name("stuck holders", tests, NULL, NULL);
}
