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
 * gives {"pid":17,"ports":[80]} and a newline. Inside an array @key is NULL.
 * Keys are written as they are: they must need no escape.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "userspace/base/buf.h"

/**
 * struct json - a line in the making
 * @out: where it goes; buf_flush() is the caller's
 * @comma: the next value must be set off from one before it
 */
struct json {
	struct buf *out;
	bool comma;
};

/** json_begin() - a line's outer object */
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

/** json_word() - a string of which the caller knows that it is short and needs no escape */
static inline void json_word(struct json *j, const char *key, const char *s);

static inline void json_u64(struct json *j, const char *key, uint64_t n);
void json_i64(struct json *j, const char *key, int64_t n);
void json_bool(struct json *j, const char *key, bool b);
void json_null(struct json *j, const char *key);

/** json_fixed() - n / 10^decimals, e.g. (1500000, 9) is 0.001500000 */
void json_fixed(struct json *j, const char *key, int64_t n, unsigned int decimals);

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

static inline void json_word(struct json *j, const char *key, const char *s)
{
	size_t len = strlen(s);
	char *p = json_value(j, key, len + 2);

	*p++ = '"';
	p = put_mem(p, s, len);
	*p++ = '"';
	buf_end(j->out, p);
}

#endif
