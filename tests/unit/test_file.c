// SPDX-License-Identifier: GPL-2.0
/* Trail files: written, read back, cut, damaged, of the other byte order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/lib/file.h"

#define RECORDS 7
#define HEADER sizeof(struct file_header)
#define SIZE (HEADER + RECORDS * sizeof(struct tcptrail_record))

static char path[] = "/tmp/tcptrail-test-XXXXXX";
static struct tcptrail_record records[RECORDS];
static uint8_t image[SIZE]; /* a good file */

/* One of each kind, every byte something; and one of a kind that nobody knows. */
static void make_records(void)
{
	static const uint8_t kinds[RECORDS] = { TCPTRAIL_SOCKET,
						TCPTRAIL_REQUEST,
						TCPTRAIL_TIMEWAIT,
						TCPTRAIL_ACCEPT,
						TCPTRAIL_SEGMENT,
						TCPTRAIL_LOSS,
						77 };

	for (unsigned int i = 0; i < RECORDS; i++) {
		uint8_t *bytes = (uint8_t *)&records[i];

		for (unsigned int j = 0; j < sizeof(records[i]); j++)
			bytes[j] = (uint8_t)(i * 37 + j + 1);
		records[i].kind = kinds[i];
	}
}

static void put_file(const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	assert_int_equal(ftruncate(fd, (off_t)size), 0); /* O_TRUNC is slow on ext4 */
	close(fd);
}

static int set_up(void **state)
{
	struct tcptrail_writer *w;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	make_records();
	assert_int_equal(tcptrail_create(&w, path, NULL), 0);
	assert_int_equal(tcptrail_write(w, records, 3), 0);
	assert_int_equal(tcptrail_write(w, records + 3, RECORDS - 3), 0);
	assert_int_equal(tcptrail_finish(w), 0);
	assert_int_equal(read(fd, image, SIZE), SIZE);
	assert_int_equal(read(fd, image, 1), 0);
	close(fd);
	return 0;
}

static int tear_down(void **state)
{
	unlink(path);
	return 0;
}

/* All records that a file gives; *err is what ended it. */
static size_t read_all(struct tcptrail *trail, struct tcptrail_record *to, size_t room, int *err)
{
	const struct tcptrail_record *batch;
	size_t count = 0;
	int n;

	while ((n = tcptrail_read(trail, &batch)) > 0) {
		assert_true(count + (size_t)n <= room);
		memcpy(to + count, batch, (size_t)n * sizeof(*to));
		count += (size_t)n;
	}
	*err = n;
	assert_int_equal(tcptrail_read(trail, &batch), n); /* and it stays so */
	return count;
}

static void test_round_trip(void **state)
{
	struct tcptrail_record back[RECORDS];
	struct tcptrail_count count;
	struct tcptrail_info info;
	struct tcptrail *trail;
	int err;

	put_file(image, SIZE);
	assert_int_equal(tcptrail_open_file(&trail, path), 0);
	assert_int_equal(read_all(trail, back, RECORDS, &err), RECORDS);
	assert_int_equal(err, 0);
	assert_memory_equal(back, records, sizeof(records));
	assert_false(tcptrail_is_live(trail));
	assert_int_equal(tcptrail_fd(trail), -1);
	assert_int_equal(tcptrail_wait(trail, -1), 1);
	assert_int_equal(tcptrail_count(trail, 0, &count), -ENOTSUP);
	assert_int_equal(tcptrail_get_info(trail, &info), 0);
	assert_int_equal(info.abi_major, TCPTRAIL_ABI_MAJOR);
	assert_true(strlen(tcptrail_origin(trail)->release) > 0);
	tcptrail_close(trail);
}

/* Cut anywhere: the whole records come back, then it is told that there was more. */
static void test_cut(void **state)
{
	struct tcptrail_record back[RECORDS];
	struct tcptrail *trail;
	int err;

	for (size_t size = 0; size < SIZE; size++) {
		size_t whole = size < HEADER ? 0 : (size - HEADER) / sizeof(records[0]);

		put_file(image, size);
		err = tcptrail_open_file(&trail, path);
		if (size < HEADER) {
			assert_int_equal(err, -EBADMSG);
			continue;
		}
		assert_int_equal(err, 0);
		assert_int_equal(read_all(trail, back, RECORDS, &err), whole);
		assert_memory_equal(back, records, whole * sizeof(records[0]));
		assert_int_equal(err, (size - HEADER) % sizeof(records[0]) ? -EBADMSG : 0);
		tcptrail_close(trail);
	}
}

/* Where a disk lost data there are zeros: what stands before them is good. */
static void test_zeros(void **state)
{
	struct tcptrail_record back[RECORDS];
	uint8_t damaged[SIZE];
	struct tcptrail *trail;
	int err;

	memcpy(damaged, image, SIZE);
	memset(damaged + HEADER + 4 * sizeof(records[0]), 0, 2 * sizeof(records[0]));
	put_file(damaged, SIZE);
	assert_int_equal(tcptrail_open_file(&trail, path), 0);
	assert_int_equal(read_all(trail, back, RECORDS, &err), 4);
	assert_int_equal(err, -EBADMSG);
	tcptrail_close(trail);
}

/* Every byte of the header turned over: refused or read, never worse (run it under ASan). */
static void test_flips(void **state)
{
	struct tcptrail_record back[32];
	uint8_t damaged[SIZE];
	struct tcptrail *trail;
	unsigned int refused = 0;
	int err;

	for (size_t i = 0; i < HEADER; i++) {
		for (unsigned int bit = 0; bit < 9; bit++) {
			memcpy(damaged, image, SIZE);
			damaged[i] ^= bit < 8 ? 1U << bit : 0xff;
			put_file(damaged, SIZE);
			err = tcptrail_open_file(&trail, path);
			refused += err != 0;
			if (err) {
				assert_true(err == -EBADMSG || err == -EPROTO);
				continue;
			}
			read_all(trail, back, 32, &err);
			tcptrail_close(trail);
		}
	}
	assert_true(refused > 16 * 9); /* magic, byte order, version, ABI */
}

static void refuse(size_t offset, const void *value, size_t size, int expected)
{
	uint8_t damaged[SIZE];
	struct tcptrail *trail;

	memcpy(damaged, image, SIZE);
	memcpy(damaged + offset, value, size);
	put_file(damaged, SIZE);
	assert_int_equal(tcptrail_open_file(&trail, path), expected);
}

static void test_refused(void **state)
{
	const uint16_t next_major = FILE_VERSION_MAJOR + 1, other_abi = TCPTRAIL_ABI_MAJOR + 1;
	static const uint32_t sizes[] = { 0, 1, 64, 127, 129, 8192, UINT32_MAX };
	struct tcptrail *trail;

	refuse(0, "TCPTRAIL", 8, -EBADMSG);
	refuse(offsetof(struct file_header, byte_order), "\0\0\0", 4, -EBADMSG);
	refuse(offsetof(struct file_header, version_major), &next_major, 2, -EPROTO);
	refuse(offsetof(struct file_header, info.abi_major), &other_abi, 2, -EPROTO);
	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		refuse(offsetof(struct file_header, record_size), &sizes[i], 4, -EBADMSG);
		if (sizes[i] != 8192)
			refuse(offsetof(struct file_header, header_size), &sizes[i], 4, -EBADMSG);
	}
	refuse(offsetof(struct file_header, info_size), &sizes[0], 4, -EBADMSG);
	refuse(offsetof(struct file_header, info.nports), &sizes[3], 4, -EBADMSG);
	assert_int_equal(tcptrail_open_file(&trail, "/nonexistent/trail"), -ENOENT);
	assert_int_equal(tcptrail_open_file(&trail, "/tmp"), -EISDIR);
	assert_int_equal(tcptrail_open_file(&trail, "/dev/null"), -EBADMSG);
}

/*
 * The other byte order. Told here again, field by field and by hand, so that
 * the library's own list is checked against something: offset and size.
 */
struct field {
	unsigned int offset;
	unsigned int size;
};

static void swap_fields(uint8_t *bytes, const struct field *fields)
{
	for (; fields->size; fields++) {
		for (unsigned int i = 0; i < fields->size / 2; i++) {
			uint8_t *a = bytes + fields->offset + i;
			uint8_t *b = bytes + fields->offset + fields->size - 1 - i;
			uint8_t swapped = *a;

			*a = *b;
			*b = swapped;
		}
	}
}

static void make_foreign(uint8_t *file, size_t size)
{
	static const struct field header[] = { { 8, 4 },   { 12, 2 }, { 14, 2 }, { 16, 4 },
					       { 20, 4 },  { 24, 8 }, { 32, 8 }, { 184, 4 },
					       { 188, 4 }, { 0, 0 } };
	static const struct field info[] = { { 0, 4 },	{ 8, 2 },  { 10, 2 },  { 12, 4 },
					     { 16, 4 }, { 20, 4 }, { 24, 8 },  { 32, 4 },
					     { 36, 4 }, { 40, 8 }, { 48, 8 },  { 56, 8 },
					     { 64, 4 }, { 68, 4 }, { 232, 4 }, { 0, 0 } };
	static const struct field common[] = { { 0, 8 },  { 8, 8 },  { 16, 8 },
					       { 24, 4 }, { 28, 2 }, { 64, 2 },
					       { 66, 2 }, { 68, 2 }, { 0, 0 } };
	static const struct field transition[] = { { 76, 2 },  { 78, 2 },  { 96, 4 }, { 100, 4 },
						   { 104, 4 }, { 108, 4 }, { 0, 0 } };
	static const struct field owner[] = { { 80, 8 }, { 88, 4 }, { 92, 4 }, { 0, 0 } };
	static const struct field bytes[] = { { 80, 8 }, { 88, 8 }, { 0, 0 } };
	static const struct field segment[] = { { 74, 2 }, { 76, 4 }, { 80, 4 },
						{ 84, 4 }, { 88, 4 }, { 0, 0 } };
	static const struct field loss[] = { { 80, 8 }, { 88, 8 }, { 0, 0 } };

	swap_fields(file, header);
	swap_fields(file + 192, info);
	for (unsigned int i = 0; i < TCPTRAIL_MAX_PORTS; i++)
		swap_fields(file + 192 + 72 + 2 * i, (struct field[]){ { 0, 2 }, { 0, 0 } });
	for (unsigned int i = 0; i < TCPTRAIL_MAX_HOOKS; i++)
		swap_fields(file + 192 + 104 + 4 * i, (struct field[]){ { 0, 4 }, { 0, 0 } });
	for (uint8_t *r = file + HEADER; r < file + size; r += sizeof(records[0])) {
		bool has_bytes = ((struct tcptrail_record *)(void *)r)->flags & TCPTRAIL_F_BYTES;
		uint8_t kind = r[30];

		swap_fields(r, common);
		if (kind >= TCPTRAIL_SOCKET && kind <= TCPTRAIL_ACCEPT) {
			swap_fields(r, transition);
			swap_fields(r, has_bytes ? bytes : owner);
		} else if (kind == TCPTRAIL_SEGMENT)
			swap_fields(r, segment);
		else if (kind == TCPTRAIL_LOSS)
			swap_fields(r, loss);
	}
}

static void test_foreign(void **state)
{
	struct tcptrail_info info, expected;
	struct tcptrail_record back[RECORDS];
	static uint8_t foreign[SIZE] __attribute__((aligned(8)));
	struct file_header *header = (void *)foreign;
	struct tcptrail *trail;
	int err;

	/* Every byte of it something, so that no swap goes unseen. */
	memcpy(foreign, image, SIZE);
	for (unsigned int i = 0; i < sizeof(info); i++)
		((uint8_t *)&header->info)[i] = (uint8_t)(i * 3 + 1);
	header->info.reserved_in = 0;
	memset(header->info.reserved, 0, sizeof(header->info.reserved));
	header->info.abi_major = TCPTRAIL_ABI_MAJOR;
	header->info.nports = 2;
	header->realtime_offset_ns = 0x0102030405060708;
	header->netns = 0x01020304;
	expected = header->info;
	make_foreign(foreign, SIZE);
	put_file(foreign, SIZE);
	assert_int_equal(tcptrail_open_file(&trail, path), 0);
	assert_int_equal(tcptrail_origin(trail)->realtime_offset_ns, 0x0102030405060708);
	assert_int_equal(tcptrail_origin(trail)->netns, 0x01020304);
	assert_int_equal(tcptrail_get_info(trail, &info), 0);
	assert_memory_equal(&info, &expected, sizeof(info));
	assert_int_equal(read_all(trail, back, RECORDS, &err), RECORDS);
	assert_int_equal(err, 0);
	assert_memory_equal(back, records, sizeof(records));
	tcptrail_close(trail);
}

/* A later minor's longer header and longer records: walked by the sizes in the file. */
static void test_longer(void **state)
{
	enum { LONG_HEADER = HEADER + 320, LONG_RECORD = 192, COUNT = 5000 };
	uint8_t *file = calloc(1, LONG_HEADER + COUNT * LONG_RECORD);
	struct tcptrail_record *back = calloc(COUNT, sizeof(*back));
	struct file_header header;
	struct tcptrail *trail;
	int err;

	memcpy(&header, image, HEADER);
	header.header_size = LONG_HEADER;
	header.record_size = LONG_RECORD;
	header.version_minor = 9;
	memcpy(file, &header, HEADER);
	for (unsigned int i = 0; i < COUNT; i++) {
		uint8_t *r = file + LONG_HEADER + i * LONG_RECORD;

		memset(r, 0xee, LONG_RECORD);
		memcpy(r, &records[i % RECORDS], sizeof(records[0]));
	}
	put_file(file, LONG_HEADER + COUNT * LONG_RECORD);
	assert_int_equal(tcptrail_open_file(&trail, path), 0);
	assert_int_equal(read_all(trail, back, COUNT, &err), COUNT);
	assert_int_equal(err, 0);
	for (unsigned int i = 0; i < COUNT; i++)
		assert_memory_equal(&back[i], &records[i % RECORDS], sizeof(records[0]));
	tcptrail_close(trail);
	free(file);
	free(back);
}

/* From standard input, a pipe that gives odd pieces. */
static void test_pipe(void **state)
{
	struct tcptrail_record back[RECORDS];
	int saved = dup(STDIN_FILENO);
	struct tcptrail *trail;
	int ends[2], err;

	assert_int_equal(pipe(ends), 0);
	if (!fork()) {
		for (size_t i = 0; i < SIZE; i += 61) {
			size_t n = SIZE - i < 61 ? SIZE - i : 61;

			if (write(ends[1], image + i, n) < 0)
				_exit(1);
			usleep(100);
		}
		_exit(0);
	}
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	assert_int_equal(tcptrail_open_file(&trail, "-"), 0);
	assert_int_equal(read_all(trail, back, RECORDS, &err), RECORDS);
	assert_int_equal(err, 0);
	assert_memory_equal(back, records, sizeof(records));
	tcptrail_close(trail);
	dup2(saved, STDIN_FILENO);
	close(saved);
}

/* No room for the header: no writer. */
static void test_full_at_once(void **state)
{
	struct tcptrail_writer *w;

	assert_int_equal(tcptrail_create(&w, "/dev/full", NULL), -ENOSPC);
	assert_int_equal(tcptrail_create(&w, "/nonexistent/trail", NULL), -ENOENT);
}

/* The file may grow no more: an error, told each time, and the file holds whole records. */
static void test_full_later(void **state)
{
	const struct rlimit small = { HEADER + 100000, RLIM_INFINITY };
	struct tcptrail_record *back = calloc(1000, sizeof(*back));
	struct tcptrail_writer *w;
	struct tcptrail *trail;
	struct rlimit before;
	struct stat st;
	int err = 0;

	getrlimit(RLIMIT_FSIZE, &before);
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	assert_int_equal(tcptrail_create(&w, path, NULL), 0);
	for (unsigned int i = 0; i < 10000 && !err; i++)
		err = tcptrail_write(w, records, RECORDS);
	assert_int_equal(err, -EFBIG);
	assert_int_equal(tcptrail_write(w, records, 1), -EFBIG);
	assert_int_equal(tcptrail_flush(w), -EFBIG);
	assert_int_equal(tcptrail_finish(w), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &before);

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size % sizeof(records[0]), 0);
	assert_int_equal(tcptrail_open_file(&trail, path), 0);
	assert_int_equal(read_all(trail, back, 1000, &err), 100000 / sizeof(records[0]));
	assert_int_equal(err, 0);
	tcptrail_close(trail);
	free(back);
}

/* What was flushed can be read while the file still grows. */
static void test_flush(void **state)
{
	struct tcptrail_record back[RECORDS];
	struct tcptrail_writer *w;
	struct tcptrail *trail;
	int err;

	assert_int_equal(tcptrail_create(&w, path, NULL), 0);
	assert_int_equal(tcptrail_write(w, records, 2), 0);
	assert_int_equal(tcptrail_flush(w), 0);
	assert_int_equal(tcptrail_open_file(&trail, path), 0);
	assert_int_equal(read_all(trail, back, RECORDS, &err), 2);
	tcptrail_close(trail);
	assert_int_equal(tcptrail_finish(w), 0);
}

/* Few at a time or many at once: what was written first stands first. */
static void test_order(void **state)
{
	enum { MANY = 1100 }; /* more than half of a FILE_BLOCK, and not all of it */
	static const size_t parts[] = { 1, MANY, 2, 128, 1, 127, MANY, MANY };
	struct tcptrail_record *many = calloc(4 * MANY, sizeof(*many));
	struct tcptrail_record *back = calloc(4 * MANY, sizeof(*back));
	struct tcptrail_writer *w;
	struct tcptrail *trail;
	size_t written = 0;
	int err;

	for (size_t i = 0; i < 4 * MANY; i++)
		many[i] = (struct tcptrail_record){ .seq = i, .kind = TCPTRAIL_SOCKET };
	assert_int_equal(tcptrail_create(&w, path, NULL), 0);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		assert_int_equal(tcptrail_write(w, many + written, parts[i]), 0);
		written += parts[i];
	}
	assert_int_equal(tcptrail_finish(w), 0);
	assert_int_equal(tcptrail_open_file(&trail, path), 0);
	assert_int_equal(read_all(trail, back, 4 * MANY, &err), written);
	assert_memory_equal(back, many, written * sizeof(*many));
	tcptrail_close(trail);
	free(back);
	free(many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),   cmocka_unit_test(test_cut),
		cmocka_unit_test(test_zeros),	     cmocka_unit_test(test_flips),
		cmocka_unit_test(test_refused),	     cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_longer),	     cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_full_at_once), cmocka_unit_test(test_full_later),
		cmocka_unit_test(test_flush),	     cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests_name("file", tests, set_up, tear_down);
}
