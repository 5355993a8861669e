// SPDX-License-Identifier: GPL-2.0
/* Spans of time and numbers, to text and back. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "userspace/base/array.h"
#include "userspace/base/duration.h"
#include "userspace/base/number.h"
#include "userspace/base/time.h"

static void test_spans(void **state)
{
	static const struct {
		uint64_t ns;
		const char *span, *age, *brief, *rounded, *about;
	} cases[] = {
		{ 0, "0us", "0ms", "0us", "0us", "0 s" },
		{ 35600, "35us", "0ms", "36us", "36us", "0 s" },
		{ MS - 1, "999us", "0ms", "1.0ms", "1.00ms", "0 s" },
		{ 9949999, "9.949ms", "9ms", "9.9ms", "9.95ms", "0 s" },
		{ 9996 * US, "9.996ms", "9ms", "10ms", "10.0ms", "0 s" },
		{ 20061 * US, "20.061ms", "20ms", "20ms", "20.1ms", "0 s" },
		{ 999600 * US, "999.600ms", "999ms", "1.0s", "1.00s", "1 s" },
		{ 59999 * MS, "59.999s", "59.9s", "60.0s", "60.0s", "60 s" },
		{ 119 * SEC, "119.000s", "1m59s", "2.0m", "119s", "119 s" },
		{ 119500 * MS, "119.500s", "1m59s", "2.0m", "120s", "2 minutes" },
		{ 999500 * MS, "999.500s", "16m39s", "16.7m", "16m39s", "16 minutes" },
		{ 1000 * SEC, "16m40s", "16m40s", "16.7m", "16m40s", "16 minutes" },
		{ 2 * HOUR, "2h00m", "2h00m", "2.0h", "2h00m", "2 hours" },
		{ 100 * HOUR, "4d04h", "4d04h", "4d", "4d04h", "4 days" },
		{ UINT64_MAX, "213503d23h", "213503d23h", "213503d", "213503d23h", "213503 days" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_string_equal(number_text(put_span, cases[i].ns).s, cases[i].span);
		assert_string_equal(number_text(put_age, cases[i].ns).s, cases[i].age);
		assert_string_equal(number_text(put_brief, cases[i].ns).s, cases[i].brief);
		assert_string_equal(number_text(put_rounded, cases[i].ns).s, cases[i].rounded);
		assert_string_equal(number_text(put_about, cases[i].ns).s, cases[i].about);
	}
}

static void test_parse(void **state)
{
	static const char *const bad[] = { "",
					   "s",
					   "-1s",
					   "+1",
					   " 1",
					   "1 s",
					   "1w",
					   "1.5s",
					   "18446744073709551616",
					   "18446744073s9",
					   "213504d" };
	uint64_t ns = 0;

	assert_int_equal(duration_parse("90", &ns), 0);
	assert_int_equal(ns, 90 * SEC);
	assert_int_equal(duration_parse("500ms", &ns), 0);
	assert_int_equal(ns, 500 * MS);
	assert_int_equal(duration_parse("213503d", &ns), 0);
	assert_int_equal(ns, 213503 * DAY);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(duration_parse(bad[i], &ns), -EINVAL);
}

static void check_number(char *(*put)(char *p, uint64_t n), uint64_t n, const char *text)
{
	char to[PUT_GROUPED_MAX + 1];

	*put(to, n) = '\0';
	assert_string_equal(to, text);
}

static void test_numbers(void **state)
{
	uint64_t n = 1, back;
	char text[PUT_U64_MAX + 1];

	/* All lengths, and what lies next to a power of ten. */
	for (unsigned int i = 0; i < 20; i++, n *= 10) {
		for (uint64_t near = n - 1; near <= n + 1; near++) {
			*put_u64(text, near) = '\0';
			assert_int_equal(number_parse(text, UINT64_MAX, &back), 0);
			assert_true(back == near);
		}
	}
	check_number(put_u64, UINT64_MAX, "18446744073709551615");
	check_number(put_grouped, 0, "0");
	check_number(put_grouped, 1234567, "1,234,567");
	check_number(put_grouped, UINT64_MAX, "18,446,744,073,709,551,615");
	check_number(put_short, 9999, "9999");
	check_number(put_short, 12345, "12.3k");
	check_number(put_short, 999999, "999k");
	check_number(put_short, UINT64_MAX, "18.4E");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests_name("duration", tests, NULL, NULL);
}
