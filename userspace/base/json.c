// SPDX-License-Identifier: GPL-2.0
/*
 * JSON, one line at a time, straight into the buffer. The only state is whether the next
 * value needs a comma. A string may hold any bytes: what is not UTF-8 becomes U+FFFD, so
 * that each line is valid JSON whatever a process calls itself.
 */
#include "userspace/base/json.h"

static void open_bracket(struct json *j, const char *key, char bracket)
{
	char *p = json_value(j, key, 1);

	*p++ = bracket;
	buf_end(j->out, p);
	j->comma = false;
}

static void close_bracket(struct json *j, char bracket)
{
	buf_char(j->out, bracket);
	j->comma = true;
}

void json_begin(struct json *j, struct buf *out)
{
	*j = (struct json){ .out = out };
	open_bracket(j, NULL, '{');
}

void json_end(struct json *j)
{
	close_bracket(j, '}');
	buf_char(j->out, '\n');
	j->comma = false;
}

void json_object(struct json *j, const char *key)
{
	open_bracket(j, key, '{');
}

void json_end_object(struct json *j)
{
	close_bracket(j, '}');
}

void json_array(struct json *j, const char *key)
{
	open_bracket(j, key, '[');
}

void json_end_array(struct json *j)
{
	close_bracket(j, ']');
}

/*
 * Length of the UTF-8 sequence at s, of which n bytes are there; 0 if it is
 * none (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
 */
static unsigned int utf8_length(const unsigned char *s, size_t n)
{
	unsigned int length = s[0] < 0x80 ? 1 :
			      s[0] < 0xc2 ? 0 :
			      s[0] < 0xe0 ? 2 :
			      s[0] < 0xf0 ? 3 :
			      s[0] < 0xf5 ? 4 :
					    0;

	if (length > n)
		return 0;
	for (unsigned int i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return length;
}

static char *put_escape(char *p, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";

	*p++ = '\\';
	switch (c) {
	case '"':
	case '\\':
		*p++ = (char)c;
		return p;
	case '\n':
		*p++ = 'n';
		return p;
	case '\t':
		*p++ = 't';
		return p;
	}
	p = put_str(p, "u00");
	*p++ = hex[c >> 4];
	*p++ = hex[c & 15];
	return p;
}

void json_strn(struct json *j, const char *key, const char *string, size_t n)
{
	const unsigned char *s = (const unsigned char *)string;
	char *p = json_value(j, key, 1);

	*p++ = '"';
	buf_end(j->out, p);
	n = strnlen(string, n);
	while (n) {
		unsigned int length = utf8_length(s, n);

		p = buf_room(j->out, 8);
		if (!length)
			p = put_str(p, "\xef\xbf\xbd");
		else if (*s < 0x20 || *s == '"' || *s == '\\' || *s == 0x7f)
			p = put_escape(p, *s);
		else
			p = put_mem(p, (const char *)s, length);
		buf_end(j->out, p);
		length += !length;
		s += length;
		n -= length;
	}
	buf_char(j->out, '"');
}

void json_str(struct json *j, const char *key, const char *s)
{
	json_strn(j, key, s, strlen(s));
}

void json_i64(struct json *j, const char *key, int64_t n)
{
	json_fixed(j, key, n, 0);
}

void json_bool(struct json *j, const char *key, bool b)
{
	buf_end(j->out, put_str(json_value(j, key, 5), b ? "true" : "false"));
}

void json_null(struct json *j, const char *key)
{
	buf_end(j->out, put_str(json_value(j, key, 4), "null"));
}

void json_fixed(struct json *j, const char *key, int64_t n, unsigned int decimals)
{
	char *p = json_value(j, key, 2 * PUT_U64_MAX + 2);
	uint64_t magnitude = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	uint64_t unit = 1;

	for (unsigned int i = 0; i < decimals; i++)
		unit *= 10;
	if (n < 0)
		*p++ = '-';
	p = put_u64(p, magnitude / unit);
	if (decimals) {
		*p++ = '.';
		p = put_digits(p, magnitude % unit, decimals);
	}
	buf_end(j->out, p);
}
