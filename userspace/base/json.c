// SPDX-License-Identifier: GPL-2.0
/*
 * JSON, one line at a time, straight into the buffer. The only state is whether the next
 * value needs a comma. A string may hold any bytes: what is not UTF-8 becomes U+FFFD, so
 * that each line is valid JSON whatever a process calls itself.
 */
#include "userspace/base/json.h"
#include "userspace/base/address.h"
#include "userspace/base/names.h"
#include "userspace/base/utf8.h"

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
	json_u64(j, "v", JSON_VERSION);
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

static char *put_escape(char *p, uint32_t code)
{
	static const char hex[] = "0123456789abcdef";

	*p++ = '\\';
	if (code == '"' || code == '\\') {
		*p++ = (char)code;
	} else if (code == '\n' || code == '\t') {
		*p++ = code == '\n' ? 'n' : 't';
	} else {
		*p++ = 'u';
		for (int shift = 12; shift >= 0; shift -= 4)
			*p++ = hex[code >> shift & 15];
	}
	return p;
}

/* A terminal shall not obey JSON, either: what is not safe is escaped. */
static char *put_unplain_char(char *p, const char *s, size_t n, unsigned int *length)
{
	uint32_t code;

	*length = utf8_decode(s, n, &code);
	if (!*length) {
		*length = 1;
		return put_utf8(p, 0xfffd);
	}
	if (code == '"' || code == '\\' || (!utf8_is_safe(code) && code < 0x10000))
		return put_escape(p, code);
	return put_mem(p, s, *length);
}

void json_strn(struct json *j, const char *key, const char *s, size_t n)
{
	char *p = json_value(j, key, 1);
	unsigned int length;

	*p++ = '"';
	buf_end(j->out, p);
	for (n = strnlen(s, n); n; s += length, n -= length) {
		p = buf_room(j->out, 8);
		length = 1;
		if (utf8_is_plain(*s) && *s != '"' && *s != '\\')
			*p++ = *s;
		else
			p = put_unplain_char(p, s, n, &length);
		buf_end(j->out, p);
	}
	buf_char(j->out, '"');
}

void json_str(struct json *j, const char *key, const char *s)
{
	json_strn(j, key, s, strlen(s));
}

void json_bool(struct json *j, const char *key, bool b)
{
	buf_end(j->out, put_str(json_value(j, key, 5), b ? "true" : "false"));
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

void json_seconds(struct json *j, const char *key, uint64_t ns)
{
	json_fixed(j, key, (int64_t)ns, 9);
}

void json_address(struct json *j, const char *key, const uint8_t address[16])
{
	json_end_text(j, put_address(json_text(j, key, ADDRESS_MAX), address));
}

void json_time(struct json *j, const char *key, struct clock *clock, uint64_t time_ns)
{
	json_end_text(j, put_rfc3339(json_text(j, key, PUT_RFC3339_MAX), clock, time_ns));
}

void json_tcp_flags(struct json *j, const char *key, uint8_t flags)
{
	json_end_text(j, put_tcp_flags(json_text(j, key, TCP_FLAGS_MAX), flags));
}

void json_error(struct json *j, unsigned int error)
{
	const char *name = error_key(error);

	if (!error)
		return;
	if (name)
		json_word(j, "error", name);
	json_u64(j, "errno", error);
}

void json_task(struct json *j, const char *key, uint32_t pid, const char comm[16])
{
	json_object(j, key);
	json_u64(j, "pid", pid);
	json_strn(j, "comm", comm, 16);
	json_end_object(j);
}
