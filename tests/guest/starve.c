// SPDX-License-Identifier: GPL-2.0
/*
 * starve WHAT LEAST: does WHAT to the module again and again, and each time inject.ko lets
 * another allocation fail that the module asks for, until each has. There have to be LEAST.
 *
 * Each time, what was asked for is done entirely, or refused with ENOMEM and not done at all.
 * Memory is there again then, and it succeeds.
 */
#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "module/uapi/tcptrail.h"

#define DEVICE "/dev/tcptrail"
#define INJECT "/sys/module/inject/parameters/"
#define SEGMENTS "/sys/module/tcptrail/parameters/segments"
#define POLLED 64 /* more than the kernel has room for on its stack */
#define FAR ((void *)0x100000000000) /* where nothing is mapped, page tables neither */

static unsigned int attempt;
static unsigned int failed; /* in it: 1, or 0 when none is left */
static char *image;
static size_t image_bytes;
static struct tcptrail_info whole; /* as it is with memory */
static int device = -1;

#define fail(...) error_at_line(1, errno, __func__, __LINE__, __VA_ARGS__)

/* 0 or -errno */
static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	int err = 0;

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static unsigned int get(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		fail("%s", path);
	close(fd);
	return text[0] == 'Y' ? 1 : (unsigned int)atoi(text);
}

static void starve(void)
{
	if (put(INJECT "armed", "1"))
		fail("inject");
}

/* Returns @result, or -errno if it is -1. */
static long feed(long result)
{
	if (result == -1)
		result = -errno;
	if (put(INJECT "armed", "0"))
		fail("inject");
	failed = get(INJECT "failed");
	return result;
}

static struct tcptrail_info info(void)
{
	struct tcptrail_info i = { .size = sizeof(i) };
	int fd = open(DEVICE, O_RDONLY);

	if (fd < 0 || ioctl(fd, TCPTRAIL_IOC_INFO, &i))
		fail("INFO");
	close(fd);
	return i;
}

static bool is_whole(void)
{
	struct tcptrail_info i = info();

	return !memcmp(i.hooks, whole.hooks, sizeof(whole.hooks)) && i.features == whole.features &&
	       i.netns_failed == 0;
}

static void expect_whole(const char *when)
{
	errno = 0;
	if (!is_whole())
		fail("%s, attempt %u: hooks are missing", when, attempt);
}

/* Succeeds, or was refused for want of memory, and of nothing else. */
static bool done(const char *what, long result)
{
	errno = result < 0 ? (int)-result : 0;
	if (result >= 0)
		return true;
	if (errno != ENOMEM || !failed)
		fail("%s, attempt %u, %u failed", what, attempt, failed);
	return false;
}

static void succeeds(const char *what, long result)
{
	errno = result < 0 ? (int)-result : 0;
	if (result < 0)
		fail("%s, attempt %u", what, attempt);
}

static int load_now(void)
{
	return syscall(SYS_init_module, image, image_bytes, "ring_kib=64 ports=80,81") ? -errno : 0;
}

static int unload_now(void)
{
	return syscall(SYS_delete_module, "tcptrail", O_NONBLOCK) ? -errno : 0;
}

static bool is_loaded(void)
{
	return !access("/sys/module/tcptrail", F_OK);
}

/* What an attempt left would keep the next from succeeding. */
static void load(void)
{
	long result;

	if (is_loaded())
		succeeds("unloading", unload_now());
	starve();
	result = feed(load_now());
	if (!done("loading", result) && (is_loaded() || !access(DEVICE, F_OK)))
		fail("refused in attempt %u, and something is left", attempt);
}

static void unload(void)
{
	long result;

	starve();
	result = feed(unload_now());
	succeeds("unloading", result);
	succeeds("loading again", load_now());
}

static void segments_on(void)
{
	long result;

	succeeds("segments=0", put(SEGMENTS, "0"));
	starve();
	result = feed(put(SEGMENTS, "1"));
	if (done("segments=1", result))
		return;
	if (get(SEGMENTS) || info().hooks[TCPTRAIL_HOOK_SEGMENT] != -ENOMEM)
		fail("segments=1 refused at attempt %u, and not told", attempt);
	succeeds("segments=1 with memory", put(SEGMENTS, "1"));
}

static void segments_off(void)
{
	long result;

	starve();
	result = feed(put(SEGMENTS, "0"));
	succeeds("segments=0", result);
	if (get(SEGMENTS) || info().hooks[TCPTRAIL_HOOK_SEGMENT] != TCPTRAIL_HOOK_OFF)
		fail("segments=0, and not told");
	succeeds("segments=1 again", put(SEGMENTS, "1"));
}

static void open_device(void)
{
	long result;

	starve();
	result = feed(open(DEVICE, O_RDONLY));
	if (done("open()", result))
		close((int)result);
	if (info().readers != 2) /* INFO's, and the one that stays open */
		fail("open(), attempt %u: wrong count of readers", attempt);
}

/* What the kernel copies to a page that is not there yet cannot be copied for want of memory. */
static void *fresh(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		fail("mmap()");
	return at;
}

/* Its size, and nothing else, is where the module reads it. */
static void ask_info(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *at = fresh(2 * page);
	struct tcptrail_info *i = (void *)(at + page - 8);
	long result;

	i->size = sizeof(*i);
	starve();
	result = feed(ioctl(device, TCPTRAIL_IOC_INFO, i));
	if (result != -EFAULT)
		succeeds("INFO", result);
	else if (!failed)
		fail("INFO");
	succeeds("INFO with memory", ioctl(device, TCPTRAIL_IOC_INFO, i));
	munmap(at, 2 * page);
}

static void map(void)
{
	void *at;
	long result;

	starve();
	at = mmap(FAR, whole.map_stride, PROT_READ, MAP_SHARED | MAP_FIXED_NOREPLACE, device, 0);
	result = feed(at == MAP_FAILED ? -1 : 0);
	if (!done("mmap()", result))
		at = mmap(FAR, whole.map_stride, PROT_READ, MAP_SHARED, device, 0);
	if (at == MAP_FAILED)
		fail("mmap() with memory");
	munmap(at, whole.map_stride);
}

/* However often it is refused, all records come, and once. */
static size_t read_all(int fd, char *to, size_t bytes)
{
	size_t sum = 0;
	ssize_t n;

	for (;;) {
		n = read(fd, to, bytes);
		if (n > 0)
			sum += (size_t)n;
		else if (errno == EAGAIN)
			return sum;
		else if (errno != EFAULT)
			fail("read()");
	}
}

static void read_device(void)
{
	int fd = open(DEVICE, O_RDONLY | O_NONBLOCK);
	size_t sum, expected, bytes = 16 * 4096;
	char *to = fresh(bytes);

	starve();
	sum = read_all(fd, to, bytes);
	feed(0);
	close(fd);
	fd = open(DEVICE, O_RDONLY | O_NONBLOCK);
	expected = read_all(fd, to, bytes);
	close(fd);
	errno = 0;
	if (!sum || sum != expected)
		fail("read(), attempt %u: %zu bytes, not %zu", attempt, sum, expected);
	munmap(to, bytes);
}

static void poll_device(void)
{
	struct pollfd polled[POLLED];
	long result;

	for (int i = 0; i < POLLED; i++)
		polled[i] = (struct pollfd){ device, POLLERR, 0 };
	starve();
	result = feed(poll(polled, POLLED, 1));
	done("poll()", result);
	succeeds("poll() with memory", poll(polled, POLLED, 1));
}

static void epoll_device(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int fd = epoll_create1(0);
	long result;

	starve();
	result = feed(epoll_ctl(fd, EPOLL_CTL_ADD, device, &event));
	if (!done("epoll_ctl()", result) && epoll_ctl(fd, EPOLL_CTL_ADD, device, &event))
		fail("epoll_ctl() with memory");
	if (epoll_wait(fd, &event, 1, 0) != 1)
		fail("epoll_wait()");
	close(fd);
}

/* No namespace is kept from being born: at worst its segments are not recorded, and that is told. */
static void netns(void)
{
	int status, answer[2];
	pid_t child;

	if (pipe(answer))
		fail("pipe()");
	child = fork();
	if (!child) {
		long result;

		starve();
		result = feed(unshare(CLONE_NEWNET));
		succeeds("unshare()", result);
		if (info().netns_failed > failed)
			fail("unshare(), attempt %u: a count that is wrong", attempt);
		_exit(write(answer[1], &failed, sizeof(failed)) != sizeof(failed));
	}
	waitpid(child, &status, 0);
	if (status || read(answer[0], &failed, sizeof(failed)) != sizeof(failed))
		exit(1);
	close(answer[0]);
	close(answer[1]);
	for (int i = 0; i < 1000 && info().netns_failed; i++)
		usleep(10000);
}

static const struct {
	const char *name;
	void (*run)(void);
	bool is_open; /* the device, meanwhile */
} all[] = {
	{ "load", load, false },
	{ "unload", unload, false },
	{ "segments-on", segments_on, false },
	{ "segments-off", segments_off, false },
	{ "open", open_device, true },
	{ "info", ask_info, true },
	{ "mmap", map, true },
	{ "read", read_device, true },
	{ "poll", poll_device, true },
	{ "epoll", epoll_device, true },
	{ "netns", netns, true },
};

static void read_image(void)
{
	struct stat st;
	int fd = open("/tcptrail.ko", O_RDONLY);

	if (fd < 0 || fstat(fd, &st))
		fail("tcptrail.ko");
	image_bytes = (size_t)st.st_size;
	image = malloc(image_bytes);
	if (!image || read(fd, image, image_bytes) != st.st_size)
		fail("tcptrail.ko");
	close(fd);
}

int main(int argc, char **argv)
{
	unsigned int least = argc == 3 ? (unsigned int)atoi(argv[2]) : 0;
	size_t i = 0;

	while (i < sizeof(all) / sizeof(all[0]) && strcmp(argc == 3 ? argv[1] : "", all[i].name))
		i++;
	if (i == sizeof(all) / sizeof(all[0])) {
		fprintf(stderr, "usage: starve WHAT LEAST\n");
		return 2;
	}
	read_image();
	whole = info();
	if (all[i].is_open)
		device = open(DEVICE, O_RDONLY | O_NONBLOCK);
	do {
		attempt++;
		all[i].run();
		if (is_loaded())
			expect_whole(all[i].name);
	} while (failed);
	printf("%s: %u have failed\n", all[i].name, attempt - 1);
	errno = 0;
	if (attempt - 1 < least)
		fail("fewer than %u", least);
	return 0;
}
