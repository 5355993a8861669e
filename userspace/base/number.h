/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whole numbers, to text and from text. The put_ functions write at p, without a
 * terminator, and return the end.
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdint.h>
#include <string.h>

#define PUT_U64_MAX 20

/** put_u64() - at most PUT_U64_MAX bytes */
char *put_u64(char *p, uint64_t n);

#define PUT_GROUPED_MAX 26

/** put_grouped() - for people: 1,234,567; at most PUT_GROUPED_MAX bytes */
char *put_grouped(char *p, uint64_t n);

/** put_short() - in 5 columns: "9999", "12.3k", "999k", "99.9M" */
char *put_short(char *p, uint64_t n);

/** put_pairs - "000102" ... "99" */
extern const char put_pairs[201];

/** put_2() - n below 100 with exactly two digits */
static inline char *put_2(char *p, uint32_t n)
{
	memcpy(p, put_pairs + 2 * n, 2);
	return p + 2;
}

/** put_4() - n below 10,000 with exactly four digits */
static inline char *put_4(char *p, uint32_t n)
{
	return put_2(put_2(p, n / 100), n % 100);
}

/** put_digits() - n with exactly so many digits, leading zeros included */
char *put_digits(char *p, uint64_t n, unsigned int digits);

/** put_small_text - 0 to 255 as text, zero-terminated */
extern const char put_small_text[256][4];

/** put_small() - n up to 255; writes 4 bytes, of which at most 3 count */
static inline char *put_small(char *p, uint8_t n)
{
	memcpy(p, put_small_text[n], 4);
	return p + 1 + (n > 9) + (n > 99);
}

#define NUMBER_TEXT_MAX 32 /* what any put_ function writes of a number, or of a span */

/** struct number_text - a number as printf() wants it */
struct number_text {
	char s[NUMBER_TEXT_MAX + 1];
};

/** number_text() - what @put writes, zero-terminated: number_text(put_grouped, n).s */
static inline struct number_text number_text(char *(*put)(char *p, uint64_t n), uint64_t n)
{
	struct number_text text;

	*put(text.s, n) = '\0';
	return text;
}

/** plural() - "s" unless there is one */
static inline const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/**
 * number_parse() - "80"
 * @s: what the user wrote: no sign, no space, no unit
 * @max: the highest number that is taken
 * @n: set
 *
 * Return: 0 or -EINVAL
 */
int number_parse(const char *s, uint64_t max, uint64_t *n);

#endif
