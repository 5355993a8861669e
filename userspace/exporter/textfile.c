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

static int write_beside(int dir, const struct metrics *metrics, uint64_t begun_ns)
{
	int fd = openat(dir, BESIDE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	struct buf text;
	int err;

	if (!file)
		return -errno;
	buf_init(&text, file);
	metrics_text(&text, metrics, false, begun_ns);
	err = buf_flush(&text);
	buf_free(&text);
	if (fclose(file) && !err)
		err = -errno;
	if (err)
		unlinkat(dir, BESIDE, 0);
	return err;
}

int textfile_write(const char *directory, const struct metrics *metrics, uint64_t begun_ns)
{
	int dir = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int err;

	if (dir < 0)
		return -errno;
	err = write_beside(dir, metrics, begun_ns);
	if (!err && renameat(dir, BESIDE, dir, TEXTFILE_NAME))
		err = -errno;
	close(dir);
	return err;
}
