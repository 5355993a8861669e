// SPDX-License-Identifier: GPL-2.0
/* The longest sentences: none is cut. */
#include "tests/unit/stuck_tools.h"

#include "userspace/base/array.h"
#include "userspace/diagnose/evidence.h"
#include "userspace/procfs/process.h"

/* Evidence that chooses among the words of a rule. */
static const uint64_t chooses[] = {
	FINDING(PEER_ENDED), FINDING(READS_NOTHING),	FINDING(READS),
	FINDING(END_READ),   FINDING(FULL_UNACKED),	FINDING(NOT_LEAVING),
	FINDING(PEER_HEARD), FINDING(FULL_NEVER_ACKED),
};

/** struct longest - a finding all of whose numbers and names are long */
struct longest {
	struct conn conn;
	struct accept_queue queue;
	struct syn_backlog handshakes;
	struct relay relay;
	struct port_usage usage;
	struct process process;
	struct descriptor_leak leak;
	struct finding finding;
	struct verdict_context context;
	char holder[STUCK_HOLDERS_MAX];
	char leg[2 * STUCK_NAME_MAX];
	char name[PUT_TASK_MAX + 1];
	char age[DURATION_MAX + 16];
	size_t sentence;
	size_t remedy;
};

static void fill(char *to, size_t size)
{
	memset(to, 'x', size - 1);
	to[size - 1] = '\0';
}

static void make_numbers(struct longest *l)
{
	memset(&l->conn, 0xff, sizeof(l->conn));
	l->queue = (struct accept_queue){ .listener = &l->conn,
					  .listeners = UINT32_MAX,
					  .asked = UINT32_MAX,
					  .full = UINT32_MAX,
					  .queued = UINT32_MAX,
					  .backlog = UINT32_MAX };
	l->handshakes = (struct syn_backlog){ .count = UINT32_MAX, .peers = UINT32_MAX };
	l->relay.span_ns = 99999 * US;
	l->usage = (struct port_usage){ .timewaits = UINT32_MAX,
					.used = UINT32_MAX,
					.bound = UINT32_MAX,
					.live = UINT32_MAX,
					.ports = UINT32_MAX,
					.begun = UINT32_MAX,
					.opened = UINT64_MAX,
					.gone = UINT64_MAX,
					.window_ns = 599 * SEC,
					.assumed = true,
					.guessed = UINT32_MAX,
					.port = UINT16_MAX };
	l->process = (struct process){ .fds = UINT32_MAX,
				       .fd_limit = UINT64_MAX,
				       .blocked = UINT32_MAX,
				       .threads = UINT32_MAX };
	fill(l->process.wchan, sizeof(l->process.wchan));
	l->leak = (struct descriptor_leak){ .count = UINT32_MAX,
					    .fds = UINT32_MAX,
					    .fd_limit = UINT64_MAX,
					    .out_ns = 1000 * HOUR };
	l->leak.trend.until_ns = 599 * SEC;
	l->leak.trend.newest_ns = SEC;
	l->leak.trend.begun[0] = l->leak.trend.ended[0] = INT64_MAX;
}

static void make_names(struct longest *l)
{
	fill(l->holder, sizeof(l->holder));
	fill(l->leg, sizeof(l->leg));
	fill(l->name, sizeof(l->name));
	fill(l->age, sizeof(l->age));
	l->context = (struct verdict_context){ .age = l->age,
					       .holder = l->holder,
					       .processes = SIZE_MAX,
					       .owner = l->name,
					       .process = &l->process,
					       .gone = l->name,
					       .acceptor = l->name,
					       .listener = l->name,
					       .leg = l->leg,
					       .leg_peer = l->name,
					       .peer = l->name,
					       .leak = &l->leak };
}

/* Each bit of @choice is one of what a sentence may be about, or not. */
static void choose(struct longest *l, unsigned int choice)
{
	struct verdict_context *x = &l->context;

	x->inherited_from = choice & 1 ? l->name : NULL;
	x->unheld = choice & 2;
	x->holders = choice & 4 ? SIZE_MAX : 0;
	x->accepted = choice & 1 ? l->age : NULL;
	x->recorded = choice & 2 ? l->age : NULL;
	x->none_accepted = choice & 4;
	l->process.state = choice & 1 ? 'D' : 'S';
	l->conn.unacked = choice & 2 ? UINT32_MAX : 0;
	l->usage.out_ns = choice & 1 ? 0 : choice & 2 ? PORT_USAGE_NEVER : 599 * SEC;
	l->usage.port = choice & 4 ? UINT16_MAX : 0;
	l->queue.listeners = choice & 8 ? UINT32_MAX : 1;
	l->queue.asked = l->queue.listeners;
	l->finding = (struct finding){
		.conn = &l->conn,
		.stuck_ns = 1,
		.peer = &l->conn,
		.peer_cookie = l->conn.cookie,
		.queue = &l->queue,
		.waiting = UINT32_MAX,
		.accepting = choice & 8,
		.handshakes = &l->handshakes,
		.relay = &l->relay,
		.usage = &l->usage,
		.missing = choice & 8 ? UNRECORDED_ALL : 0,
		.unconfirmed = choice & 8,
		.unknown = choice & 8 ? UINT64_MAX : 0,
		.live = { .cookie = choice & 4,
			  .timer = choice & 1 ? KERNEL_TIMER_PROBE : KERNEL_TIMER_RETRANSMIT,
			  .retransmits = UINT8_MAX,
			  .has_info = true,
			  .acked_ms = UINT32_MAX - 1,
			  .received_ms = UINT32_MAX - 1,
			  .mss = UINT16_MAX,
			  .pmtu = UINT32_MAX,
			  .resent = UINT32_MAX,
			  .queued = UINT32_MAX,
			  .backlog = UINT32_MAX },
	};
}

static void say(struct longest *l, int8_t rule)
{
	unsigned int bits, i;
	struct verdict verdict;

	for (bits = 0; bits < 1U << ARRAY_SIZE(chooses); bits++) {
		l->finding.rule = rule;
		l->finding.evidence = 0;
		for (i = 0; i < ARRAY_SIZE(chooses); i++)
			l->finding.evidence |= bits >> i & 1 ? chooses[i] : 0;
		verdict_say(&l->finding, &l->context, &verdict);
		if (strlen(verdict.sentence) > l->sentence)
			l->sentence = strlen(verdict.sentence);
		if (strlen(verdict.remedy) > l->remedy)
			l->remedy = strlen(verdict.remedy);
		if (strlen(verdict.sentence) == VERDICT_SENTENCE_MAX - 1 ||
		    strlen(verdict.remedy) == VERDICT_REMEDY_MAX - 1)
			fail_msg("%s is cut: %s %s", verdict.name, verdict.sentence,
				 verdict.remedy);
	}
}

static void test_longest(void **state)
{
	static struct longest l;
	unsigned int choice;
	int8_t rule;

	make_numbers(&l);
	make_names(&l);
	for (rule = 0; verdict_name((unsigned int)rule); rule++)
		for (choice = 0; choice < 16; choice++) {
			choose(&l, choice);
			say(&l, rule);
		}
	assert_in_range(l.sentence, VERDICT_SENTENCE_MAX / 2, VERDICT_SENTENCE_MAX - 2);
	assert_in_range(l.remedy, VERDICT_REMEDY_MAX / 2, VERDICT_REMEDY_MAX - 2);
}

/* Three descriptors are named in full, whatever their names and numbers are. */
static void test_holders(void **state)
{
	struct tracker *tracker = stuck_script("0 B snapshot CLOSE_WAIT inode=6001\n");
	const struct stuck_query query = { .tracker = tracker, .now_ns = 20 * SEC };
	struct holder holders[4];
	struct holders known = { .owners = { .holders = holders, .count = 4 } };
	struct stuck_words words;
	struct stuck_scan *scan;
	struct stuck_out o;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(holders); i++) {
		holders[i] = (struct holder){ .inode = 6001,
					      .pid = UINT32_MAX - 3 + i,
					      .task = 4000000000,
					      .fd = INT32_MIN,
					      .io_uring = true };
		memset(holders[i].comm, '\x1b', sizeof(holders[i].comm));
	}
	o = stuck_out_of(stuck_scan_all(&scan, &query));
	o.holders = &known;
	stuck_words_of(&o, stuck_scan_result(scan)->findings, &words);
	assert_non_null(strstr(words.holder, "[4294967294] thread 4000000000 io_uring fd "
					     "-2147483648 and 1 more"));
	stuck_scan_free(scan);
	tracker_free(tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_holders),
	};

	return cmocka_run_group_tests_name("verdict longest", tests, NULL, NULL);
}
