// SPDX-License-Identifier: GPL-2.0
/*
 * Output in blocks. Most output is millions of short lines, so the cost of a byte counts: a
 * caller reserves room once (buf_room()), writes words and numbers there, and hands the end
 * back. With a file the block leaves when it is full; without a file it grows.
 */
#include "userspace/base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#define BLOCK (64 * 1024)

void buf_init(struct buf *b, FILE *file)
{
	*b = (struct buf){ .file = file };
}

void buf_free(struct buf *b)
{
	if (b->size)
		free(b->data);
	*b = (struct buf){ 0 };
}

static void fail(struct buf *b, int error)
{
	if (!b->error)
		b->error = error ? error : EIO;
	b->len = 0;
}

static void send(struct buf *b)
{
	errno = 0;
	if (!b->error && b->len && fwrite(b->data, 1, b->len, b->file) != b->len)
		fail(b, errno);
	b->len = 0;
}

int buf_flush(struct buf *b)
{
	if (b->file) {
		send(b);
		if (!b->error && fflush(b->file))
			fail(b, errno);
	}
	return -b->error;
}

static bool grow(struct buf *b, size_t size)
{
	char *data = size > b->size ? realloc(b->size ? b->data : NULL, size) : NULL;

	if (!data)
		return false;
	b->data = data;
	b->size = size;
	return true;
}

char *buf_make_room(struct buf *b)
{
	static char nowhere[BUF_ROOM_MAX]; /* written when there is no memory, never read */

	if (b->error)
		b->len = 0;
	else if (b->file && b->size)
		send(b);
	else if (!grow(b, b->file ? BLOCK : b->size ? b->size * 2 : 2 * BUF_ROOM_MAX))
		fail(b, ENOMEM);
	if (!b->size)
		b->data = nowhere;
	return b->data + b->len;
}

const char *buf_string(struct buf *b)
{
	*buf_room(b, 1) = '\0';
	return b->error ? "" : b->data;
}

void buf_mem(struct buf *b, const char *s, size_t n)
{
	while (n) {
		size_t part = n < BUF_ROOM_MAX ? n : BUF_ROOM_MAX;

		buf_end(b, put_mem(buf_room(b, part), s, part));
		s += part;
		n -= part;
	}
}

void buf_u64(struct buf *b, uint64_t n)
{
	buf_end(b, put_u64(buf_room(b, PUT_U64_MAX), n));
}

void buf_printf(struct buf *b, const char *format, ...)
{
	char *p = buf_room(b, 1024);
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(p, 1024, format, args);
	va_end(args);
	if (n > 0)
		buf_end(b, p + (n < 1024 ? n : 1023));
}
