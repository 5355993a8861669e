// SPDX-License-Identifier: GPL-2.0
/*
 * Output in blocks, and numbers as text.
 *
 * Most output is millions of short lines, so the cost of a byte counts: a caller reserves
 * room once (buf_room()), writes digits and words there, and hands the end back. Numbers
 * are written in pairs of digits from a table. With a file the block leaves when it is
 * full; without a file it grows.
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

/* "0" to "255" */
#define TEN(t) t "0", t "1", t "2", t "3", t "4", t "5", t "6", t "7", t "8", t "9"

const char put_small_text[256][4] = {
	TEN(""),   TEN("1"),  TEN("2"),	 TEN("3"),  TEN("4"),  TEN("5"),  TEN("6"),  TEN("7"),
	TEN("8"),  TEN("9"),  TEN("10"), TEN("11"), TEN("12"), TEN("13"), TEN("14"), TEN("15"),
	TEN("16"), TEN("17"), TEN("18"), TEN("19"), TEN("20"), TEN("21"), TEN("22"), TEN("23"),
	TEN("24"), "250",     "251",	 "252",	    "253",     "254",	  "255",
};

const char put_pairs[201] = "00010203040506070809"
			    "10111213141516171819"
			    "20212223242526272829"
			    "30313233343536373839"
			    "40414243444546474849"
			    "50515253545556575859"
			    "60616263646566676869"
			    "70717273747576777879"
			    "80818283848586878889"
			    "90919293949596979899";

/* Below 10,000, without zeros in front. */
static char *put_first(char *p, uint32_t n)
{
	uint32_t hundreds = n / 100;

	if (n < 10) {
		*p = (char)('0' + n);
		return p + 1;
	}
	if (n < 100)
		return put_2(p, n);
	if (hundreds < 10)
		*p++ = (char)('0' + hundreds);
	else
		p = put_2(p, hundreds);
	return put_2(p, n % 100);
}

char *put_u64(char *p, uint64_t n)
{
	if (n < 10000)
		return put_first(p, (uint32_t)n);
	if (n < 100000000) {
		p = put_first(p, (uint32_t)n / 10000);
		return put_4(p, (uint32_t)n % 10000);
	}
	p = put_u64(p, n / 100000000);
	p = put_4(p, (uint32_t)(n % 100000000) / 10000);
	return put_4(p, (uint32_t)(n % 100000000) % 10000);
}

char *put_grouped(char *p, uint64_t n)
{
	if (n < 1000)
		return put_u64(p, n);
	p = put_grouped(p, n / 1000);
	*p++ = ',';
	return put_digits(p, n % 1000, 3);
}

char *put_digits(char *p, uint64_t n, unsigned int digits)
{
	for (unsigned int i = digits; i--; n /= 10)
		p[i] = (char)('0' + n % 10);
	return p + digits;
}
