/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON Lines: one object per line, put together without a tree.
 *
 *	json_begin(&json, &buf);
 *	json_u64(&json, "pid", 17);
 *	json_array(&json, "ports");
 *	json_u64(&json, NULL, 80);
 *	json_end_array(&json);
 *	json_end(&json);
 *
 * gives {"v":2,"pid":17,"ports":[80]} and a newline. Inside an array @key is NULL.
 * Keys are written as they are: they must need no escape.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "userspace/base/buf.h"
#include "userspace/base/clock.h"

/**
 * struct json - a line in the making
 * @out: where it goes; buf_flush() is the caller's
 * @comma: the next value must be set off from one before it
 */
struct json {
	struct buf *out;
	bool comma;
};

#define JSON_VERSION 2 /* raised when a field's meaning or type changes, or it goes */

/** json_begin() - a line's outer object, and its first field: "v", JSON_VERSION */
void json_begin(struct json *j, struct buf *out);
void json_end(struct json *j);

void json_object(struct json *j, const char *key);
void json_end_object(struct json *j);
void json_array(struct json *j, const char *key);
void json_end_array(struct json *j);

/**
 * json_str() - a string that may hold anything
 *
 * Control characters are escaped; bytes that are not UTF-8 become U+FFFD.
 */
void json_str(struct json *j, const char *key, const char *s);

/** json_strn() - likewise, of at most @n bytes; ends before them at a zero byte */
void json_strn(struct json *j, const char *key, const char *s, size_t n);

void json_bool(struct json *j, const char *key, bool b);

/** json_flag() - true if it is so, else nothing */
static inline void json_flag(struct json *j, const char *key, bool b)
{
	if (b)
		json_bool(j, key, true);
}

/** json_fixed() - n / 10^decimals, e.g. (1500000, 9) is 0.001500000 */
void json_fixed(struct json *j, const char *key, int64_t n, unsigned int decimals);

/** json_seconds() - a span of nanoseconds, in seconds */
void json_seconds(struct json *j, const char *key, uint64_t ns);

/** json_address() - "192.0.2.1" */
void json_address(struct json *j, const char *key, const uint8_t address[16]);

/** json_time() - the time of a record; the clock must be a UTC one */
void json_time(struct json *j, const char *key, struct clock *clock, uint64_t time_ns);

/** json_tcp_flags() - "SYN,ACK" */
void json_tcp_flags(struct json *j, const char *key, uint8_t flags);

/** json_error() - "error" and "errno", neither of them for 0; a number may have no name */
void json_error(struct json *j, unsigned int error);

/** json_task() - an object with "pid" and "comm" */
void json_task(struct json *j, const char *key, uint32_t pid, const char comm[16]);

/** json_value() - the place for one value that the caller writes, at most @max bytes of it */
static inline char *json_value(struct json *j, const char *key, size_t max)
{
	size_t len = key ? strlen(key) : 0; /* mostly known when compiling */
	char *p = buf_room(j->out, max + len + 4);

	if (j->comma)
		*p++ = ',';
	j->comma = true;
	if (key) {
		*p++ = '"';
		p = put_mem(p, key, len);
		*p++ = '"';
		*p++ = ':';
	}
	return p;
}

static inline void json_u64(struct json *j, const char *key, uint64_t n)
{
	buf_end(j->out, put_u64(json_value(j, key, PUT_U64_MAX), n));
}

/** json_nonzero() - a number, or nothing */
static inline void json_nonzero(struct json *j, const char *key, uint64_t n)
{
	if (n)
		json_u64(j, key, n);
}

/** json_text() - the place for a string of at most @max bytes that needs no escape */
static inline char *json_text(struct json *j, const char *key, size_t max)
{
	char *p = json_value(j, key, max + 2);

	*p++ = '"';
	return p;
}

/** json_end_text() - the string ends at @p */
static inline void json_end_text(struct json *j, char *p)
{
	*p++ = '"';
	buf_end(j->out, p);
}

/** json_word() - a string of which the caller knows that it is short and needs no escape */
static inline void json_word(struct json *j, const char *key, const char *s)
{
	size_t len = strlen(s);

	json_end_text(j, put_mem(json_text(j, key, len), s, len));
}

#endif
