// SPDX-License-Identifier: GPL-2.0
/*
 * Foreign text for a terminal. Each character is kept if it is valid UTF-8 and prints;
 * each byte of anything else becomes \xNN. So no name can move the cursor, change a
 * colour, reverse the text or end the line.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "userspace/base/escape.h"

/* How many bytes the character there has; 0 if it is none that may be shown. */
static size_t shown(const unsigned char *s, size_t length)
{
	static const uint32_t smallest[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t code;
	size_t n, i;

	if (s[0] < 0x80)
		return s[0] >= ' ' && s[0] != 0x7f;
	n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (s[0] < 0xc2 || s[0] > 0xf4 || n > length)
		return 0;
	code = s[0] & (0xff >> (n + 1));
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	if (code < smallest[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ||
	    code < 0xa0)
		return 0;
	/* What changes the direction of the text, or separates lines. */
	if ((code >= 0x200e && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
	    (code >= 0x2066 && code <= 0x2069))
		return 0;
	return n;
}

size_t escape(char *to, size_t size, const char *from, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *s = (const unsigned char *)from;
	size_t at = 0, n;
	char hex[4] = "\\x";

	length = strnlen(from, length);
	for (; length; s += n ? n : 1, length -= n ? n : 1) {
		n = shown(s, length);
		if (at + (n ? n : sizeof(hex)) >= size)
			break;
		if (n) {
			memcpy(to + at, s, n);
			at += n;
			continue;
		}
		hex[2] = digits[*s >> 4];
		hex[3] = digits[*s & 15];
		memcpy(to + at, hex, sizeof(hex));
		at += sizeof(hex);
	}
	to[at] = '\0';
	return at;
}
