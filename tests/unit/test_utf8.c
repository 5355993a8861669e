// SPDX-License-Identifier: GPL-2.0
/* UTF-8 taken apart and put together, and what of it a terminal is given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "userspace/base/array.h"
#include "userspace/base/buf.h"
#include "userspace/base/text.h"

/* Every character, there and back; none of the bytes that it has too few of. */
static void test_round_trip(void **state)
{
	char bytes[UTF8_MAX];
	uint32_t code, back;

	for (code = 0; code <= 0x10ffff; code++) {
		size_t n = (size_t)(put_utf8(bytes, code) - bytes);

		if (code >= 0xd800 && code <= 0xdfff) {
			assert_int_equal(utf8_decode(bytes, n, &back), 0);
			continue;
		}
		assert_int_equal(utf8_decode(bytes, n, &back), n);
		assert_int_equal(back, code);
		if (n > 1)
			assert_int_equal(utf8_decode(bytes, n - 1, &back), 0);
	}
}

static void test_not_utf8(void **state)
{
	static const char *const cases[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xc3(",
		"\xe0\x9f\xbf",
		"\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xe2\x28\xa1\x20",
		"\xff",
	};
	uint32_t code;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(utf8_decode(cases[i], strlen(cases[i]), &code), 0);
}

static void test_put_safe(void **state)
{
	static const struct {
		const char *from;
		size_t room;
		const char *to;
	} cases[] = {
		{ "plain", 99, "plain" },
		{ "", 99, "" },
		{ "a\x1b[2Jb\n\x7f", 99, "a\\x1b[2Jb\\x0a\\x7f" },
		{ "gr\xc3\xbc\xc3\x9f", 99, "gr\xc3\xbc\xc3\x9f" },
		{ "\xc2\x9b", 99, "\\xc2\\x9b" }, /* C1: begins a sequence, too */
		{ "\xe2\x80\xae", 99, "\\xe2\\x80\\xae" }, /* right to left from here */
		{ "\xd8\x9c", 99, "\\xd8\\x9c" }, /* Arabic letter mark */
		{ "\xef\xbf\xbf", 99, "\\xef\\xbf\\xbf" }, /* no character of XML */
		{ "\xed\xa0\x80\xc0\x80\xff", 99, "\\xed\\xa0\\x80\\xc0\\x80\\xff" },
		{ "\xf0\x9f\x90", 99, "\\xf0\\x9f\\x90" },
		{ "\xf0\x9f\x90\x8d", 99, "\xf0\x9f\x90\x8d" },
		{ "abcdef", 3, "abc" },
		{ "ab\x01", 5, "ab" },
		{ "ab\x01", 6, "ab\\x01" },
		{ "ab\xc3\xbc", 3, "ab" },
		{ "ab\xc3\xbc", 4, "ab\xc3\xbc" },
		{ "abc", 0, "" },
	};
	char to[100];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		*put_safe(to, to + cases[i].room, cases[i].from, 50) = '\0';
		assert_string_equal(to, cases[i].to);
	}
	*put_safe(to, to + sizeof(to), "sixteen-bytes-ok", 4) = '\0';
	assert_string_equal(to, "sixt");
}

/* A terminal that knows ASCII alone. */
static void test_ascii(void **state)
{
	char to[100];

	utf8_output = false;
	*put_safe(to, to + sizeof(to), "gr\xc3\xbc", 5) = '\0';
	utf8_output = true;
	assert_string_equal(to, "gr\\xc3\\xbc");
}

/* Longer than what a buffer gives at once: no character is cut where its pieces meet. */
static void test_buf_safe(void **state)
{
	char from[20001];
	struct buf b;

	for (size_t i = 0; i < 10000; i++)
		memcpy(from + 2 * i, "\xc3\xbc", 3);
	for (size_t offset = 0; offset < 2; offset++) {
		buf_init(&b, NULL);
		buf_safe(&b, from + offset, sizeof(from));
		assert_int_equal(b.len, offset ? 19998 + 4 : 20000);
		assert_memory_equal(buf_string(&b), offset ? "\\xbc\xc3\xbc" : from, 6);
		buf_free(&b);
	}
}

static void test_fit(void **state)
{
	assert_int_equal(utf8_fit("abc", 3, 2), 2);
	assert_int_equal(utf8_fit("abc", 3, 9), 3);
	assert_int_equal(utf8_fit("\xc3\xbc\xc3\x9f", 4, 1), 2);
	assert_int_equal(utf8_fit("a\x1b", 2, 4), 1);
	assert_int_equal(utf8_fit("a\x1b", 2, 5), 2);
}

static void test_task(void **state)
{
	static const struct {
		const char *comm;
		uint32_t pid;
		size_t room;
		const char *to;
	} cases[] = {
		{ "nginx", 17, 99, "nginx[17]" },
		{ "sixteen-bytes-okX", 4294967295U, PUT_TASK_MAX, "sixteen-bytes-ok[4294967295]" },
		{ "nginx", 0, 99, "nginx" },
		{ "nginx", 17, 8, "ngin[17]" },
		{ "nginx", 17, 7, "ngi[17]" },
		{ "nginx", 17, 6, "nginx" },
		{ "nginx", 17, 3, "ngi" },
		{ "nginx", 17, 2, "" },
		{ "a\xc3\xbc\xc3\xbc", 17, 8, "a\xc3\xbc[17]" },
	};
	char to[PUT_TASK_MAX + 1];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		*put_task(to, to + cases[i].room, cases[i].comm, cases[i].pid) = '\0';
		assert_string_equal(to, cases[i].to);
	}
}

static void test_paragraph(void **state)
{
	static const char word[] = "0123456789";
	struct buf text, out;

	assert_int_equal(text_line("ab cd", 5, 9), 5);
	assert_int_equal(text_line("ab cd", 5, 4), 2);
	assert_int_equal(text_line("ab cd", 5, 2), 2);
	assert_int_equal(text_line("  abcdef", 8, 4), 4);
	assert_int_equal(text_line("\xc3\xbc\xc3\xbc", 4, 1), 2);
	assert_int_equal(text_line("\x1b", 1, 1), 1);
	assert_int_equal(text_line("", 0, 4), 0);

	/* 7 words of 10 and 6 spaces are 76 columns; a word of 200 is broken. */
	buf_init(&text, NULL);
	buf_init(&out, NULL);
	for (int i = 0; i < 9; i++) {
		buf_str(&text, i ? " " : "");
		buf_str(&text, word);
	}
	buf_char(&text, ' ');
	for (int i = 0; i < 20; i++)
		buf_str(&text, word);
	buf_paragraph(&out, buf_string(&text), 4);
	assert_int_equal(strcspn(buf_string(&out), "\n"), 80 - 4 + 4);
	assert_memory_equal(buf_string(&out), "    0123456789 ", 15);
	assert_memory_equal(buf_string(&out) + 81, "    0123456789 0123456789\n    0123", 33);
	assert_int_equal(out.len, 81 + 26 + 81 + 81 + 4 + 48 + 1);
	buf_free(&text);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_not_utf8),
		cmocka_unit_test(test_put_safe),   cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_buf_safe),   cmocka_unit_test(test_fit),
		cmocka_unit_test(test_task),	   cmocka_unit_test(test_paragraph),
	};

	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
