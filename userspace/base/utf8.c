// SPDX-License-Identifier: GPL-2.0
/*
 * Characters, one after the other: each is plain ASCII, another safe character of UTF-8,
 * or a byte that is shown as \xNN. Who goes on by what shown() says never stops inside one.
 */
#include "userspace/base/utf8.h"

#include <string.h>

#include "userspace/base/buf.h"

#define HEX_WIDTH 4 /* \xNN */

bool utf8_output = true;

unsigned int utf8_decode(const char *s, size_t n, uint32_t *code)
{
	static const uint32_t smallest[UTF8_MAX + 1] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t first = (uint8_t)*s;
	unsigned int length = first < 0x80 ? 1 :
			      first < 0xc2 ? 0 :
			      first < 0xe0 ? 2 :
			      first < 0xf0 ? 3 :
			      first < 0xf5 ? 4 :
					     0;

	if (!length || length > n)
		return 0;
	*code = length == 1 ? first : first & (0x7fU >> length);
	for (unsigned int i = 1; i < length; i++) {
		if (((uint8_t)s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | ((uint8_t)s[i] & 0x3f);
	}
	if (*code < smallest[length] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return length;
}

char *put_utf8(char *p, uint32_t code)
{
	unsigned int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;

	*p++ = (char)(more ? (0xff00 >> (more + 1) & 0xff) | code >> 6 * more : code);
	while (more--)
		*p++ = (char)(0x80 | (code >> 6 * more & 0x3f));
	return p;
}

bool utf8_is_safe(uint32_t code)
{
	return code >= 0x20 && !(code >= 0x7f && code <= 0x9f) && code != 0x061c &&
	       !(code >= 0x200e && code <= 0x200f) && !(code >= 0x2028 && code <= 0x202e) &&
	       !(code >= 0x2066 && code <= 0x2069) && (code & 0xfffe) != 0xfffe;
}

/* Bytes of the character that @s begins with; 0 if its first byte is shown as \xNN. */
static unsigned int shown(const char *s, size_t n)
{
	unsigned int length;
	uint32_t code;

	if (utf8_is_plain(*s))
		return 1;
	if ((uint8_t)*s < 0x80 || !utf8_output)
		return 0;
	length = utf8_decode(s, n, &code);
	return length && utf8_is_safe(code) ? length : 0;
}

char *put_unplain(char *p, const char *stop, const char *s, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	unsigned int length = shown(s, n);

	if (!*s || stop - p < (length ? (ptrdiff_t)length : HEX_WIDTH))
		return p;
	if (length)
		return put_safe(put_mem(p, s, length), stop, s + length, n - length);
	p = put_str(p, "\\x");
	*p++ = digits[(uint8_t)*s >> 4];
	*p++ = digits[*s & 15];
	return put_safe(p, stop, s + 1, n - 1);
}

void buf_safe(struct buf *b, const char *s, size_t n)
{
	size_t part;
	char *p;

	for (n = strnlen(s, n); n; s += part, n -= part) {
		part = utf8_fit(s, n, BUF_ROOM_MAX / UTF8_MAX / HEX_WIDTH);
		p = buf_room(b, PUT_SAFE_MAX(part));
		buf_end(b, put_safe(p, p + PUT_SAFE_MAX(part), s, part));
	}
}

size_t utf8_fit(const char *s, size_t n, size_t columns)
{
	size_t at = 0;
	unsigned int length;

	while (at < n && columns) {
		length = shown(s + at, n - at);
		if (!length && columns < HEX_WIDTH)
			break;
		columns -= length ? 1 : HEX_WIDTH;
		at += length ? length : 1;
	}
	return at;
}
