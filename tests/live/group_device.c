// SPDX-License-Identifier: GPL-2.0
/* The device: who may look, and what it refuses. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live.h"

static void info_tells(void **state)
{
	int fd = open_device();
	struct tcptrail_info info = info_of(fd);

	assert_int_equal(info.size, sizeof(info));
	assert_int_equal(info.abi_major, TCPTRAIL_ABI_MAJOR);
	assert_int_equal(info.record_size, sizeof(struct tcptrail_record));
	assert_int_equal(info.ring_records, 4096 * 1024 / 128);
	assert_int_equal(info.features, (1 << TCPTRAIL_HOOKS) - 1);
	for (int i = 0; i < TCPTRAIL_HOOKS; i++)
		assert_int_equal(info.hooks[i], 0);
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

static void map_refused(int fd, size_t len, int prot, int flags, off_t offset)
{
	void *at = mmap(NULL, len, prot, flags, fd, offset);

	if (at != MAP_FAILED)
		fail_msg("mmap(length %zu, prot %d, flags %d, offset %lld) was not refused", len,
			 prot, flags, (long long)offset);
}

static void mmap_refuses(void **state)
{
	int fd = open_device();
	struct tcptrail_info info = info_of(fd);
	size_t len = info.map_stride;
	off_t far = (off_t)(INT64_MAX & ~4095LL);
	void *at;

	map_refused(fd, len, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	map_refused(fd, len, PROT_READ | PROT_EXEC, MAP_SHARED, 0);
	map_refused(fd, len, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0);
	map_refused(fd, len, PROT_READ, MAP_PRIVATE, 0);
	map_refused(fd, len - 4096, PROT_READ, MAP_SHARED, 0);
	map_refused(fd, len + 4096, PROT_READ, MAP_SHARED, 0);
	map_refused(fd, 4096, PROT_READ, MAP_SHARED, 0);
	map_refused(fd, len, PROT_READ, MAP_SHARED, 4096);
	map_refused(fd, len, PROT_READ, MAP_SHARED, (off_t)(len * info.cpus));
	map_refused(fd, len, PROT_READ, MAP_SHARED, far);
	map_refused(fd, len, PROT_READ, MAP_SHARED, far - far % (off_t)len);

	at = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
	assert_true(at != MAP_FAILED);
	assert_int_equal(mprotect(at, len, PROT_READ | PROT_WRITE), -1);
	assert_int_equal(mprotect(at, len, PROT_READ | PROT_EXEC), -1);
	assert_true(mremap(at, len, len + 4096, MREMAP_MAYMOVE) == MAP_FAILED);
	assert_int_equal(munmap((char *)at + 4096, 4096), 0);
	assert_int_equal(munmap(at, len), 0);
	close(fd);
}

static void mapping_survives_fork(void **state)
{
	int fd = open_device();
	size_t len = info_of(fd).map_stride;
	const struct tcptrail_ring *ring = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
	uint64_t head = ring->head;
	pid_t child;
	int status;

	madvise((void *)ring, len, MADV_DOFORK);
	child = fork();
	if (!child) {
		bool same = ring->head >= head;

		munmap((void *)ring, len);
		_exit(same ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_true(ring->head >= head);
	munmap((void *)ring, len);
	close(fd);
}

static int rmmod(void)
{
	return syscall(SYS_delete_module, "tcptrail", O_NONBLOCK) ? errno : 0;
}

static void busy_while_open_or_mapped(void **state)
{
	int fd = open_device();
	size_t len = info_of(fd).map_stride;
	const struct tcptrail_ring *ring = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
	volatile uint64_t head;

	assert_true(ring != MAP_FAILED);
	assert_int_equal(rmmod(), EWOULDBLOCK);
	close(fd);
	assert_int_equal(rmmod(), EWOULDBLOCK);
	head = ring->head; /* still readable */
	assert_true(head < UINT64_MAX);
	munmap((void *)ring, len);
	assert_int_equal(rmmod(), 0);
	run("insmod /tcptrail.ko");
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

static int as_nobody(void)
{
	if (setgid(65534) || setuid(65534))
		return -1;
	return open(TCPTRAIL_DEVICE, O_RDONLY) < 0 ? errno : 0;
}

static int for_writing(void)
{
	return open(TCPTRAIL_DEVICE, O_RDWR) < 0 ? errno : 0;
}

static int in_another_user_namespace(void)
{
	if (unshare(CLONE_NEWUSER))
		return -1;
	return open(TCPTRAIL_DEVICE, O_RDONLY) < 0 ? errno : 0;
}

static int without_power_in_another_netns(void)
{
	if (unshare(CLONE_NEWNET) || chmod(TCPTRAIL_DEVICE, 0444) || setuid(65534))
		return -1;
	return open(TCPTRAIL_DEVICE, O_RDONLY) < 0 ? errno : 0;
}

static int status_of(int (*attempt)(void))
{
	pid_t child = fork();
	int status;

	if (!child)
		_exit(attempt() & 0xff);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WEXITSTATUS(status);
}

static void refuses_others(void **state)
{
	assert_int_equal(status_of(as_nobody), EACCES);
	assert_int_equal(status_of(for_writing), EACCES);
	assert_int_equal(status_of(in_another_user_namespace), EPERM);
	assert_int_equal(status_of(without_power_in_another_netns), EPERM);
	run("chmod 440 " TCPTRAIL_DEVICE);
}

static int stop(void **state)
{
	events_stop();
	return 0;
}

int group_device(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(info_tells),
		cmocka_unit_test(info_refuses),
		cmocka_unit_test(mmap_refuses),
		cmocka_unit_test(mapping_survives_fork),
		cmocka_unit_test_setup(busy_while_open_or_mapped, stop),
		cmocka_unit_test(read_gives_whole_records),
		cmocka_unit_test(poll_wakes),
		cmocka_unit_test(edges_wake),
		cmocka_unit_test(busy_reader_starves_nobody),
		cmocka_unit_test(read_of_a_mapped_file_sleeps),
		cmocka_unit_test(refuses_others),
	};

	return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
