// SPDX-License-Identifier: GPL-2.0
/* What any output has to be. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "userspace/base/array.h"

/* Show where it is wrong, and what it looks like there. */
static void fail(const struct buf *out, size_t at, const char *what)
{
	size_t i, from = at > 80 ? at - 80 : 0;

	fprintf(stderr, "output byte %zu: %s: ", at, what);
	for (i = from; i < out->len && i < at + 20; i++)
		fprintf(stderr, out->data[i] >= ' ' && out->data[i] < 127 ? "%c" : "\\x%02x",
			(unsigned char)out->data[i]);
	fputc('\n', stderr);
	abort();
}

/* Bytes of the UTF-8 character there (RFC 3629), 0 if it is none; its number in *@code. */
static size_t utf8(const char *s, size_t left, uint32_t *code)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char c = (unsigned char)*s;
	size_t length = c < 0x80 ? 1 :
			c < 0xc0 ? 0 :
			c < 0xe0 ? 2 :
			c < 0xf0 ? 3 :
			c < 0xf8 ? 4 :
				   0;
	size_t i;

	if (!length || length > left)
		return 0;
	*code = length == 1 ? c : c & (0x7fU >> length);
	for (i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	if (*code < least[length] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000))
		return 0;
	return length;
}

/* Controls of ASCII and of Latin-1, those that turn the direction of writing or end a line. */
static bool is_obeyed(uint32_t code)
{
	return (code < 0x20 && code != '\n') || (code >= 0x7f && code < 0xa0) || code == 0x61c ||
	       code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069);
}

void fuzz_check_text(const struct buf *out)
{
	size_t at, length;
	uint32_t code;

	for (at = 0; at < out->len; at += length) {
		length = utf8(out->data + at, out->len - at, &code);
		if (!length)
			fail(out, at, "not UTF-8");
		if (is_obeyed(code))
			fail(out, at, "a terminal would obey this");
	}
}

static size_t value(const struct buf *out, size_t at, unsigned int depth);

static char peek(const struct buf *out, size_t at)
{
	return at < out->len ? out->data[at] : '\0';
}

static size_t string(const struct buf *out, size_t at)
{
	size_t length;
	uint32_t code;

	if (peek(out, at++) != '"')
		fail(out, at - 1, "no string");
	while (peek(out, at) != '"') {
		if (peek(out, at) == '\\') {
			at++;
			if (!strchr("\"\\/bfnrtu", peek(out, at)) || !peek(out, at))
				fail(out, at, "no such escape");
			if (peek(out, at) == 'u' &&
			    (out->len - at < 5 ||
			     strspn(out->data + at + 1, "0123456789abcdefABCDEF") < 4))
				fail(out, at, "four digits have to follow");
			at++;
			continue;
		}
		length = at < out->len ? utf8(out->data + at, out->len - at, &code) : 0;
		if (!length || code < 0x20 || is_obeyed(code))
			fail(out, at, "not what a string may hold");
		at += length;
	}
	return at + 1;
}

static size_t digits(const struct buf *out, size_t at)
{
	if (peek(out, at) < '0' || peek(out, at) > '9')
		fail(out, at, "no digit");
	while (peek(out, at) >= '0' && peek(out, at) <= '9')
		at++;
	return at;
}

static size_t number(const struct buf *out, size_t at)
{
	if (peek(out, at) == '-')
		at++;
	at = peek(out, at) == '0' ? at + 1 : digits(out, at);
	if (peek(out, at) == '.')
		at = digits(out, at + 1);
	return at;
}

static size_t members(const struct buf *out, size_t at, char close, unsigned int depth)
{
	at++;
	if (peek(out, at) == close)
		return at + 1;
	for (;;) {
		if (close == '}') {
			at = string(out, at);
			if (peek(out, at++) != ':')
				fail(out, at - 1, "no colon");
		}
		at = value(out, at, depth + 1);
		if (peek(out, at) == close)
			return at + 1;
		if (peek(out, at++) != ',')
			fail(out, at - 1, "no comma");
	}
}

static size_t value(const struct buf *out, size_t at, unsigned int depth)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t i;

	if (depth > 16)
		fail(out, at, "too deep");
	if (peek(out, at) == '{')
		return members(out, at, '}', depth);
	if (peek(out, at) == '[')
		return members(out, at, ']', depth);
	if (peek(out, at) == '"')
		return string(out, at);
	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (out->len - at >= strlen(words[i]) &&
		    !memcmp(out->data + at, words[i], strlen(words[i])))
			return at + strlen(words[i]);
	return number(out, at);
}

void fuzz_check_json(const struct buf *out)
{
	size_t at = 0;

	while (at < out->len) {
		if (peek(out, at) != '{')
			fail(out, at, "no object");
		at = value(out, at, 0);
		if (peek(out, at++) != '\n')
			fail(out, at - 1, "no end of line");
	}
}

static size_t word(const struct buf *out, size_t at)
{
	size_t from = at;

	while (at < out->len && (isalnum((unsigned char)out->data[at]) || out->data[at] == '_' ||
				 out->data[at] == ':'))
		at++;
	if (at == from || isdigit((unsigned char)out->data[from]))
		fail(out, at, "no name");
	return at;
}

static size_t labels(const struct buf *out, size_t at)
{
	do {
		at = word(out, at + 1);
		if (peek(out, at) != '=' || peek(out, at + 1) != '"')
			fail(out, at, "no value of a label");
		for (at += 2; peek(out, at) != '"'; at++)
			if (peek(out, at) == '\n' || !peek(out, at) ||
			    (peek(out, at) == '\\' && !strchr("\"\\n", peek(out, ++at))))
				fail(out, at, "not what a label may hold");
		at++;
	} while (peek(out, at) == ',');
	if (peek(out, at) != '}')
		fail(out, at, "no end of the labels");
	return at + 1;
}

void fuzz_check_expo(const struct buf *out)
{
	size_t at = 0;

	while (at < out->len) {
		if (peek(out, at) == '#') {
			while (peek(out, at) && peek(out, at) != '\n')
				at++;
		} else {
			at = word(out, at);
			if (peek(out, at) == '{')
				at = labels(out, at);
			if (peek(out, at) != ' ')
				fail(out, at, "no space");
			at = number(out, at + 1);
		}
		if (peek(out, at++) != '\n')
			fail(out, at - 1, "no end of line");
	}
}

#define XML_DEPTH 32

struct xml {
	const struct buf *out;
	size_t open[XML_DEPTH]; /* where the names of the open elements begin */
	unsigned int depth;
};

static size_t name_length(const struct buf *out, size_t at)
{
	size_t from = at;

	while (isalnum((unsigned char)peek(out, at)) ||
	       (peek(out, at) && strchr("-:_", peek(out, at))))
		at++;
	if (at == from)
		fail(out, at, "no name");
	return at - from;
}

static size_t entity(const struct buf *out, size_t at)
{
	static const char *const known[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (out->len - at >= strlen(known[i]) &&
		    !memcmp(out->data + at, known[i], strlen(known[i])))
			return at + strlen(known[i]);
	fail(out, at, "no such entity");
	return 0;
}

/* Attributes up to '>', '/' or '?'. */
static size_t attributes(const struct buf *out, size_t at)
{
	while (peek(out, at) == ' ' || peek(out, at) == '\n') {
		at++;
		if (peek(out, at) && strchr(" \n/>?", peek(out, at)))
			continue;
		at += name_length(out, at);
		if (peek(out, at) != '=' || peek(out, at + 1) != '"')
			fail(out, at, "no value of an attribute");
		for (at += 2; peek(out, at) != '"';) {
			if (!peek(out, at) || peek(out, at) == '<')
				fail(out, at, "not what an attribute may hold");
			at = peek(out, at) == '&' ? entity(out, at) : at + 1;
		}
		at++;
	}
	return at;
}

static size_t tag(struct xml *x, size_t at)
{
	const struct buf *out = x->out;
	bool ends = peek(out, at + 1) == '/', declares = peek(out, at + 1) == '?';
	size_t name = at + 1 + (ends || declares), length = name_length(out, name);

	at = attributes(out, name + length);
	if (ends) {
		if (!x->depth || name_length(out, x->open[--x->depth]) != length ||
		    memcmp(out->data + x->open[x->depth], out->data + name, length))
			fail(out, name, "another element is open");
	} else if (peek(out, at) == '/' || (declares && peek(out, at) == '?')) {
		at++;
	} else if (x->depth == XML_DEPTH) {
		fail(out, at, "too deep");
	} else {
		x->open[x->depth++] = name;
	}
	if (peek(out, at) != '>')
		fail(out, at, "no end of the tag");
	return at + 1;
}

void fuzz_check_xml(const struct buf *out)
{
	struct xml x = { .out = out };
	size_t at = 0;

	fuzz_check_text(out);
	while (at < out->len) {
		if (peek(out, at) == '<')
			at = tag(&x, at);
		else
			at = peek(out, at) == '&' ? entity(out, at) : at + 1;
	}
	if (x.depth)
		fail(out, at, "an element is left open");
}
