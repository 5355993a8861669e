/* SPDX-License-Identifier: GPL-2.0 */
/* A trail file with a few records, in memory and on disk, for tests of files. */
#ifndef TEST_FILE_TOOLS_H
#define TEST_FILE_TOOLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "userspace/trail/file.h"

#define RECORDS 8
#define HEADER sizeof(struct file_header)
#define SIZE (HEADER + RECORDS * sizeof(struct tcptrail_record))

static char path[] = "/tmp/tcptrail-test-XXXXXX";
static struct tcptrail_record records[RECORDS];
static uint8_t image[SIZE]; /* a good file */

/* One of each kind, every byte something; and one of a kind that nobody knows. */
static inline void make_records(void)
{
	static const uint8_t kinds[RECORDS] = { TCPTRAIL_SOCKET,   TCPTRAIL_REQUEST,
						TCPTRAIL_TIMEWAIT, TCPTRAIL_ACCEPT,
						TCPTRAIL_SEGMENT,  TCPTRAIL_LOSS,
						TCPTRAIL_SNAPSHOT, 77 };

	for (unsigned int i = 0; i < RECORDS; i++) {
		uint8_t *bytes = (uint8_t *)&records[i];

		for (unsigned int j = 0; j < sizeof(records[i]); j++)
			bytes[j] = (uint8_t)(i * 37 + j + 1);
		records[i].kind = kinds[i];
	}
}

static inline void put_file(const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	assert_int_equal(ftruncate(fd, (off_t)size), 0); /* O_TRUNC is slow on ext4 */
	close(fd);
}

static inline int set_up(void **state)
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

static inline int tear_down(void **state)
{
	unlink(path);
	return 0;
}

/* All records that a file gives; *err is what ended it. */
static inline size_t read_all(struct tcptrail *trail, struct tcptrail_record *to, size_t room,
			      int *err)
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

/* The file gives the first of the records, so many, and ends so. */
static inline void expect_records(struct tcptrail *trail, size_t count, int end)
{
	struct tcptrail_record back[RECORDS];
	int err;

	assert_int_equal(read_all(trail, back, RECORDS, &err), count);
	assert_memory_equal(back, records, count * sizeof(records[0]));
	assert_int_equal(err, end);
}

#endif
