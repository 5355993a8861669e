// SPDX-License-Identifier: GPL-2.0
/*
 * A recorded trail. The records are returned where read() put them: nothing is
 * copied unless their size is not the one that we know. Not mapped: a file that
 * shrinks meanwhile would kill us, and a pipe cannot be.
 */
#include "userspace/trail/trail.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "userspace/trail/file.h"
#include "userspace/trail/layout.h"

/**
 * struct file - a trail file that is being read
 * @trail: what users see of it
 * @record_size: bytes from one record to the next
 * @foreign: written by a machine of the other byte order
 * @age_in_seq: of a version that has a snapshot's age in the record's seq
 * @ended: nothing more to read
 * @error: returned once the records before the damage have been, and then for ever
 * @used: bytes at the start of @block that the last call returned
 * @filled: bytes in @block
 * @block: what was read
 */
struct file {
	struct tcptrail trail;
	uint32_t record_size;
	bool foreign;
	bool age_in_seq;
	bool ended;
	int error;
	size_t used;
	size_t filled;
	uint8_t block[FILE_BLOCK] __attribute__((aligned(16)));
};

static struct file *to_file(struct tcptrail *trail)
{
	return (struct file *)trail;
}

/* One read() until the block holds @size bytes at most; -EINTR changes nothing. */
static int fill(struct file *f, size_t size)
{
	ssize_t n = read(f->trail.fd, f->block + f->filled, size - f->filled);

	if (n < 0)
		return -errno;
	f->filled += (size_t)n;
	f->ended = n == 0;
	return 0;
}

static void move_age(struct tcptrail_record *r)
{
	if (r->kind != TCPTRAIL_SNAPSHOT)
		return;
	record_set_min_age_ns(r, r->seq);
	r->seq = 0;
}

/* Records longer than ours (a later minor) close ranks; others are in place. */
static void convert(struct file *f, size_t count)
{
	struct tcptrail_record *records = (void *)f->block;

	if (f->record_size != sizeof(*records)) {
		for (size_t i = 1; i < count; i++)
			memmove(&records[i], f->block + i * f->record_size, sizeof(*records));
	}
	if (f->foreign) {
		for (size_t i = 0; i < count; i++)
			swap_record(&records[i]);
	}
	if (f->age_in_seq) {
		for (size_t i = 0; i < count; i++)
			move_age(&records[i]);
	}
}

/* How many of the records are whole: where a disk lost data there are zeros. */
static size_t count_good(const struct file *f, size_t count)
{
	const uint8_t *kind = f->block + offsetof(struct tcptrail_record, kind);

	for (size_t i = 0; i < count; i++, kind += f->record_size) {
		if (!*kind)
			return i;
	}
	return count;
}

static int file_read(struct tcptrail *trail, const struct tcptrail_record **batch)
{
	struct file *f = to_file(trail);
	size_t count, good;

	*batch = (void *)f->block;
	if (f->error)
		return f->error;
	f->filled -= f->used;
	memmove(f->block, f->block + f->used, f->filled); /* a part of a record */
	f->used = 0;
	while (!f->ended && f->filled < f->record_size) {
		int err = fill(f, sizeof(f->block));

		if (err)
			return err;
	}
	count = f->filled / f->record_size;
	if (!count) {
		f->error = f->filled ? -EBADMSG : 0;
		return f->error;
	}
	good = count_good(f, count);
	if (good < count)
		f->error = -EBADMSG;
	convert(f, good);
	f->used = count * f->record_size;
	return good ? (int)good : f->error;
}

/* A pipe may have nothing yet. */
static int file_wait(struct tcptrail *trail, int timeout_ms)
{
	struct pollfd p = { .fd = trail->fd, .events = POLLIN };
	int n = poll(&p, 1, timeout_ms);

	return n < 0 ? -errno : n;
}

static void file_close(struct tcptrail *trail)
{
	if (trail->fd > STDIN_FILENO)
		close(trail->fd);
	free(trail);
}

static const struct trail_source file_source = {
	.live = false,
	.read = file_read,
	.wait = file_wait,
	.close = file_close,
};

/* Read the file's first @size bytes; -EBADMSG if it is shorter. */
static int need(struct file *f, size_t size)
{
	while (f->filled < size) {
		int err = f->ended ? -EBADMSG : fill(f, size);

		if (err && err != -EINTR)
			return err;
	}
	return 0;
}

static void copy_origin(struct file *f, const struct file_header *h)
{
	struct tcptrail_origin *origin = &f->trail.origin;

	origin->realtime_offset_ns = h->realtime_offset_ns;
	origin->netns = h->netns;
	memcpy(origin->hostname, h->hostname, sizeof(origin->hostname) - 1);
	memcpy(origin->release, h->release, sizeof(origin->release) - 1);
}

static int copy_info(struct file *f, const struct file_header *h)
{
	size_t size = h->info_size < sizeof(h->info) ? h->info_size : sizeof(h->info);

	if (size < TCPTRAIL_INFO_MIN)
		return -EBADMSG;
	memcpy(&f->trail.info, &h->info, size);
	if (f->foreign)
		swap_info(&f->trail.info);
	if (f->trail.info.nports > TCPTRAIL_MAX_PORTS)
		return -EBADMSG;
	return f->trail.info.abi_major == TCPTRAIL_ABI_MAJOR ? 0 : -EPROTO;
}

static int read_header(struct file *f)
{
	struct file_header h;
	int err = need(f, sizeof(h));

	if (err)
		return err;
	memcpy(&h, f->block, sizeof(h));
	if (memcmp(h.magic, FILE_MAGIC, sizeof(h.magic)))
		return -EBADMSG;
	f->foreign = h.byte_order == __builtin_bswap32(FILE_BYTE_ORDER);
	if (f->foreign)
		swap_header(&h);
	if (h.byte_order != FILE_BYTE_ORDER)
		return -EBADMSG;
	if (h.version_major != FILE_VERSION_MAJOR)
		return -EPROTO;
	if (h.header_size < sizeof(h) || h.header_size > FILE_HEADER_MAX ||
	    !layout_record_size_ok(h.record_size))
		return -EBADMSG;
	f->record_size = h.record_size;
	f->age_in_seq = h.version_minor < 2;
	copy_origin(f, &h);
	err = copy_info(f, &h);
	if (!err)
		err = need(f, h.header_size);
	f->used = h.header_size;
	return err;
}

int tcptrail_open_file(struct tcptrail **trail, const char *path)
{
	struct file *f = calloc(1, sizeof(*f));
	int err = 0;

	if (!f)
		return -ENOMEM;
	f->trail.source = &file_source;
	f->trail.fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	if (f->trail.fd < 0)
		err = -errno;
	if (!err)
		err = read_header(f);
	if (err) {
		file_close(&f->trail);
		return err;
	}
	posix_fadvise(f->trail.fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	*trail = &f->trail;
	return 0;
}
