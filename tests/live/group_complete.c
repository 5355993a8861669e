// SPDX-License-Identifier: GPL-2.0
/* Nothing is missing, and what is missing is counted. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live.h"
#include "userspace/base/array.h"

#define TRACING "/sys/kernel/tracing/"
#define EVENT TRACING "events/sock/inet_sock_set_state/"
#define STATES 13

#define UNMATCHED_PORT 30000 /* their first port */
#define UNMATCHED 20000
#define FLOODED 20
#define MEMORY_OF_CONNECTIONS (128 * 1024) /* TIME-WAITs and such, of FLOODED ones */

static int start(void **state)
{
	events_start();
	return 0;
}

/* So many connections, opened and closed one after the other. */
static void port_usage_once(struct pair *p, int connections)
{
	for (int i = 0; i < connections; i++) {
		pair_connect_more(p, AF_INET);
		if (i % 4 == 0)
			close_now(&p->client);
		close_fd(&p->server);
		close_fd(&p->client);
	}
}

/* Several processes do so at the same time. */
static void port_usage_start(int processes, int connections)
{
	struct pair p;

	for (int i = 0; i < processes; i++) {
		pair_listen(&p, AF_INET);
		if (!fork()) {
			port_usage_once(&p, connections);
			_exit(0);
		}
		pair_end(&p);
	}
}

static void port_usage_wait(int processes)
{
	int status;

	for (int i = 0; i < processes; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
}

static void usage(int processes, int connections)
{
	port_usage_start(processes, connections);
	port_usage_wait(processes);
}

static int state_number(const char *name)
{
	static const char *const names[STATES] = { "",
						   "TCP_ESTABLISHED",
						   "TCP_SYN_SENT",
						   "TCP_SYN_RECV",
						   "TCP_FIN_WAIT1",
						   "TCP_FIN_WAIT2",
						   "TCP_TIME_WAIT",
						   "TCP_CLOSE",
						   "TCP_CLOSE_WAIT",
						   "TCP_LAST_ACK",
						   "TCP_LISTEN",
						   "TCP_CLOSING",
						   "TCP_NEW_SYN_RECV" };

	for (int i = 1; i < STATES; i++) {
		if (!strcmp(name, names[i]))
			return i;
	}
	fail_msg("%s: a state that tracefs did not have before", name);
	return 0;
}

static void count_tracefs(unsigned int counts[STATES][STATES])
{
	char line[1024], old_state[32], new_state[32];
	FILE *file = fopen(TRACING "trace", "r");
	const char *at;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		at = strstr(line, "oldstate=");
		if (!at || !strstr(line, "protocol=IPPROTO_TCP"))
			continue;
		assert_int_equal(sscanf(at, "oldstate=%31s newstate=%31s", old_state, new_state),
				 2);
		counts[state_number(old_state)][state_number(new_state)]++;
	}
	fclose(file);
}

static void count_trail(unsigned int counts[STATES][STATES])
{
	const struct tcptrail_record *r;
	size_t n = all_records(&r);

	for (size_t i = 0; i < n; i++) {
		assert_true(r[i].kind != TCPTRAIL_LOSS || r[i].loss.cause == TCPTRAIL_LOSS_LIMITED);
		if (r[i].kind == TCPTRAIL_SOCKET)
			counts[r[i].transition.old_state][r[i].transition.new_state]++;
	}
}

/* The kernel's own tool sees the same tracepoint. */
static void as_many_as_tracefs(void **state)
{
	static unsigned int theirs[STATES][STATES], ours[STATES][STATES];
	unsigned int total = 0;

	write_file(TRACING "buffer_size_kb", "16384");
	write_file(TRACING "trace", "\n");
	events_start();
	write_file(EVENT "enable", "1");
	usage(4, 250);
	sleep_ms(300);
	write_file(EVENT "enable", "0");
	count_trail(ours);
	count_tracefs(theirs);
	write_file(TRACING "trace", "\n");
	write_file(TRACING "buffer_size_kb", "1408");

	for (int o = 0; o < STATES; o++) {
		for (int n = 0; n < STATES; n++) {
			if (ours[o][n] != theirs[o][n])
				fail_msg("%d to %d: %u recorded, tracefs has %u", o, n, ours[o][n],
					 theirs[o][n]);
			total += ours[o][n];
		}
	}
	print_message("# %u transitions, the same in tracefs and in the trail\n", total);
	assert_true(total > 8000);
}

struct reading {
	struct tcptrail *trail;
	uint64_t seen, lost;
};

static void reading_start(struct reading *r, enum tcptrail_from from)
{
	*r = (struct reading){ 0 };
	assert_int_equal(tcptrail_open_device(&r->trail, TCPTRAIL_DEVICE, from), 0);
}

/* Read until nothing comes any more. */
static void drain(struct reading *r)
{
	const struct tcptrail_record *batch;
	int n;

	while (tcptrail_wait(r->trail, 200) > 0) {
		n = tcptrail_read(r->trail, &batch);
		assert_true(n >= 0);
		for (int i = 0; i < n; i++) {
			if (batch[i].kind == TCPTRAIL_LOSS &&
			    batch[i].loss.cause == TCPTRAIL_LOSS_OVERWRITTEN)
				r->lost += batch[i].loss.count;
			else
				r->seen++;
		}
	}
}

/* recorded = read + lost on every CPU, and the marks in the stream say the same. */
static void assert_accounts(struct reading *r)
{
	struct tcptrail_info info;
	struct tcptrail_count c;
	uint64_t seen = 0, lost = 0;

	assert_int_equal(tcptrail_get_info(r->trail, &info), 0);
	for (unsigned int cpu = 0; cpu < info.cpus; cpu++) {
		assert_int_equal(tcptrail_count(r->trail, cpu, &c), 0);
		if (!c.online)
			continue;
		assert_int_equal(c.recorded - c.started, c.read + c.lost);
		seen += c.read;
		lost += c.lost;
	}
	assert_int_equal(r->seen, seen);
	assert_int_equal(r->lost, lost);
	tcptrail_close(r->trail);
}

static void readers_get_the_same(void **state)
{
	struct reading first, second;

	reading_start(&first, TCPTRAIL_FROM_NOW);
	reading_start(&second, TCPTRAIL_FROM_NOW);
	usage(1, 100);
	drain(&first);
	drain(&second);
	assert_true(first.seen > 1500);
	assert_int_equal(first.seen, second.seen);
	assert_int_equal(first.lost + second.lost, 0);
	assert_accounts(&first);
	assert_accounts(&second);
}

static void history_is_there(void **state)
{
	struct reading late;
	struct pair p;

	pair_connect(&p, AF_INET);
	pair_end(&p);
	reading_start(&late, TCPTRAIL_FROM_HISTORY);
	drain(&late);
	assert_true(late.seen > 15);
	assert_accounts(&late);
	events_start_history();
	find_event(p.cport, p.sport, "S CLOSE>SYN_SENT");
}

/* The smallest ring, and a reader that sleeps while it is written many times over. */
static void overrun_is_counted(void **state)
{
	struct reading slow;

	events_stop();
	run("rmmod tcptrail && insmod /tcptrail.ko ring_kib=64 syn_rate=0");
	reading_start(&slow, TCPTRAIL_FROM_NOW);
	usage(2, 400);
	drain(&slow);
	usage(2, 200);
	drain(&slow);
	assert_true(slow.lost > 1000);
	assert_true(slow.seen >= 500);
	assert_accounts(&slow);
	run("rmmod tcptrail && insmod /tcptrail.ko");
}

static uint64_t kept_out(void)
{
	struct tcptrail_info info;
	struct tcptrail *trail;
	struct tcptrail_count c;
	uint64_t limited = 0;

	assert_int_equal(tcptrail_open_device(&trail, TCPTRAIL_DEVICE, TCPTRAIL_FROM_NOW), 0);
	assert_int_equal(tcptrail_get_info(trail, &info), 0);
	for (unsigned int cpu = 0; cpu < info.cpus; cpu++) {
		assert_int_equal(tcptrail_count(trail, cpu, &c), 0);
		limited += c.limited;
	}
	tcptrail_close(trail);
	return limited;
}

static void flood(uint16_t port, unsigned int syns)
{
	for (unsigned int i = 0; i < syns; i++) {
		struct peer peer = { .port = (uint16_t)(UNMATCHED_PORT + i % UNMATCHED),
				     .host_port = port };

		peer_send(&peer, TCPTRAIL_SYN, 0);
	}
}

/* Kernel memory in KiB: what it gave away, but for pages of files and programs. */
static long kernel_memory(void)
{
	static const char *const parts[] = { "Slab:", "VmallocUsed:", "Percpu:", "PageTables:",
					     "KernelStack:" };
	FILE *file = fopen("/proc/meminfo", "r");
	char line[128], name[64];
	long sum = 0, kib;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
			if (sscanf(line, "%63s %ld", name, &kib) == 2 && !strcmp(name, parts[i]))
				sum += kib;
		}
	}
	fclose(file);
	return sum;
}

/* A flood of SYNs that belong to no connection, and real connections in the middle of it. */
static void flood_does_not_wash_away(void **state)
{
	struct pair target, p[FLOODED] = { 0 };
	const struct tcptrail_record *r;
	uint64_t unmatched = 0;
	long before, leak;
	size_t n;

	events_stop();
	run("rmmod tcptrail && insmod /tcptrail.ko syn_rate=100");
	events_start();
	pair_listen(&target, AF_INET);
	flood(target.sport, UNMATCHED);
	before = kernel_memory();
	for (int i = 0; i < FLOODED; i++) {
		flood(target.sport, UNMATCHED / FLOODED);
		pair_connect(&p[i], AF_INET);
		pair_end(&p[i]);
	}
	leak = kernel_memory() - before;
	for (int i = 0; i < FLOODED; i++) {
		find_event(p[i].cport, p[i].sport, "S SYN_SENT>ESTABLISHED");
		find_event(p[i].sport, p[i].cport, "S SYN_RECV>ESTABLISHED");
		find_event(p[i].sport, p[i].cport, "R NEW_SYN_RECV>CLOSE established");
		find_event(p[i].sport, p[i].cport, "S LAST_ACK>CLOSE");
	}
	pair_end(&target);
	n = all_records(&r);
	for (size_t i = 0; i < n; i++)
		unmatched += r[i].lport == target.sport && r[i].rport >= UNMATCHED_PORT;

	print_message("# %llu records of no connection, %llu kept out, memory grew by %ld KiB\n",
		      (unsigned long long)unmatched, (unsigned long long)kept_out(), leak);
	assert_true(kept_out() > UNMATCHED);
	assert_true(unmatched < 3000);
	/* 10 bytes a SYN would be more. */
	assert_true(leak * 1024 < 10 * UNMATCHED + MEMORY_OF_CONNECTIONS);
	events_stop();
	run("rmmod tcptrail && insmod /tcptrail.ko");
}

/* Real connections, however many, are under no limit. */
static void speed_is_not_limited(void **state)
{
	events_stop();
	run("rmmod tcptrail && insmod /tcptrail.ko syn_rate=50");
	usage(2, 500);
	assert_int_equal(kept_out(), 0);
	run("rmmod tcptrail && insmod /tcptrail.ko");
}

static void cpus_come_and_go(void **state)
{
	struct reading all;

	reading_start(&all, TCPTRAIL_FROM_NOW);
	port_usage_start(2, 300);
	for (int i = 0; i < 20; i++) {
		write_file("/sys/devices/system/cpu/cpu1/online", "0");
		sleep_ms(50);
		write_file("/sys/devices/system/cpu/cpu1/online", "1");
		sleep_ms(50);
	}
	port_usage_wait(2);
	drain(&all);
	assert_true(all.seen > 10000);
	assert_int_equal(all.lost, 0);
	assert_accounts(&all);
}

int group_complete(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(as_many_as_tracefs, start),
		cmocka_unit_test_setup(readers_get_the_same, start),
		cmocka_unit_test_setup(history_is_there, start),
		cmocka_unit_test_setup(overrun_is_counted, start),
		cmocka_unit_test_setup(flood_does_not_wash_away, start),
		cmocka_unit_test_setup(speed_is_not_limited, start),
	};

	return cmocka_run_group_tests_name("complete", tests, NULL, NULL);
}

int group_cpus(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(cpus_come_and_go, start),
	};

	return cmocka_run_group_tests_name("cpus", tests, NULL, NULL);
}
