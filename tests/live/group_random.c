// SPDX-License-Identifier: GPL-2.0
/*
 * Whatever a program does with the device, in whatever order: the kernel does
 * not mind, nothing works that should not, and nothing is left behind.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live.h"
#include "userspace/base/array.h"

#define PROGRAMS 4
#define STEPS (getenv("STEPS") ? atoi(getenv("STEPS")) : 4000)
#define FILES 4
#define MAPS 4
#define PAGE 4096UL

/**
 * struct program - one of those at work
 * @random: its state
 * @fd: open files, or -1
 * @at: mappings, or NULL
 * @len: theirs
 * @info: what the module said of itself
 * @memory: room, and a page behind it that is none
 */
struct program {
	uint64_t random;
	int fd[FILES];
	char *at[MAPS];
	size_t len[MAPS];
	struct tcptrail_info info;
	char *memory;
};

#define ROOM (16 * PAGE)

static uint64_t draw(struct program *p, uint64_t below)
{
	p->random ^= p->random << 13;
	p->random ^= p->random >> 7;
	p->random ^= p->random << 17;
	return p->random % below;
}

static int pick_fd(struct program *p)
{
	return p->fd[draw(p, FILES)];
}

/* Good, at the end of what is good, a ring, nowhere, the kernel's. */
static void *pick_address(struct program *p)
{
	switch (draw(p, 6)) {
	case 0:
		return p->memory + ROOM - draw(p, 400);
	case 1:
		return p->at[draw(p, MAPS)];
	case 2:
		return NULL;
	case 3:
		return (void *)(0xffff888000000000 + draw(p, 1 << 30));
	default:
		return p->memory + draw(p, ROOM / 2);
	}
}

static void unexpected(const char *what)
{
	fprintf(stderr, "# %s worked, or went wrong in a new way: %m\n", what);
	_exit(1);
}

static void step_open(struct program *p)
{
	static const int flags[] = { O_RDONLY | O_NONBLOCK, O_WRONLY, O_RDWR };
	size_t i = draw(p, 4), file = draw(p, FILES);
	int fd = open(TCPTRAIL_DEVICE, flags[i < 3 ? i : 0]);

	if (i == 1 || i == 2) {
		if (fd >= 0)
			unexpected("opening for writing");
		return;
	}
	if (fd < 0)
		unexpected("open");
	close(p->fd[file]);
	p->fd[file] = draw(p, 8) ? fd : dup(fd);
	if (p->fd[file] != fd)
		close(fd);
}

static void step_close(struct program *p)
{
	size_t file = draw(p, FILES);

	close(p->fd[file]);
	p->fd[file] = -1;
}

static void step_ioctl(struct program *p)
{
	struct tcptrail_info *info = (void *)p->memory;
	unsigned long command = TCPTRAIL_IOC_INFO;
	void *argument = pick_address(p);
	bool good = draw(p, 2);

	*info = (struct tcptrail_info){ .size = (uint32_t)draw(p, 300) };
	if (!draw(p, 4))
		info->reserved_in = (uint32_t)draw(p, 3);
	if (!draw(p, 4))
		info->size = UINT32_MAX;
	if (good)
		argument = info;
	good &= info->size >= TCPTRAIL_INFO_MIN && !info->reserved_in;
	if (!draw(p, 3)) {
		command = draw(p, 2) ? draw(p, UINT32_MAX) : command ^ 1UL << draw(p, 32);
		if (!ioctl(pick_fd(p), command, argument) && _IOC_TYPE(command) == 0xB7)
			unexpected("another ioctl");
		return;
	}
	if (!ioctl(pick_fd(p), command, argument) && argument == info && !good)
		unexpected("ioctl of bad values");
}

static void step_read(struct program *p)
{
	ssize_t n = read(pick_fd(p), pick_address(p), draw(p, 3 * PAGE));

	if (n > 0 && n % (ssize_t)sizeof(struct tcptrail_record))
		unexpected("reading parts of records");
}

static void step_readv(struct program *p)
{
	struct iovec to[3];

	for (int i = 0; i < 3; i++)
		to[i] = (struct iovec){ pick_address(p), draw(p, PAGE) };
	readv(pick_fd(p), to, (int)draw(p, 4));
}

static void step_seek(struct program *p)
{
	int fd = pick_fd(p);

	if (lseek(fd, (off_t)draw(p, 1000), (int)draw(p, 5)) >= 0)
		unexpected("lseek");
	if (pread(fd, p->memory, 256, (off_t)draw(p, 1000)) >= 0)
		unexpected("pread");
	if (write(fd, p->memory, draw(p, 256)) >= 0)
		unexpected("write");
	if (ftruncate(fd, 0) >= 0)
		unexpected("ftruncate");
}

static void step_poll(struct program *p)
{
	struct pollfd files[FILES];

	for (int i = 0; i < FILES; i++)
		files[i] = (struct pollfd){ p->fd[i], (short)draw(p, 0x4000), 0 };
	poll(files, FILES, (int)draw(p, 2));
}

static void step_mmap(struct program *p)
{
	static const int protections[] = { PROT_NONE, PROT_READ, PROT_WRITE, PROT_EXEC };
	size_t map = draw(p, MAPS), len = p->info.map_stride;
	int protection = PROT_READ, flags = MAP_SHARED, fd = pick_fd(p);
	off_t offset = (off_t)(draw(p, p->info.cpus + 1) * len);
	bool bad = false;
	char *at;

	if (!draw(p, 3)) {
		protection = protections[draw(p, 4)] | protections[draw(p, 4)];
		bad |= protection & (PROT_WRITE | PROT_EXEC);
	}
	if (!draw(p, 4)) {
		flags = MAP_PRIVATE;
		bad = true;
	}
	if (!draw(p, 3)) {
		len = draw(p, 3 * len);
		bad |= (len + PAGE - 1) / PAGE * PAGE != p->info.map_stride;
	}
	if (!draw(p, 4)) {
		offset = (off_t)(draw(p, INT64_MAX) / PAGE * PAGE);
		bad |= (size_t)offset % p->info.map_stride ||
		       (size_t)offset >= p->info.map_stride * p->info.cpus;
	}
	if (!draw(p, 8))
		flags |= MAP_POPULATE;
	at = mmap(NULL, len, protection, flags, fd, offset);
	if (at == MAP_FAILED)
		return;
	if (bad)
		unexpected("mmap");
	if (p->at[map] && draw(p, 4))
		munmap(p->at[map], p->len[map]);
	p->at[map] = at;
	p->len[map] = p->info.map_stride;
}

/* Part of a mapping, in pages. */
static char *part(struct program *p, size_t map, size_t *len)
{
	size_t pages = p->len[map] / PAGE, first = draw(p, pages);

	*len = (1 + draw(p, pages - first)) * PAGE;
	return p->at[map] + first * PAGE;
}

/* A hole there: what is left before it is looked at on, what is behind it only stays. */
static void cut(struct program *p, size_t map, const char *hole)
{
	p->len[map] = (size_t)(hole - p->at[map]);
	if (!p->len[map])
		p->at[map] = NULL;
}

static void step_munmap(struct program *p)
{
	size_t map = draw(p, MAPS), len;
	char *hole;

	if (!p->at[map])
		return;
	hole = part(p, map, &len);
	munmap(hole, len);
	cut(p, map, hole);
}

static void step_remap(struct program *p)
{
	size_t map = draw(p, MAPS), len, more = draw(p, 2) * PAGE;
	char *from, *to;

	if (!p->at[map])
		return;
	from = part(p, map, &len);
	if (!draw(p, 4)) {
		if (mremap(from, 0, len, MREMAP_MAYMOVE) != MAP_FAILED)
			unexpected("a second mapping by mremap");
		return;
	}
	to = mremap(from, len, len + more, MREMAP_MAYMOVE | (draw(p, 2) ? 4 /* DONTUNMAP */ : 0));
	if (to == MAP_FAILED)
		return;
	if (more)
		unexpected("mremap to more");
	munmap(to, len);
	cut(p, map, from);
}

static void step_protect(struct program *p)
{
	static const int advice[] = { MADV_DONTNEED,
				      MADV_DONTFORK,
				      MADV_DOFORK,
				      MADV_WILLNEED,
				      MADV_MERGEABLE,
				      MADV_HUGEPAGE,
				      MADV_FREE,
				      MADV_REMOVE,
				      MADV_DODUMP,
				      21 /* PAGEOUT */,
				      22 /* POPULATE_READ */,
				      23 /* POPULATE_WRITE */,
				      25 /* COLLAPSE */ };
	size_t map = draw(p, MAPS), len;
	char *at;

	if (!p->at[map])
		return;
	at = part(p, map, &len);
	if (!mprotect(at, len, PROT_READ | PROT_WRITE) || !mprotect(at, len, PROT_READ | PROT_EXEC))
		unexpected("mprotect");
	mprotect(at, len, draw(p, 2) ? PROT_READ : PROT_NONE);
	madvise(at, len, advice[draw(p, ARRAY_SIZE(advice))]);
	if (!draw(p, 4))
		mlock(at, len);
	msync(at, len, MS_SYNC);
}

static void step_splice(struct program *p)
{
	size_t map = draw(p, MAPS), len;
	struct iovec pages;
	int ends[2];

	if (pipe2(ends, O_NONBLOCK))
		unexpected("pipe");
	if (p->at[map]) {
		pages.iov_base = part(p, map, &len);
		pages.iov_len = len;
		vmsplice(ends[1], &pages, 1, SPLICE_F_NONBLOCK);
		write(ends[1], pages.iov_base, len);
	}
	if (splice(pick_fd(p), NULL, ends[1], NULL, PAGE, SPLICE_F_NONBLOCK) > 0)
		unexpected("splice");
	close(ends[0]);
	close(ends[1]);
}

static void step_fork(struct program *p)
{
	pid_t child = draw(p, 4) ? 1 : fork();

	if (!child) {
		step_munmap(p);
		step_read(p);
		_exit(0);
	}
	if (child > 1)
		waitpid(child, NULL, 0);
}

static void (*const steps[])(struct program *p) = {
	step_open, step_close, step_ioctl,  step_read,	step_readv,   step_seek,   step_poll,
	step_mmap, step_mmap,  step_munmap, step_remap, step_protect, step_splice, step_fork,
};

static int run_program(unsigned int seed)
{
	struct program p = { .random = 88172645463325252 + seed };
	int fd = open_device();

	p.info = info_of(fd);
	for (int i = 0; i < FILES; i++)
		p.fd[i] = -1;
	p.memory =
		mmap(NULL, ROOM + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(p.memory + ROOM, PAGE, PROT_NONE);
	p.fd[0] = fd;
	for (int i = 0; i < STEPS; i++)
		steps[draw(&p, ARRAY_SIZE(steps))](&p);
	return 0;
}

static void nothing_unexpected(void **state)
{
	struct pair p;
	int status;
	pid_t busy;

	events_stop();
	run("rmmod tcptrail && insmod /tcptrail.ko ring_kib=64"); /* quick to map */
	busy = fork();
	if (!busy) {
		for (;;) {
			pair_connect(&p, AF_INET);
			pair_end(&p);
			sleep_ms(5);
		}
	}
	for (unsigned int i = 0; i < PROGRAMS; i++) {
		if (!fork())
			_exit(run_program(i));
	}
	for (int i = 0; i < PROGRAMS; i++) {
		pid_t child = wait(&status);

		assert_true(child > 0 && child != busy);
		assert_int_equal(status, 0);
	}
	kill(busy, SIGKILL);
	waitpid(busy, NULL, 0);
	/* No file and no mapping is left. */
	assert_int_equal(syscall(SYS_delete_module, "tcptrail", O_NONBLOCK), 0);
	run("insmod /tcptrail.ko");
}

int group_random(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_unexpected),
	};

	return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
