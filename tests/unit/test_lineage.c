// SPDX-License-Identifier: GPL-2.0
/* Is a process the child of another one, and has it executed another program? */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "userspace/base/time.h"
#include "userspace/procfs/lineage.h"

static char comm[16];

static int name_us(void **state)
{
	return prctl(PR_SET_NAME, "a (test) of 15") || prctl(PR_GET_NAME, comm);
}

/* A child, as soon as it is what it is to be. */
static pid_t begin(bool executes)
{
	int ready[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (!pid) {
		if (executes)
			execlp("sleep", "sleep", "60", NULL);
		else if (write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	assert_in_range(read(ready[0], &byte, 1), 0, 1);
	close(ready[0]);
	return pid;
}

static struct lineage end(pid_t pid)
{
	struct lineage lineage;

	assert_int_equal(lineage_find(&lineage, (uint32_t)pid, (uint32_t)getpid(), comm), 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return lineage;
}

static void test_child(void **state)
{
	uint64_t before_ns = time_now_ns();
	struct lineage lineage = end(begin(false));

	assert_true(lineage.descends);
	assert_false(lineage.executed);
	assert_in_range(lineage.begun_ns, before_ns, time_now_ns() + SEC / 10);
	lineage = end(begin(true));
	assert_true(lineage.descends);
	assert_true(lineage.executed);
}

static void test_no_child(void **state)
{
	uint32_t us = (uint32_t)getpid(), parent = (uint32_t)getppid();
	struct lineage lineage = { 0 };

	/* Of our parent that is not known if it is in another namespace. */
	if (parent)
		assert_int_equal(lineage_find(&lineage, parent, us, comm), 0);
	assert_false(lineage.descends);
	assert_int_not_equal(lineage_find(&lineage, us, us, (char[16]){ "another" }), 0);
	assert_int_not_equal(lineage_find(&lineage, 1 << 30, us, comm), 0);
	assert_false(lineage.descends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_child),
		cmocka_unit_test(test_no_child),
	};

	return cmocka_run_group_tests_name("lineage", tests, name_us, NULL);
}
