// SPDX-License-Identifier: GPL-2.0
/* JSON Lines, and the buffer beneath. */
#include "out_tools.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/json_version.h"
#include "userspace/base/array.h"

static void test_shape(void **state)
{
	struct json j;
	struct buf b;

	buf_init(&b, NULL);
	json_begin(&j, &b);
	json_end(&j);
	json_begin(&j, &b);
	json_u64(&j, "a", UINT64_MAX);
	json_fixed(&j, "b", INT64_MIN, 0);
	json_bool(&j, "c", true);
	json_word(&j, "e", "close_wait");
	json_object(&j, "f");
	json_array(&j, "g");
	json_u64(&j, NULL, 1);
	json_str(&j, NULL, "x");
	json_array(&j, NULL);
	json_end_array(&j);
	json_end_array(&j);
	json_bool(&j, "h", false);
	json_end_object(&j);
	json_u64(&j, "i", 0);
	json_end(&j);
	assert_string_equal(
		buf_string(&b),
		"{\"v\":" TEXT(
			JSON_VERSION) "}\n" JSON_BEGINS
				      "\"a\":18446744073709551615,\"b\":-9223372036854775808,\"c\":true,"
				      "\"e\":\"close_wait\",\"f\":{\"g\":[1,\"x\",[]],\"h\":false},"
				      "\"i\":0}\n");
	buf_free(&b);
}

static void test_fixed(void **state)
{
	static const struct {
		int64_t n;
		unsigned int decimals;
		const char *expected;
	} cases[] = {
		{ 0, 3, "0.000" },
		{ 1500000, 9, "0.001500000" },
		{ -1, 3, "-0.001" },
		{ 1234567, 3, "1234.567" },
		{ INT64_MIN, 18, "-9.223372036854775808" },
		{ 42, 0, "42" },
	};
	char expected[64];
	struct json j;
	struct buf b;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		buf_init(&b, NULL);
		json_begin(&j, &b);
		json_fixed(&j, "n", cases[i].n, cases[i].decimals);
		json_end(&j);
		snprintf(expected, sizeof(expected), JSON_BEGINS "\"n\":%s}\n", cases[i].expected);
		assert_string_equal(buf_string(&b), expected);
		buf_free(&b);
	}
}

/* Whatever a task calls itself, the line is JSON and the text is UTF-8. */
static void test_strings(void **state)
{
	static const struct {
		const char *s;
		const char *expected;
	} cases[] = {
		{ "", "" },
		{ "nginx", "nginx" },
		{ "a\"b\\c", "a\\\"b\\\\c" },
		{ "\n\t\r\x1b[31m\x7f", "\\n\\t\\u000d\\u001b[31m\\u007f" },
		{ "\xc3\xa4\xe2\x86\x92\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x86\x92\xf0\x9f\x98\x80" },
		{ "\x80", "\xef\xbf\xbd" },
		{ "a\xffz", "a\xef\xbf\xbdz" },
		{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" }, /* overlong */
		{ "\xe0\x80\xaf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" }, /* a surrogate */
		{ "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "cut \xe2\x86", "cut \xef\xbf\xbd\xef\xbf\xbd" },
	};
	char expected[128];
	struct json j;
	struct buf b;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		buf_init(&b, NULL);
		json_begin(&j, &b);
		json_str(&j, "s", cases[i].s);
		json_end(&j);
		snprintf(expected, sizeof(expected), JSON_BEGINS "\"s\":\"%s\"}\n",
			 cases[i].expected);
		assert_string_equal(buf_string(&b), expected);
		buf_free(&b);
	}
}

/* Sixteen bytes without a terminator are read as sixteen. */
static void test_strn(void **state)
{
	const char comm[] = "0123456789abcdefXYZ";
	struct json j;
	struct buf b;

	buf_init(&b, NULL);
	json_begin(&j, &b);
	json_strn(&j, "a", comm, 16);
	json_strn(&j, "b", "xy\0z", 4);
	json_end(&j);
	assert_string_equal(buf_string(&b),
			    JSON_BEGINS "\"a\":\"0123456789abcdef\",\"b\":\"xy\"}\n");
	buf_free(&b);
}

#define LINE_LENGTH (sizeof(JSON_BEGINS "\"i\":0}\n") - 1)

/* More than a block: all of it arrives in the file, in order. */
static void test_file(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	size_t expected = 0;
	struct json j;
	struct buf b;

	buf_init(&b, file);
	for (unsigned int i = 0; i < 20000; i++) {
		json_begin(&j, &b);
		json_u64(&j, "i", i % 10);
		json_end(&j);
		expected += LINE_LENGTH;
	}
	assert_int_equal(buf_flush(&b), 0);
	buf_free(&b);
	fclose(file);
	assert_int_equal(size, expected);
	for (unsigned int i = 0; i < 20000; i++) {
		char *line = text + LINE_LENGTH * i;

		assert_memory_equal(line, JSON_BEGINS "\"i\":", LINE_LENGTH - 3);
		assert_int_equal(line[LINE_LENGTH - 3], '0' + i % 10);
	}
	free(text);
}

/* A full disk is told once and for ever, and nothing breaks meanwhile. */
static void test_full(void **state)
{
	FILE *file = fopen("/dev/full", "w");
	struct buf b;

	assert_non_null(file);
	setvbuf(file, NULL, _IONBF, 0);
	buf_init(&b, file);
	for (unsigned int i = 0; i < 100000; i++)
		buf_str(&b, "0123456789");
	assert_int_equal(b.error, ENOSPC);
	assert_int_equal(buf_flush(&b), -ENOSPC);
	assert_int_equal(buf_flush(&b), -ENOSPC);
	buf_free(&b);
	fclose(file);
}

static void test_numbers(void **state)
{
	char text[PUT_GROUPED_MAX + 1];

	assert_put(text, put_u64(text, 0), "0");
	assert_put(text, put_u64(text, UINT64_MAX), "18446744073709551615");
	assert_put(text, put_digits(text, 42, 6), "000042");
	assert_put(text, put_grouped(text, 999), "999");
	assert_put(text, put_grouped(text, 1000), "1,000");
	assert_put(text, put_grouped(text, UINT64_MAX), "18,446,744,073,709,551,615");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shape),	cmocka_unit_test(test_fixed),
		cmocka_unit_test(test_strings), cmocka_unit_test(test_strn),
		cmocka_unit_test(test_file),	cmocka_unit_test(test_full),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
