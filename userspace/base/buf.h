/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A block of output: text is put together here by hand, many lines at a time,
 * and leaves by one fwrite(). Without a file it is a string that grows.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "userspace/base/number.h"

/**
 * struct buf - output that has not left yet
 * @data: the bytes, not zero-terminated (see buf_string())
 * @len: how many there are
 * @size: how many there is room for
 * @file: where buf_flush() sends them, or NULL: keep all
 * @error: the first error (positive errno), 0 if there was none; what comes after it
 *	is not kept
 */
struct buf {
	char *data;
	size_t len;
	size_t size;
	FILE *file;
	int error;
};

void buf_init(struct buf *b, FILE *file);

/** buf_flush() - send everything to the file; 0 or -errno (the first ever) */
int buf_flush(struct buf *b);

/** buf_free() - what has not been flushed is lost */
void buf_free(struct buf *b);

/** buf_string() - what is in it, zero-terminated; "" after an error */
const char *buf_string(struct buf *b);

#define BUF_ROOM_MAX 4096

char *buf_make_room(struct buf *b); /* the slow part of buf_room() */

/**
 * buf_room() - a place to write to
 * @b: the buffer
 * @n: bytes that the caller will write at most; up to BUF_ROOM_MAX
 *
 * The caller writes there and hands the end to buf_end(). After an error the
 * bytes go nowhere, but there is always room.
 */
static inline char *buf_room(struct buf *b, size_t n)
{
	return b->size - b->len >= n && !b->error ? b->data + b->len : buf_make_room(b);
}

static inline void buf_end(struct buf *b, const char *end)
{
	b->len = (size_t)(end - b->data);
}

void buf_mem(struct buf *b, const char *s, size_t n);

static inline void buf_str(struct buf *b, const char *s)
{
	buf_mem(b, s, strlen(s));
}

static inline void buf_char(struct buf *b, char c)
{
	char *p = buf_room(b, 1);

	*p = c;
	buf_end(b, p + 1);
}

void buf_u64(struct buf *b, uint64_t n);

/** buf_printf() - for what is rare: at most 1023 bytes */
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * The put_ functions write at p, without a terminator, and return the end.
 */

static inline char *put_mem(char *p, const char *s, size_t n)
{
	memcpy(p, s, n);
	return p + n;
}

static inline char *put_str(char *p, const char *s)
{
	return put_mem(p, s, strlen(s));
}

#define PUT_PAD_MAX 32

/**
 * put_pad() - spaces up to @to; none if p is there already
 *
 * Writes PUT_PAD_MAX bytes: there must be room for them, and @to must not be
 * farther away.
 */
static inline char *put_pad(char *p, char *to)
{
	if (p >= to)
		return p;
	memset(p, ' ', PUT_PAD_MAX);
	return to;
}

#endif
