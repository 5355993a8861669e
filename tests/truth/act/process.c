// SPDX-License-Identifier: GPL-2.0
/*
 * act's steps on the process itself: time, children, and the odd places in which a
 * socket can be held.
 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tests/truth/act/act.h"

void step_sleep(void)
{
	sleep_ms((long)(atof(next_word()) * 1000));
}

void step_wait(void)
{
	for (;;)
		pause();
}

void step_until(void)
{
	const char *file = next_word();

	while (access(file, F_OK))
		sleep_ms(20);
}

void step_tell(void)
{
	const char *file = next_word();
	int fd = open(file, O_CREAT | O_WRONLY, 0644);

	if (fd < 0)
		die(file);
	close(fd);
}

static double clock_start; /* seconds after boot */

void step_clock(void)
{
	clock_start = atof(next_word());
}

/* Seconds. What comes so late may come after what was to come next. */
#define LATE 0.1

static void tell_if_late(double when)
{
	struct timespec t;
	char name[16];
	double late;

	clock_gettime(CLOCK_BOOTTIME, &t);
	late = (double)t.tv_sec + (double)t.tv_nsec / 1e9 - when;
	if (late < LATE)
		return;
	prctl(PR_GET_NAME, name);
	fprintf(stderr, "late %s %.3f\n", name, late);
}

void step_at(void)
{
	double when = clock_start + atof(next_word());
	struct timespec t = { .tv_sec = (time_t)when };

	t.tv_nsec = (long)((when - (double)t.tv_sec) * 1e9);
	while (clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &t, NULL))
		;
	tell_if_late(when);
}

void step_name(void)
{
	prctl(PR_SET_NAME, next_word());
}

void step_child(void)
{
	pid_t child = fork();

	if (child < 0)
		die("fork");
	if (child) {
		skip_block();
		return;
	}
	interpret();
	exit(0);
}

void step_exit(void)
{
	exit(0);
}

void step_die(void)
{
	raise(SIGKILL);
}

void step_stop(void)
{
	raise(SIGSTOP);
}

/* vfork() suspends its caller until the child has called exec() or _exit(). */
void step_blocked(void)
{
	if (!vfork())
		for (;;)
			pause();
}

void step_limit(void)
{
	struct rlimit limit;

	limit.rlim_cur = limit.rlim_max = (rlim_t)next_number();
	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("setrlimit");
}

/* How many sockets of that family exist in this network namespace, TIME-WAITs too. */
static int count_sockets(const char *table)
{
	FILE *f = fopen(table, "r");
	char line[512];
	int count = -1; /* the first line is the header */

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		count++;
	fclose(f);
	return count;
}

static void enter(const char *host)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", host);
	fd = open(path, O_RDONLY);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(path);
	close(fd);
}

void step_enter(void)
{
	enter(next_word());
}

static int count_everywhere(void)
{
	DIR *hosts = opendir("/run/netns");
	struct dirent *host;
	int count = 0;

	if (!hosts)
		die("/run/netns");
	while ((host = readdir(hosts))) {
		if (host->d_name[0] == '.')
			continue;
		enter(host->d_name);
		count += count_sockets("/proc/self/net/tcp") + count_sockets("/proc/self/net/tcp6");
	}
	closedir(hosts);
	return count;
}

void step_gone(void)
{
	long seconds = next_number();
	int left;

	while ((left = count_everywhere()) && seconds > 0) {
		sleep_ms(10000);
		seconds -= 10;
	}
	if (left)
		printf("%d sockets are left\n", left);
}

static void *sleep_on(void *unused)
{
	step_wait();
	return unused;
}

static void in_thread(void *(*function)(void *), void *argument)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, function, argument))
		die("pthread_create");
}

void step_mainexit(void)
{
	in_thread(sleep_on, NULL);
	syscall(SYS_exit, 0); /* pthread_exit() needs a library that a guest has not */
}

static void *keep_own_table(void *ready)
{
	if (unshare(CLONE_FILES))
		die("unshare");
	prctl(PR_SET_NAME, "keeper");
	__atomic_store_n((int *)ready, 1, __ATOMIC_RELEASE);
	return sleep_on(NULL);
}

void step_owntable(void)
{
	static int ready;

	in_thread(keep_own_table, &ready);
	while (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE))
		sleep_ms(1);
	step_close();
	step_wait();
}

/* The one descriptor of a message, which goes with a byte of data. */
struct message {
	struct msghdr header;
	struct iovec data;
	char byte;
	char control[CMSG_SPACE(sizeof(int))];
};

static void message_init(struct message *m)
{
	memset(m, 0, sizeof(*m));
	m->data = (struct iovec){ &m->byte, 1 };
	m->header = (struct msghdr){ .msg_iov = &m->data,
				     .msg_iovlen = 1,
				     .msg_control = m->control,
				     .msg_controllen = sizeof(m->control) };
}

static void send_descriptor(int to, int fd)
{
	struct message m;
	struct cmsghdr *c;

	message_init(&m);
	c = CMSG_FIRSTHDR(&m.header);
	*c = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
			       .cmsg_type = SCM_RIGHTS,
			       .cmsg_len = CMSG_LEN(sizeof(int)) };
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	if (sendmsg(to, &m.header, 0) < 0)
		die("sendmsg");
}

static int receive_descriptor(int from)
{
	struct message m;
	int fd;

	message_init(&m);
	if (recvmsg(from, &m.header, 0) <= 0 || !CMSG_FIRSTHDR(&m.header))
		die("recvmsg");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m.header)), sizeof(fd));
	return fd;
}

static void send_all(int to)
{
	int fd;

	for_each_connection(fd) send_descriptor(to, fd);
	step_close();
}

void step_inflight(void)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		die("socketpair");
	send_all(pair[0]);
}

static int unix_socket(struct sockaddr_un *at, const char *path)
{
	*at = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(at->sun_path, sizeof(at->sun_path), "%s", path);
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

void step_pass(void)
{
	struct sockaddr_un to;
	int fd = unix_socket(&to, next_word());

	while (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		sleep_ms(20);
	send_all(fd);
	close(fd);
}

void step_take(void)
{
	struct sockaddr_un at;
	int fd = unix_socket(&at, next_word()), from;

	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 1))
		die(at.sun_path);
	from = accept(fd, NULL, NULL);
	for (long n = next_number(); n > 0; n--)
		add_connection(receive_descriptor(from));
	close(from);
	close(fd);
}

void step_uring(void)
{
	struct io_uring_params parameters = { 0 };
	long ring = syscall(SYS_io_uring_setup, 8, &parameters);

	if (ring < 0 || syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES,
				me.connections + me.first, me.last - me.first) < 0)
		die("io_uring");
	step_close();
}
