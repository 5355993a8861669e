// SPDX-License-Identifier: GPL-2.0
/* The module's parameters. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "live.h"
#include "userspace/base/array.h"

/* KiB, from /proc/meminfo */
static size_t memory(const char *name)
{
	FILE *file = fopen("/proc/meminfo", "r");
	size_t len = strlen(name), kib = 0;
	char line[128];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (!strncmp(line, name, len) && line[len] == ':')
			kib = strtoul(line + len + 1, NULL, 10);
	}
	fclose(file);
	assert_true(kib > 0);
	return kib;
}

static void bad_parameters(void **state)
{
	static const char *const bad[] = { "ring_kib=0",
					   "ring_kib=63",
					   "ring_kib=100",
					   "ring_kib=2097152",
					   "ring_kib=x",
					   "syn_rate=-1",
					   "syn_rate=99999999",
					   "ports=0",
					   "ports=65536",
					   "ports=80,",
					   "ports=http",
					   "segments=maybe",
					   "ports=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17" };

	run("rmmod tcptrail");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		run("dmesg -c >/dev/null; ! insmod /tcptrail.ko %s 2>/dev/null", bad[i]);
		run("dmesg | grep -q 'tcptrail: %.*s'", (int)strcspn(bad[i], "="), bad[i]);
	}
	/* All of the memory: refused before anything is killed for it. */
	run("dmesg -c >/dev/null; ! insmod /tcptrail.ko "
	    "ring_kib=$(awk '/MemTotal/ { for (k = 64; k < $2 / 2; k *= 2); print k }' "
	    "/proc/meminfo) 2>/dev/null");
	run("dmesg | grep -q 'tcptrail: no memory for' && ! dmesg | grep -qi 'out of memory'");
	run("insmod /tcptrail.ko");
}

/* What is free is too little, though half of it all would do: 2 CPUs of 128 MiB. */
static void others_keep_their_memory(void **state)
{
	size_t hold = (memory("MemAvailable") - 160 * 1024) * 1024;
	char *held = mmap(NULL, hold, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	assert_true(held != MAP_FAILED);
	assert_true(memory("MemTotal") > 512 * 1024);
	assert_true(memory("MemAvailable") < 200 * 1024);
	run("rmmod tcptrail");
	run("dmesg -c >/dev/null; ! insmod /tcptrail.ko ring_kib=131072 2>/dev/null");
	run("dmesg | grep -q 'tcptrail: no memory for' && ! dmesg | grep -qi 'out of memory'");
	munmap(held, hold);
	run("insmod /tcptrail.ko");
}

/* Only as the module is loaded, whatever mode the file is given. */
static void what_is_fixed_stays(void **state)
{
	static const char *const fixed[] = { "ring_kib", "syn_rate", "ports" };
	int dev = open_device();
	struct tcptrail_info before = info_of(dev), after;
	char path[128];
	int fd;

	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++) {
		snprintf(path, sizeof(path), "/sys/module/tcptrail/parameters/%s", fixed[i]);
		chmod(path, 0644);
		fd = open(path, O_WRONLY);
		if (fd >= 0)
			assert_int_equal(write(fd, "64", 2), -1);
		close_fd(&fd);
		chmod(path, 0444);
	}
	after = info_of(dev);
	assert_memory_equal(&before, &after, sizeof(before));
	close(dev);
}

static void ports_filter(void **state)
{
	const struct tcptrail_record *r;
	struct pair wanted, other;
	size_t n;

	pair_listen(&wanted, AF_INET);
	pair_listen(&other, AF_INET);
	run("rmmod tcptrail && insmod /tcptrail.ko ports=%u,9", wanted.sport);
	events_start();
	pair_connect_more(&other, AF_INET);
	pair_connect_more(&wanted, AF_INET);
	n = all_records(&r);
	assert_true(n >= 12);
	for (size_t i = 0; i < n; i++)
		assert_true(r[i].lport == wanted.sport || r[i].rport == wanted.sport);
	events_stop();
	pair_end(&wanted);
	pair_end(&other);
	run("grep -qx %u,9 /sys/module/tcptrail/parameters/ports", wanted.sport);
	run("rmmod tcptrail && insmod /tcptrail.ko");
}

static size_t segments_of_a_connection(void)
{
	const struct tcptrail_record *r;
	size_t n, segments = 0;
	struct pair p;

	events_start();
	pair_connect(&p, AF_INET);
	pair_end(&p);
	n = all_records(&r);
	for (size_t i = 0; i < n; i++)
		segments += r[i].kind == TCPTRAIL_SEGMENT;
	return segments;
}

static void segments_can_be_switched(void **state)
{
	const char *parameter = "/sys/module/tcptrail/parameters/segments";
	int fd = open_device();

	assert_true(segments_of_a_connection() > 5);
	write_file(parameter, "0");
	assert_int_equal(segments_of_a_connection(), 0);
	assert_int_equal(info_of(fd).hooks[TCPTRAIL_HOOK_SEGMENT], TCPTRAIL_HOOK_OFF);
	write_file(parameter, "1");
	assert_true(segments_of_a_connection() > 5);
	assert_int_equal(info_of(fd).hooks[TCPTRAIL_HOOK_SEGMENT], 0);
	close(fd);
}

static int stop(void **state)
{
	events_stop();
	return 0;
}

int group_params(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(bad_parameters, stop),
		cmocka_unit_test_setup(others_keep_their_memory, stop),
		cmocka_unit_test_setup(what_is_fixed_stays, stop),
		cmocka_unit_test_setup(ports_filter, stop),
		cmocka_unit_test_setup(segments_can_be_switched, stop),
	};

	return cmocka_run_group_tests_name("params", tests, NULL, NULL);
}
