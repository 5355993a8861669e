// SPDX-License-Identifier: GPL-2.0
/* Trail files, written: in what order, and where there is no room any more. */
#include "tests/unit/file_tools.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "userspace/base/array.h"

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
	struct tcptrail_writer *w;
	struct tcptrail *trail;

	assert_int_equal(tcptrail_create(&w, path, NULL), 0);
	assert_int_equal(tcptrail_write(w, records, 2), 0);
	assert_int_equal(tcptrail_flush(w), 0);
	assert_int_equal(tcptrail_open_file(&trail, path), 0);
	expect_records(trail, 2, 0);
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
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
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
		cmocka_unit_test(test_full_at_once),
		cmocka_unit_test(test_full_later),
		cmocka_unit_test(test_flush),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests_name("file_write", tests, set_up, tear_down);
}
