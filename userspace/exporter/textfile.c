// SPDX-License-Identifier: GPL-2.0
/*
 * Writes the text file that node_exporter reads. It is written beside under another name and
 * then renamed, so that node_exporter sees the old file or the new one, never a half of it.
 */
#include "userspace/exporter/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* The collector takes no name that does not end in .prom: this one is ours alone. */
#define BESIDE TEXTFILE_NAME ".new"

static int write_all(int fd, const char *data, size_t len)
{
	ssize_t n;

	for (; len; data += n, len -= (size_t)n) {
		n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			return -errno;
	}
	return 0;
}

static int write_beside(int dir, const struct buf *text)
{
	int fd = openat(dir, BESIDE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	int err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, text->data, text->len);
	if (close(fd) && !err)
		err = -errno;
	if (err)
		unlinkat(dir, BESIDE, 0);
	return err;
}

int textfile_write(const char *directory, const struct metrics *metrics, uint64_t begun_ns)
{
	int dir = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct buf text;
	int err;

	if (dir < 0)
		return -errno;
	buf_init(&text, NULL);
	metrics_text(&text, metrics, false, begun_ns);
	err = text.error ? -text.error : write_beside(dir, &text);
	if (!err && renameat(dir, BESIDE, dir, TEXTFILE_NAME))
		err = -errno;
	buf_free(&text);
	close(dir);
	return err;
}
