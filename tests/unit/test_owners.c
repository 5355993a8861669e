// SPDX-License-Identifier: GPL-2.0
/* Who holds a socket: this test's own, and a fork's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "userspace/snapshot/owners.h"

static uint32_t inode_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return (uint32_t)st.st_ino;
}

static void test_own(void **state)
{
	int a = socket(AF_INET, SOCK_STREAM, 0), b = socket(AF_INET, SOCK_STREAM, 0),
	    again = dup(a);
	uint32_t inodes[] = { inode_of(b), 0, inode_of(a), 4294967295U };
	const struct holder *holder;
	struct owners owners;
	size_t count;

	assert_int_equal(owners_find(&owners, inodes, 4), 0);
	holder = owners_of(&owners, inode_of(a), &count);
	assert_int_equal(count, 2);
	assert_int_equal(holder[0].pid, getpid());
	assert_int_equal(holder[0].fd, a);
	assert_int_equal(holder[1].fd, again);
	assert_string_equal(holder[0].comm, "test_owners");
	holder = owners_of(&owners, inode_of(b), &count);
	assert_int_equal(count, 1);
	assert_int_equal(holder->fd, b);
	assert_null(owners_of(&owners, 4294967295U, &count));
	assert_int_equal(count, 0);
	assert_null(owners_of(&owners, 0, &count));
	owners_free(&owners);
	close(a);
	close(b);
	close(again);
}

static void test_fork(void **state)
{
	int a = socket(AF_INET, SOCK_STREAM, 0);
	uint32_t inode = inode_of(a), wanted = inode;
	pid_t child = fork();
	struct owners owners;
	size_t count, i;
	bool seen = false;

	assert_true(child >= 0);
	if (!child) {
		alarm(20);
		pause();
		_exit(0);
	}
	assert_int_equal(owners_find(&owners, &wanted, 1), 0);
	owners_of(&owners, inode, &count);
	assert_int_equal(count, 2);
	for (i = 0; i < count; i++)
		seen |= owners.holders[i].pid == (uint32_t)child && owners.holders[i].fd == a;
	assert_true(seen);
	owners_free(&owners);

	/* Closed here, the child alone has it. */
	close(a);
	wanted = inode;
	assert_int_equal(owners_find(&owners, &wanted, 1), 0);
	assert_int_equal(owners.count, 1);
	assert_int_equal(owners.holders[0].pid, child);
	owners_free(&owners);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);

	wanted = inode;
	assert_int_equal(owners_find(&owners, &wanted, 1), 0);
	assert_int_equal(owners.count, 0);
	owners_free(&owners);
}

static void test_none(void **state)
{
	struct owners owners;

	assert_int_equal(owners_find(&owners, NULL, 0), 0);
	assert_int_equal(owners.count, 0);
	owners_free(&owners);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_fork),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests_name("owners", tests, NULL, NULL);
}
