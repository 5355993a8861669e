// SPDX-License-Identifier: GPL-2.0
/* The device: what it tells, how it is read, and what it refuses. */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live.h"

static bool is_since_6_10(int hook)
{
	return hook == TCPTRAIL_HOOK_RESET_ANSWER || hook == TCPTRAIL_HOOK_RESET_ABORT;
}

static void info_tells(void **state)
{
	int fd = open_device();
	struct tcptrail_info info = info_of(fd);

	assert_int_equal(info.size, sizeof(info));
	assert_int_equal(info.abi_major, TCPTRAIL_ABI_MAJOR);
	assert_int_equal(info.record_size, sizeof(struct tcptrail_record));
	assert_int_equal(info.ring_records, 4096 * 1024 / 128);
	for (int i = 0; i < TCPTRAIL_HOOKS; i++) {
		bool absent = is_since_6_10(i) && !kernel_is_at_least(6, 10);

		assert_int_equal(info.hooks[i], absent ? TCPTRAIL_HOOK_ABSENT : 0);
		assert_int_equal(info.features >> i & 1, !absent);
	}
	assert_int_equal(info.features >> TCPTRAIL_HOOKS, 0);
	assert_true(info.readers >= 1);
	assert_int_equal(info.no_ring, 0);
	close(fd);
}

static void info_refuses(void **state)
{
	struct tcptrail_info info = { .size = sizeof(info), .reserved_in = 1 };
	int fd = open_device();

	assert_int_equal(ioctl(fd, TCPTRAIL_IOC_INFO, &info), -1);
	assert_int_equal(errno, EINVAL);
	info = (struct tcptrail_info){ .size = TCPTRAIL_INFO_MIN - 1 };
	assert_int_equal(ioctl(fd, TCPTRAIL_IOC_INFO, &info), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(ioctl(fd, TCPTRAIL_IOC_INFO, (void *)8), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(ioctl(fd, _IO(0xB7, 0x11), 0), -1);
	assert_int_equal(errno, ENOTTY);
	close(fd);
}

/* The ways of a 32-bit program: the same numbers through compat_ioctl. */
static void info_tells_32_bit_programs(void **state)
{
#ifdef __x86_64__
	struct tcptrail_info *info = mmap(NULL, sizeof(*info), PROT_READ | PROT_WRITE,
					  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long result = 54; /* ioctl, among a 32-bit program's system calls */
	struct tcptrail_info expected;
	int fd;

	assert_true(info != MAP_FAILED);
	info->size = sizeof(*info);
	fd = open_device();
	expected = info_of(fd);
	__asm__ volatile("int $0x80"
			 : "+a"(result)
			 : "b"(fd), "c"(TCPTRAIL_IOC_INFO), "d"(info)
			 : "memory", "r8", "r9", "r10", "r11");
	close(fd); /* before anything fails: who comes next unloads the module */
	assert_int_equal(result, 0);
	assert_int_equal(info->size, sizeof(*info));
	assert_int_equal(info->map_stride, expected.map_stride);
	munmap(info, sizeof(*info));
#else
	skip();
#endif
}

static void has_no_place_to_seek(void **state)
{
	struct tcptrail_record r;
	int fd = open_device(), pipe_fds[2];

	assert_int_equal(pipe(pipe_fds), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), -1);
	assert_int_equal(errno, ESPIPE);
	assert_int_equal(pread(fd, &r, sizeof(r), 0), -1);
	assert_int_equal(errno, ESPIPE);
	assert_int_equal(splice(fd, NULL, pipe_fds[1], NULL, sizeof(r), 0), -1);
	assert_int_equal(errno, EINVAL);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	close(fd);
}

/* A simple reader: whole records, everything that the rings hold. */
static void read_gives_whole_records(void **state)
{
	static struct tcptrail_record r[64];
	uint64_t expected = 0, got = 0, next[64] = { 0 };
	struct pair p;
	ssize_t n;
	int fd;

	for (int i = 0; i < 20; i++) {
		pair_connect(&p, AF_INET);
		pair_end(&p);
	}
	fd = open_device();
	assert_int_equal(read(fd, r, sizeof(r[0]) - 1), -1);
	assert_int_equal(errno, EINVAL);
	for (unsigned int cpu = 0; cpu < info_of(fd).cpus; cpu++) {
		size_t len = info_of(fd).map_stride;
		struct tcptrail_ring *ring =
			mmap(NULL, len, PROT_READ, MAP_SHARED, fd, (off_t)(cpu * len));

		if (ring == MAP_FAILED)
			continue;
		expected += ring->head;
		munmap(ring, len);
	}
	while ((n = read(fd, r, sizeof(r) - 1)) > 0) {
		assert_int_equal(n % (ssize_t)sizeof(r[0]), 0);
		for (size_t i = 0; i < (size_t)n / sizeof(r[0]); i++) {
			assert_true(r[i].cpu < 64);
			assert_int_equal(r[i].seq, next[r[i].cpu]++);
			got++;
		}
	}
	assert_int_equal(n, -1);
	assert_int_equal(errno, EAGAIN);
	assert_true(got >= expected && expected > 200);
	assert_int_equal(syscall(SYS_read, fd, (void *)8, sizeof(r)), -1);
	close(fd);
}

static void do_nothing(int signal)
{
}

#define SLOW_PAGE 4096
#define SLOW_PAGES 64

/**
 * struct slow - pages that userfaultfd fills only when the test says so
 * @fd: userfaultfd's
 * @at: the first page
 * @reader: the thread that reads the device into them
 * @done: it does not any more
 */
struct slow {
	int fd;
	void *at;
	pthread_t reader;
	atomic_bool done;
};

/* The first page comes with a signal for the reader, the others as they are asked for. */
static void *fill_slowly(void *argument)
{
	struct slow *slow = argument;
	struct pollfd f = { slow->fd, POLLIN, 0 };
	bool first = true;
	struct uffd_msg msg;

	while (!atomic_load(&slow->done)) {
		struct uffdio_zeropage page = { .range.len = SLOW_PAGE };

		if (poll(&f, 1, 100) != 1 || read(slow->fd, &msg, sizeof(msg)) != sizeof(msg))
			continue;
		if (first)
			pthread_kill(slow->reader, SIGUSR1);
		first = false;
		page.range.start = msg.arg.pagefault.address / SLOW_PAGE * SLOW_PAGE;
		ioctl(slow->fd, UFFDIO_ZEROPAGE, &page);
	}
	return NULL;
}

/*
 * A signal comes while the first page is copied: read(2) returns with that page, and has
 * not gone on through all that the rings hold. The next one goes on behind it.
 */
static void read_looks_at_signals(void **state)
{
	struct sigaction action = { .sa_handler = do_nothing }, old;
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct slow slow = { .reader = pthread_self() };
	size_t bytes = SLOW_PAGES * SLOW_PAGE;
	struct pair p;
	ssize_t first, second;
	pthread_t filler;
	int fd;

	for (int i = 0; i < 120; i++) { /* 20 records each, at least */
		pair_connect(&p, AF_INET);
		pair_end(&p);
	}
	slow.at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(slow.at != MAP_FAILED);
	slow.fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	assert_true(slow.fd >= 0);
	range.range.start = (uintptr_t)slow.at;
	range.range.len = bytes;
	assert_int_equal(ioctl(slow.fd, UFFDIO_API, &api), 0);
	assert_int_equal(ioctl(slow.fd, UFFDIO_REGISTER, &range), 0);
	sigaction(SIGUSR1, &action, &old);
	assert_int_equal(pthread_create(&filler, NULL, fill_slowly, &slow), 0);

	fd = open_device();
	first = read(fd, slow.at, bytes);
	second = read(fd, slow.at, bytes);
	close(fd);
	atomic_store(&slow.done, true);
	pthread_join(filler, NULL);
	close(slow.fd);
	munmap(slow.at, bytes);
	sigaction(SIGUSR1, &old, NULL);
	assert_int_equal(first, SLOW_PAGE);
	assert_int_equal(second, bytes);
}

static void poll_wakes(void **state)
{
	struct pollfd f = { open_device(), POLLIN, 0 };
	static struct tcptrail_record r[1024];
	struct pair p;

	for (int i = 0; i < 10; i++) {
		/* Minisockets of earlier tests end when their time is up. */
		for (int tries = 0; poll(&f, 1, 100); tries++) {
			assert_true(tries < 100);
			while (read(f.fd, r, sizeof(r)) > 0)
				;
		}
		pid_t child = fork();

		if (!child) {
			sleep_ms(100);
			pair_connect(&p, AF_INET);
			pair_end(&p);
			_exit(0);
		}
		assert_int_equal(poll(&f, 1, 5000), 1);
		waitpid(child, NULL, 0);
	}
	close(f.fd);
}

/* read(2) keeps a place of its own, and sleeps, whoever else looks at the file. */
static void read_of_a_mapped_file_sleeps(void **state)
{
	static struct tcptrail_record r[1024];
	int fd = open_device();
	size_t len = info_of(fd).map_stride;
	void *ring = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
	pid_t child = fork();

	assert_true(ring != MAP_FAILED && child >= 0);
	if (!child) {
		fcntl(fd, F_SETFL, 0);
		for (;;)
			read(fd, r, sizeof(r));
	}
	sleep_ms(500);
	kill(child, SIGKILL);
	for (int tries = 0; waitpid(child, NULL, WNOHANG) != child; tries++) {
		assert_true(tries < 50);
		sleep_ms(100);
	}
	munmap(ring, len);
	close(fd);
}

/*
 * An edge-triggered epoll asks once for each wakeup, and not again before the
 * next one.
 */
static void edges_wake(void **state)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	static struct tcptrail_record r[1024];
	int fd = open_device(), set = epoll_create1(0);
	struct pair p;

	assert_int_equal(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event), 0);
	for (int i = 0; i < 10; i++) {
		pair_connect(&p, AF_INET);
		pair_end(&p);
		assert_int_equal(epoll_wait(set, &event, 1, 5000), 1);
		while (read(fd, r, sizeof(r)) > 0)
			;
	}
	close(set);
	close(fd);
}

/* One that looks again and again must not put off those who sleep. */
static void busy_reader_starves_nobody(void **state)
{
	struct pollfd f = { open_device(), POLLIN, 0 };
	static struct tcptrail_record r[1024];
	pid_t busy, traffic;
	struct pair p;
	int fd;

	busy = fork();
	if (!busy) {
		fd = open_device();
		for (;;) {
			struct pollfd own = { fd, POLLIN, 0 };

			poll(&own, 1, 2);
			while (read(fd, r, sizeof(r)) > 0)
				;
		}
	}
	traffic = fork();
	if (!traffic) {
		for (;;) {
			pair_listen(&p, AF_INET);
			pair_end(&p);
			sleep_ms(5);
		}
	}
	sleep_ms(100);
	for (int i = 0; i < 20; i++) {
		while (read(f.fd, r, sizeof(r)) > 0)
			;
		assert_int_equal(poll(&f, 1, -1), 1); /* at a timeout it would look again */
	}
	kill(busy, SIGKILL);
	kill(traffic, SIGKILL);
	waitpid(busy, NULL, 0);
	waitpid(traffic, NULL, 0);
	close(f.fd);
}

int group_device(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(info_tells),
		cmocka_unit_test(info_refuses),
		cmocka_unit_test(info_tells_32_bit_programs),
		cmocka_unit_test(has_no_place_to_seek),
		cmocka_unit_test(read_gives_whole_records),
		cmocka_unit_test(read_looks_at_signals),
		cmocka_unit_test(poll_wakes),
		cmocka_unit_test(edges_wake),
		cmocka_unit_test(busy_reader_starves_nobody),
		cmocka_unit_test(read_of_a_mapped_file_sleeps),
	};

	return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
