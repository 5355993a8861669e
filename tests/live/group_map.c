// SPDX-License-Identifier: GPL-2.0
/* The mapping: to be looked at, whatever is done to it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live.h"

#define PAGE 4096

static void *map_ring(int fd, size_t *len)
{
	void *at;

	*len = info_of(fd).map_stride;
	at = mmap(NULL, *len, PROT_READ, MAP_SHARED, fd, 0);
	assert_true(at != MAP_FAILED);
	return at;
}

static void map_refused(int fd, size_t len, int prot, int flags, off_t offset)
{
	void *at = mmap(NULL, len, prot, flags, fd, offset);

	if (at != MAP_FAILED)
		fail_msg("mmap(length %zu, prot %d, flags %d, offset %lld) was not refused", len,
			 prot, flags, (long long)offset);
}

static void odd_ones_are_refused(void **state)
{
	int fd = open_device();
	struct tcptrail_info info = info_of(fd);
	size_t len = info.map_stride;
	off_t far = (off_t)(INT64_MAX & ~(PAGE - 1LL));

	map_refused(fd, len, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	map_refused(fd, len, PROT_WRITE, MAP_SHARED, 0);
	map_refused(fd, len, PROT_READ | PROT_EXEC, MAP_SHARED, 0);
	map_refused(fd, len, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0);
	map_refused(fd, len, PROT_READ, MAP_PRIVATE, 0);
	map_refused(fd, len, PROT_READ, MAP_SHARED_VALIDATE | MAP_SYNC, 0);
	map_refused(fd, len - PAGE, PROT_READ, MAP_SHARED, 0);
	map_refused(fd, len + PAGE, PROT_READ, MAP_SHARED, 0);
	map_refused(fd, PAGE, PROT_READ, MAP_SHARED, 0);
	map_refused(fd, len, PROT_READ, MAP_SHARED, PAGE);
	map_refused(fd, len, PROT_READ, MAP_SHARED, (off_t)(len * info.cpus));
	map_refused(fd, len, PROT_READ, MAP_SHARED, far);
	map_refused(fd, len, PROT_READ, MAP_SHARED, far - far % (off_t)len);
	close(fd);
}

static void it_cannot_be_written(void **state)
{
	int fd = open_device(), memory = open("/proc/self/mem", O_RDWR),
	    zero = open("/dev/zero", 0);
	uint64_t value = 42;
	size_t len;
	struct tcptrail_ring *ring = map_ring(fd, &len);
	struct iovec from = { &value, sizeof(value) }, to = { ring->reserved, sizeof(value) };

	assert_int_equal(mprotect(ring, len, PROT_READ | PROT_WRITE), -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(mprotect(ring, len, PROT_READ | PROT_EXEC), -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(mprotect(ring, len, PROT_NONE), 0);
	assert_int_equal(mprotect(ring, len, PROT_WRITE), -1);
	assert_int_equal(mprotect(ring, len, PROT_READ), 0);

	/* Debuggers may write what is read-only, in their own copy. */
	assert_int_equal(pwrite(memory, &value, sizeof(value), (off_t)(uintptr_t)to.iov_base), -1);
	assert_int_equal(process_vm_writev(getpid(), &from, 1, &to, 1, 0), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(read(zero, to.iov_base, PAGE), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(syscall(SYS_remap_file_pages, ring, PAGE, 0, 1, 0), -1);
	assert_int_equal(madvise(ring, len, MADV_REMOVE), -1);
	assert_int_equal(ring->reserved[0], 0);
	munmap(ring, len);
	close(zero);
	close(memory);
	close(fd);
}

static void it_moves_but_does_not_grow(void **state)
{
	int fd = open_device();
	size_t len;
	char *at = map_ring(fd, &len);
	char *room = mmap(NULL, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t head = ((struct tcptrail_ring *)at)->head;

	assert_true(mremap(at, len, len + PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
	assert_true(mremap(at, 0, len, MREMAP_MAYMOVE) == MAP_FAILED); /* a second one */
	assert_true(mremap(at, len, len, MREMAP_MAYMOVE | 4 /* DONTUNMAP */) == MAP_FAILED);
	assert_true(mremap(at, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, room) == room);
	assert_true(((struct tcptrail_ring *)room)->head >= head);

	/* A hole in the middle, and what is left of it elsewhere. */
	assert_int_equal(munmap(room + PAGE, 4 * PAGE), 0);
	assert_true(mremap(room, PAGE, 2 * PAGE, 0) == MAP_FAILED);
	assert_true(((struct tcptrail_ring *)room)->head >= head);
	assert_int_equal(munmap(room, len), 0);
	close(fd);
}

/* 0 if it reads as before, else the signal. */
static int reading_kills(const struct tcptrail_ring *ring, uint64_t head)
{
	pid_t child = fork();
	int status;

	if (!child) {
		signal(SIGBUS, SIG_DFL);
		signal(SIGSEGV, SIG_DFL);
		_exit(ring->head >= head ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void it_survives_fork(void **state)
{
	int fd = open_device();
	size_t len;
	struct tcptrail_ring *ring = map_ring(fd, &len);
	uint64_t head = ring->head;
	int gone;

	assert_int_equal(munmap((char *)ring + PAGE, PAGE), 0);
	assert_int_equal(reading_kills(ring, head), 0);
	assert_int_equal(madvise(ring, PAGE, MADV_DONTFORK), 0);
	assert_int_equal(reading_kills(ring, head), SIGSEGV);
	/* 7.x refuses to take that back. */
	gone = madvise(ring, PAGE, MADV_DOFORK) ? SIGSEGV : 0;
	assert_int_equal(reading_kills(ring, head), gone);
	assert_true(ring->head >= head);
	munmap(ring, len);
	close(fd);
}

/* Who throws his pages away has none; nobody else's are touched. */
static void thrown_away_it_is_gone(void **state)
{
	int fd = open_device();
	size_t len;
	struct tcptrail_ring *mine = map_ring(fd, &len), *other = map_ring(fd, &len);
	uint64_t head = other->head;

	assert_int_equal(madvise(mine, len, MADV_DONTNEED), 0);
	assert_int_equal(reading_kills(mine, 0), SIGBUS);
	assert_int_equal(reading_kills(other, head), 0);
	assert_int_equal(munmap(mine, len), 0);
	assert_true(other->head >= head);
	munmap(other, len);
	close(fd);
}

static int rmmod(void)
{
	return syscall(SYS_delete_module, "tcptrail", O_NONBLOCK) ? errno : 0;
}

static void busy_while_open_or_mapped(void **state)
{
	int fd = open_device();
	size_t len;
	const struct tcptrail_ring *ring = map_ring(fd, &len);
	volatile uint64_t head;

	assert_int_equal(rmmod(), EWOULDBLOCK);
	close(fd);
	assert_int_equal(rmmod(), EWOULDBLOCK);
	head = ring->head; /* still readable */
	assert_true(head < UINT64_MAX);
	munmap((void *)ring, len);
	assert_int_equal(rmmod(), 0);
	run("insmod /tcptrail.ko");
}

/* A pipe may hold a page for longer than the module lives. */
static void pages_outlive_the_module(void **state)
{
	int fd = open_device(), ends[2];
	static char before[PAGE], after[PAGE];
	size_t len;
	char *at = map_ring(fd, &len);
	struct iovec page = { at + PAGE, PAGE };

	assert_int_equal(pipe(ends), 0);
	memcpy(before, page.iov_base, PAGE);
	assert_int_equal(vmsplice(ends[1], &page, 1, 0), PAGE);
	munmap(at, len);
	close(fd);
	assert_int_equal(rmmod(), 0);
	run("insmod /tcptrail.ko");
	assert_int_equal(read(ends[0], after, PAGE), PAGE);
	assert_memory_equal(before, after, PAGE);
	close(ends[0]);
	close(ends[1]);
}

static bool is_zero(const void *from, size_t len)
{
	const char *bytes = from;

	return !len || (!bytes[0] && !memcmp(bytes, bytes + 1, len - 1));
}

/* Addresses, and numbers of segments, which are random, may look like anything. */
static void assert_no_pointer(const struct tcptrail_record *r)
{
	const char *bytes = (const char *)r;
	bool is_segment = r->kind == TCPTRAIL_SEGMENT;

	for (size_t at = 8; at + 8 <= sizeof(*r); at += 4) {
		uint64_t word;

		if ((at + 8 > 32 && at < 64) || (is_segment && at + 8 > 76 && at < 84))
			continue;
		memcpy(&word, bytes + at, sizeof(word));
		if (word >= 0xffff800000000000)
			fail_msg("kind %u, byte %zu: %#llx", r->kind, at, (unsigned long long)word);
	}
}

static void assert_clean(const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;
	size_t name = strnlen(t->comm, sizeof(t->comm));

	assert_no_pointer(r);
	assert_int_equal(r->reserved, 0);
	if (r->flags & TCPTRAIL_F_NO_LADDR)
		assert_true(is_zero(r->laddr, sizeof(r->laddr)));
	if (r->flags & TCPTRAIL_F_NO_RADDR)
		assert_true(is_zero(r->raddr, sizeof(r->raddr)));
	if (r->kind == TCPTRAIL_SEGMENT) {
		assert_true(is_zero(r->segment.reserved, sizeof(r->segment.reserved)));
		return;
	}
	if (r->kind == TCPTRAIL_LOSS) {
		assert_true(is_zero(r->loss.reserved, sizeof(r->loss.reserved)));
		assert_true(is_zero(r->loss.reserved2, sizeof(r->loss.reserved2)));
		return;
	}
	assert_true(is_zero(t->comm + name, sizeof(t->comm) - name));
	if (!(r->flags & TCPTRAIL_F_TASK))
		assert_true(!t->pid && !name);
}

static void provoke_all_kinds(void)
{
	struct peer peer;
	struct pair p;

	for (int i = 0; i < 3000; i++) { /* the limit speaks up a second later */
		peer = (struct peer){ .port = (uint16_t)(30000 + i), .host_port = 9 };
		peer_send(&peer, TCPTRAIL_SYN, 0);
	}
	for (int i = 0; i < 300; i++) {
		pair_connect(&p, i & 1 ? AF_INET6 : AF_INET);
		if (i % 3)
			assert_int_equal(write(p.client, "x", 1), 1);
		if (i % 5)
			close_fd(&p.client);
		pair_end(&p);
		sleep_ms(5);
	}
}

/* Every byte that anyone may see. */
static void nothing_shows_through(void **state)
{
	unsigned int kinds[TCPTRAIL_LOSS + 1] = { 0 }, records = 0;
	int fd = open_device();
	struct tcptrail_info info;

	provoke_all_kinds();
	info = info_of(fd);
	assert_true(is_zero(info.reserved, sizeof(info.reserved)));
	for (unsigned int cpu = 0; cpu < info.cpus; cpu++) {
		struct tcptrail_ring *ring = mmap(NULL, info.map_stride, PROT_READ, MAP_SHARED, fd,
						  (off_t)(cpu * info.map_stride));
		const struct tcptrail_record *slots =
			(const void *)((char *)ring + info.ring_offset);
		uint64_t head;

		if (ring == MAP_FAILED)
			continue;
		head = ring->head;
		assert_true(head < info.ring_records / 2);
		assert_true(is_zero(ring->reserved,
				    info.ring_offset - offsetof(struct tcptrail_ring, reserved)));
		for (uint64_t n = 0; n < head; n++) {
			assert_in_range(slots[n].kind, 1, TCPTRAIL_LOSS);
			kinds[slots[n].kind]++;
			records++;
			assert_clean(&slots[n]);
		}
		/* Some may have been written since; these have not been. */
		assert_true(is_zero(&slots[info.ring_records / 2],
				    info.ring_records / 2 * sizeof(slots[0])));
		munmap(ring, info.map_stride);
	}
	for (int kind = 1; kind <= TCPTRAIL_LOSS; kind++) {
		if (!kinds[kind])
			fail_msg("there was no record of kind %d", kind);
	}
	print_message("# %u records looked at\n", records);
	close(fd);
}

static int reload(void **state)
{
	events_stop();
	run("rmmod tcptrail && insmod /tcptrail.ko");
	return 0;
}

int group_map(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(odd_ones_are_refused),
		cmocka_unit_test(it_cannot_be_written),
		cmocka_unit_test(it_moves_but_does_not_grow),
		cmocka_unit_test(it_survives_fork),
		cmocka_unit_test(thrown_away_it_is_gone),
		cmocka_unit_test_setup(busy_while_open_or_mapped, reload),
		cmocka_unit_test_setup(pages_outlive_the_module, reload),
		cmocka_unit_test_setup(nothing_shows_through, reload),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
