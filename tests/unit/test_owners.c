// SPDX-License-Identifier: GPL-2.0
/* Who holds a socket: this test's own, a fork's, a thread's; and what that process does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "userspace/procfs/owners.h"

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

static unsigned int count_fds(void)
{
	unsigned int count = 0;
	int fd;

	for (fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* A process that calls itself something to harm a terminal, with a limit of its own. */
static void run_oddly(int ready)
{
	const struct rlimit limit = { 123, 123 };

	prctl(PR_SET_NAME, "a\x1b[2Jb");
	if (setrlimit(RLIMIT_NOFILE, &limit) || write(ready, "", 1) != 1)
		_exit(1);
	alarm(20);
	pause();
	_exit(0);
}

static void test_process(void **state)
{
	int a = socket(AF_INET, SOCK_STREAM, 0), ready[2];
	uint32_t wanted = inode_of(a);
	const struct process *process;
	unsigned int fds;
	struct owners owners;
	pid_t child;
	char byte;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child)
		run_oddly(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	fds = count_fds();
	assert_int_equal(owners_find(&owners, &wanted, 1), 0);
	assert_int_equal(owners.process_count, 2);

	process = owners_process(&owners, (uint32_t)getpid());
	assert_non_null(process);
	assert_string_equal(process->comm, "test_owners");
	assert_non_null(strstr(process->command, "test_owners"));
	/* The search itself has /proc, the process's directory and its fds open. */
	assert_int_equal(process->fds, fds + 3);

	process = owners_process(&owners, (uint32_t)child);
	assert_non_null(process);
	assert_string_equal(process->comm, "a\x1b[2Jb");
	assert_int_equal(process->fds, fds);
	assert_int_equal(process->fd_limit, 123);
	assert_null(owners_process(&owners, 1));
	owners_free(&owners);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(ready[0]);
	close(ready[1]);
	close(a);
}

/* A child that has run @make, which tells by a byte that it is ready. */
static pid_t begin_child(void (*make)(int ready))
{
	int ready[2];
	pid_t child;
	char byte;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		alarm(20);
		make(ready[1]);
		_exit(1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return child;
}

static void end_child(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void tell_and_sleep(int ready)
{
	if (write(ready, "", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static int kept; /* the socket that the threads below keep */

static void *keep_in_own_table(void *ready)
{
	assert_int_equal(unshare(CLONE_FILES), 0);
	prctl(PR_SET_NAME, "keeper");
	sem_post(ready);
	for (;;)
		pause();
	return NULL;
}

static void own_table(int ready)
{
	pthread_t thread;
	sem_t unshared;

	sem_init(&unshared, 0, 0);
	pthread_create(&thread, NULL, keep_in_own_table, &unshared);
	sem_wait(&unshared);
	close(kept);
	tell_and_sleep(ready);
}

static void *sleep_on(void *ready)
{
	usleep(10000); /* until the main thread has ended */
	tell_and_sleep(*(int *)ready);
	return NULL;
}

static void end_main_thread(int ready)
{
	static int told;
	pthread_t thread;

	told = ready;
	pthread_create(&thread, NULL, sleep_on, &told);
	syscall(SYS_exit, 0);
}

/* The process whose child alone has the socket: found by a thread of it. */
static void find_in_thread(void (*make)(int ready))
{
	uint32_t inode, wanted;
	const struct process *process;
	struct owners owners;
	pid_t child;

	kept = socket(AF_INET, SOCK_STREAM, 0);
	inode = wanted = inode_of(kept);
	child = begin_child(make);
	close(kept);
	assert_int_equal(owners_find(&owners, &wanted, 1), 0);
	assert_int_equal(owners.count, 1);
	assert_int_equal(owners.holders[0].inode, inode);
	assert_int_equal(owners.holders[0].pid, child);
	assert_int_not_equal(owners.holders[0].task, child);
	assert_int_equal(owners.holders[0].fd, kept);
	assert_string_equal(owners.holders[0].comm, "test_owners");
	process = owners_process(&owners, owners.holders[0].task);
	assert_non_null(process);
	assert_int_equal(process->pid, child);
	assert_non_null(strchr("RS", process->state));
	assert_true(process->fds > 0);
	assert_null(owners_process(&owners, (uint32_t)child));
	owners_free(&owners);
	end_child(child);
}

static void test_threads(void **state)
{
	find_in_thread(own_table);
	find_in_thread(end_main_thread);
}

static void stop(int ready)
{
	if (write(ready, "", 1) == 1)
		raise(SIGSTOP);
}

/* vfork() suspends its caller until the child has called exec() or _exit(). */
static void block(int ready)
{
	if (vfork())
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	tell_and_sleep(ready);
}

static void use_all_descriptors(int ready)
{
	struct rlimit limit = { .rlim_cur = count_fds(), .rlim_max = count_fds() };

	if (!setrlimit(RLIMIT_NOFILE, &limit))
		tell_and_sleep(ready);
}

static struct process child_that(void (*make)(int ready))
{
	int a = socket(AF_INET, SOCK_STREAM, 0);
	uint32_t wanted = inode_of(a);
	pid_t child = begin_child(make);
	struct process process;
	struct owners owners;

	usleep(10000);
	assert_int_equal(owners_find(&owners, &wanted, 1), 0);
	assert_non_null(owners_process(&owners, (uint32_t)child));
	process = *owners_process(&owners, (uint32_t)child);
	owners_free(&owners);
	end_child(child);
	close(a);
	return process;
}

static void test_halt(void **state)
{
	struct process process = child_that(tell_and_sleep);

	assert_int_equal(process.threads, 1);
	assert_int_equal(process_halt(&process), PROCESS_RUNS);
	assert_null(process_halt_key(PROCESS_RUNS));
	process = child_that(stop);
	assert_int_equal(process_halt(&process), PROCESS_STOPPED);
	assert_string_equal(process_halt_key(PROCESS_STOPPED), "stopped");
	process = child_that(block);
	assert_int_equal(process_halt(&process), PROCESS_BLOCKED);
	assert_int_equal(process.blocked, 1);
	process = child_that(use_all_descriptors);
	assert_int_equal(process_halt(&process), PROCESS_NO_DESCRIPTOR);
	process.frozen = true;
	assert_int_equal(process_halt(&process), PROCESS_FROZEN);
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
		cmocka_unit_test(test_own),	cmocka_unit_test(test_fork),
		cmocka_unit_test(test_process), cmocka_unit_test(test_threads),
		cmocka_unit_test(test_halt),	cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests_name("owners", tests, NULL, NULL);
}
