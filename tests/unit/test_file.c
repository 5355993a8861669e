// SPDX-License-Identifier: GPL-2.0
/* Trail files, read: whole, cut, damaged, refused, of a later version. */
#include "tests/unit/file_tools.h"
#include "userspace/base/array.h"

static void test_round_trip(void **state)
{
	struct tcptrail_count count;
	struct tcptrail_info info;
	struct tcptrail *trail;

	put_file(image, SIZE);
	assert_int_equal(tcptrail_open_file(&trail, path), 0);
	expect_records(trail, RECORDS, 0);
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
		expect_records(trail, whole, (size - HEADER) % sizeof(records[0]) ? -EBADMSG : 0);
		tcptrail_close(trail);
	}
}

/* Where a disk lost data there are zeros: what stands before them is good. */
static void test_zeros(void **state)
{
	uint8_t damaged[SIZE];
	struct tcptrail *trail;

	memcpy(damaged, image, SIZE);
	memset(damaged + HEADER + 4 * sizeof(records[0]), 0, 2 * sizeof(records[0]));
	put_file(damaged, SIZE);
	assert_int_equal(tcptrail_open_file(&trail, path), 0);
	expect_records(trail, 4, -EBADMSG);
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
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
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

/*
 * A file of version 1.1, recorded by tcptrail 0.1.0: three snapshots of sockets that were
 * older than the module, whose ages that version kept in seq, and a connection.
 */
static void test_older_version(void **state)
{
	static const uint64_t ages_ns[] = { 0, 4164000000, 4208000000 };
	struct tcptrail_record back[64];
	struct tcptrail *trail;
	int err;

	assert_int_equal(tcptrail_open_file(&trail, "tests/unit/trails/version-1.1.trail"), 0);
	assert_string_equal(tcptrail_origin(trail)->hostname, "lab");
	assert_int_equal(read_all(trail, back, 64, &err), 30);
	assert_int_equal(err, 0);
	tcptrail_close(trail);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(back[i].kind, TCPTRAIL_SNAPSHOT);
		assert_int_equal(record_min_age_ns(&back[i]), ages_ns[i]);
		assert_int_equal(back[i].seq, 0);
	}
	for (unsigned int i = 3; i < 30; i++)
		assert_int_not_equal(back[i].kind, TCPTRAIL_SNAPSHOT);
	assert_int_not_equal(back[29].seq, 0);
	assert_memory_equal(back[29].transition.comm, "web", 4);
}

/* From standard input, a pipe that gives odd pieces. */
static void test_pipe(void **state)
{
	int saved = dup(STDIN_FILENO), ends[2];
	struct tcptrail *trail;

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
	expect_records(trail, RECORDS, 0);
	tcptrail_close(trail);
	dup2(saved, STDIN_FILENO);
	close(saved);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_cut),
		cmocka_unit_test(test_zeros),	   cmocka_unit_test(test_flips),
		cmocka_unit_test(test_refused),	   cmocka_unit_test(test_longer),
		cmocka_unit_test(test_pipe),	   cmocka_unit_test(test_older_version),
	};

	return cmocka_run_group_tests_name("file", tests, set_up, tear_down);
}
