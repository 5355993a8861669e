/* SPDX-License-Identifier: GPL-2.0 */
/*
 * UTF-8, and text that others chose: a process's name, its command line, a path. A
 * terminal would obey what such a text holds: move its cursor, clear itself, show a line
 * that nobody printed. So all output for people passes put_safe() or buf_safe().
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

#define UTF8_MAX 4 /* bytes of a character */

/**
 * utf8_decode() - the character that a text begins with
 * @s: the text
 * @n: its bytes
 * @code: set to the character's number
 *
 * Return: the character's bytes; 0 if they are not UTF-8 as RFC 3629 has it: no overlong
 * forms, no surrogates, nothing above U+10FFFF
 */
unsigned int utf8_decode(const char *s, size_t n, uint32_t *code);

/** put_utf8() - a character, UTF8_MAX bytes at most; returns the end */
char *put_utf8(char *p, uint32_t code);

/**
 * utf8_is_safe() - can a terminal be given this character?
 *
 * Not the control characters C0, DEL and C1, not what changes the direction of the text
 * or separates lines, and no noncharacters, which XML forbids.
 */
bool utf8_is_safe(uint32_t code);

/** utf8_output - false: whoever reads this program's output knows ASCII alone */
extern bool utf8_output;

static inline bool utf8_is_plain(char c)
{
	return (uint8_t)c >= 0x20 && (uint8_t)c < 0x7f;
}

char *put_unplain(char *p, const char *stop, const char *s, size_t n); /* of put_safe() */

/**
 * put_safe() - a text that may hold anything, made harmless
 * @p: where it is written, without a terminator
 * @stop: no further than there
 * @s: the text
 * @n: at most so many bytes of it; it ends before them at a zero byte
 *
 * Bytes that are no safe characters become \xNN. Nothing is cut in half.
 *
 * Return: the end
 */
static inline char *put_safe(char *p, const char *stop, const char *s, size_t n)
{
	const char *end = s + n, *run = stop - p < end - s ? s + (stop - p) : end;

	while (s < run && utf8_is_plain(*s))
		*p++ = *s++;
	return s < run && *s ? put_unplain(p, stop, s, (size_t)(end - s)) : p;
}

#define PUT_SAFE_MAX(n) (4 * (n)) /* what @n bytes can come to */

/** buf_safe() - likewise, to the end of a buffer */
void buf_safe(struct buf *b, const char *s, size_t n);

/**
 * utf8_fit() - how much of a text fits in so many columns
 *
 * Each character is counted as one column, but four where put_safe() writes \xNN.
 *
 * Return: bytes of @s, up to @n
 */
size_t utf8_fit(const char *s, size_t n, size_t columns);

#endif
