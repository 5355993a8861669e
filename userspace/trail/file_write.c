// SPDX-License-Identifier: GPL-2.0
/* A trail is written to a file, in large blocks. */
#include "userspace/trail/tcptrail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/base/time.h"
#include "userspace/trail/file.h"
#include "userspace/trail/trail.h"

#define STRAIGHT (16 * 1024) /* bytes: what is larger is not copied into a block first */

/**
 * struct tcptrail_writer - a trail file that is being written
 * @fd: the file
 * @own: opened by us, and a regular file: may be cut back to whole records
 * @error: the first error (-errno); nothing is written after it
 * @written: bytes that are in the file
 * @filled: bytes in @block
 * @block: what has not been written yet
 */
struct tcptrail_writer {
	int fd;
	bool own;
	int error;
	uint64_t written;
	size_t filled;
	uint8_t block[FILE_BLOCK];
};

/* What is left of a record after an error goes: readers shall find whole ones. */
static int fail(struct tcptrail_writer *w, int error)
{
	uint64_t whole = 0;

	w->error = error;
	w->filled = 0;
	if (w->written > sizeof(struct file_header))
		whole = w->written - w->written % sizeof(struct tcptrail_record);
	if (w->own && whole && whole < w->written && ftruncate(w->fd, (off_t)whole) == 0)
		w->written = whole;
	return error;
}

static int put(struct tcptrail_writer *w, const void *data, size_t size)
{
	const uint8_t *p = data;

	while (size) {
		ssize_t n = write(w->fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(w, n ? -errno : -EIO);
		w->written += (size_t)n;
		p += n;
		size -= (size_t)n;
	}
	return 0;
}

int tcptrail_flush(struct tcptrail_writer *w)
{
	size_t filled = w->filled;

	w->filled = 0;
	return w->error ? w->error : put(w, w->block, filled);
}

static int append(struct tcptrail_writer *w, const void *data, size_t size)
{
	if (w->error)
		return w->error;
	if (size >= STRAIGHT || size > sizeof(w->block) - w->filled) {
		int err = tcptrail_flush(w);

		if (err)
			return err;
	}
	if (size >= STRAIGHT)
		return put(w, data, size);
	memcpy(w->block + w->filled, data, size);
	w->filled += size;
	return 0;
}

int tcptrail_write(struct tcptrail_writer *w, const struct tcptrail_record *records, size_t count)
{
	return append(w, records, count * sizeof(*records));
}

static int write_header(struct tcptrail_writer *w, struct tcptrail *trail)
{
	struct file_header h = {
		.byte_order = FILE_BYTE_ORDER,
		.version_major = FILE_VERSION_MAJOR,
		.version_minor = FILE_VERSION_MINOR,
		.header_size = sizeof(h),
		.record_size = sizeof(struct tcptrail_record),
		.created_ns = time_now_ns(),
		.info_size = sizeof(h.info),
		.info = { .abi_major = TCPTRAIL_ABI_MAJOR, .abi_minor = TCPTRAIL_ABI_MINOR },
	};
	struct tcptrail_origin origin;
	int err = 0;

	if (trail) {
		origin = *tcptrail_origin(trail);
		err = tcptrail_get_info(trail, &h.info);
	} else {
		tcptrail_origin_here(&origin);
		origin.netns = 0;
	}
	if (err)
		return err;
	memcpy(h.magic, FILE_MAGIC, sizeof(h.magic));
	h.realtime_offset_ns = origin.realtime_offset_ns;
	h.netns = origin.netns;
	memcpy(h.hostname, origin.hostname, sizeof(origin.hostname));
	memcpy(h.release, origin.release, sizeof(origin.release));
	err = append(w, &h, sizeof(h));
	return err ? err : tcptrail_flush(w);
}

static int open_path(struct tcptrail_writer *w, const char *path)
{
	struct stat st;

	if (!strcmp(path, "-")) {
		w->fd = STDOUT_FILENO;
		return 0;
	}
	w->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (w->fd < 0)
		return -errno;
	w->own = fstat(w->fd, &st) == 0 && S_ISREG(st.st_mode);
	return 0;
}

int tcptrail_create(struct tcptrail_writer **writer, const char *path, struct tcptrail *trail)
{
	struct tcptrail_writer *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	err = open_path(w, path);
	if (!err)
		err = write_header(w, trail);
	if (err) {
		if (w->fd > STDOUT_FILENO)
			close(w->fd);
		free(w);
		return err;
	}
	*writer = w;
	return 0;
}

int tcptrail_finish(struct tcptrail_writer *w)
{
	int err = tcptrail_flush(w);

	if (w->fd != STDOUT_FILENO && close(w->fd) && !err)
		err = -errno;
	free(w);
	return err;
}
