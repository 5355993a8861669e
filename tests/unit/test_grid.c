// SPDX-License-Identifier: GPL-2.0
/* Cells: clipping, hostile text, graphs. */
#include <locale.h>

#include "screen_tools.h"
#include "userspace/base/array.h"

static void test_clip(void **state)
{
	struct grid g = { 0 };
	struct area a, part;

	assert_int_equal(grid_resize(&g, 10, 3), 0);
	a = grid_area(&g);
	part = (struct area){ &g, 2, 1, 5, 1 };
	area_put(&part, -2, 0, GRID_PLAIN, "abcdefghij");
	assert_string_equal(row(&g, 1), "  cdefg");
	area_put(&part, 0, 1, GRID_PLAIN, "below");
	area_put(&part, 0, -1, GRID_PLAIN, "above");
	assert_string_equal(row(&g, 0), "");
	assert_string_equal(row(&g, 2), "");
	/* An area that hangs over the grid's edge. */
	part = (struct area){ &g, 8, 2, 100, 100 };
	area_put(&part, 0, 0, GRID_PLAIN, "over the edge");
	area_row(&part, 0, GRID_BAD);
	area_row(&part, 50, GRID_BAD);
	assert_string_equal(row(&g, 2), "        ov");
	part = (struct area){ &g, 0, 0, -3, -3 };
	area_put(&part, 0, 0, GRID_PLAIN, "nothing");
	area_column(&part, 0, 0, 5, GRID_PLAIN, "nothing");
	assert_string_equal(row(&g, 0), "");
	area_column(&a, 0, 0, 5, GRID_PLAIN, "abcdef");
	assert_string_equal(row(&g, 0), "abcd…");
	g.ascii = true;
	area_column(&a, 0, 0, 5, GRID_PLAIN, "abcdef");
	area_right(&a, 5, 0, 5, GRID_PLAIN, "17");
	assert_string_equal(row(&g, 0), "abcd~   17");
	grid_free(&g);
}

/* Whatever a process is called, no cell holds what a terminal would obey. */
static void test_hostile(void **state)
{
	static const struct {
		const char *text;
		const char *shown;
	} cases[] = {
		{ "\x1b[2J\x1b]0;evil\a", "?[2J?]0;evil?" },
		{ "a\tb\nc\rd\x7f", "a?b?c?d?" },
		{ "caf\xc3\xa9", "café" },
		{ "\xc2\x9b"
		  "2J",
		  "?2J" }, /* CSI in one character */
		{ "\xe2\x80\xae"
		  "dorcim",
		  "?dorcim" }, /* right to left */
		{ "e\xcc\x81", "e?" }, /* a combining one has no width */
		{ "\xe4\xbd\xa0", "?" }, /* two columns wide */
		{ "\xf0\x9f\x98\x80", "?" },
		{ "\xc3", "?" },
		{ "\xc3(", "?(" },
		{ "\xff\xfe", "??" },
		{ "\xc0\xaf", "??" }, /* overlong */
		{ "\xed\xa0\x80", "???" }, /* a surrogate */
		{ "\xf8\x88\x80\x80\x80", "?????" },
	};
	struct grid g = { 0 };
	struct area a;

	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	assert_int_equal(grid_resize(&g, 40, 1), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		grid_clear(&g);
		a = grid_area(&g);
		area_put(&a, 0, 0, GRID_PLAIN, cases[i].text);
		assert_string_equal(row(&g, 0), cases[i].shown);
	}
	/* Any two bytes, and the end in the middle of a character. */
	for (unsigned int i = 0x101; i < 0x10000; i++) {
		char text[3] = { (char)(i >> 8), (char)i, 0 };

		grid_clear(&g);
		a = grid_area(&g);
		area_put(&a, 0, 0, GRID_PLAIN, text);
		for (int x = 0; x < g.width; x++)
			assert_true(g.cells[x].ch >= ' ' &&
				    (g.cells[x].ch < 0x7f || g.cells[x].ch >= 0xa0));
		assert_true(grid_columns(text) <= 2);
	}
	grid_free(&g);
}

static void test_sizes(void **state)
{
	struct grid g = { 0 };

	assert_int_equal(grid_resize(&g, -5, 0), 0);
	assert_int_equal(g.width, 1);
	assert_int_equal(g.height, 1);
	assert_int_equal(grid_resize(&g, 1 << 30, 1 << 30), 0);
	assert_int_equal(g.width, GRID_MAX);
	assert_int_equal(g.height, GRID_MAX);
	grid_free(&g);
}

static void test_spark(void **state)
{
	struct history h = { 0 };
	struct grid g = { 0 };
	struct area a;

	assert_int_equal(grid_resize(&g, 8, 1), 0);
	a = grid_area(&g);
	area_spark(&a, 0, 0, 8, &h);
	assert_string_equal(row(&g, 0), "");
	history_add(&h, 0);
	history_add(&h, 1);
	history_add(&h, 4);
	history_add(&h, 8);
	area_spark(&a, 0, 0, 8, &h);
	assert_string_equal(row(&g, 0), "    ·▂▅█");
	assert_int_equal(g.cells[4].style, GRID_DIM);
	assert_int_equal(g.cells[7].style, GRID_GRAPH);
	g.console = true;
	area_spark(&a, 0, 0, 8, &h);
	assert_string_equal(row(&g, 0), "    ·░▓█");
	g.ascii = true;
	area_spark(&a, 0, 0, 8, &h);
	assert_string_equal(row(&g, 0), "    ._+#");
	/* The highest counts while it can be seen. */
	for (int i = 0; i < HISTORY_MAX; i++)
		history_add(&h, i == 0 ? UINT64_MAX : 3);
	area_spark(&a, 0, 0, 8, &h);
	assert_string_equal(row(&g, 0), "########");
	history_add(&h, UINT64_MAX);
	area_spark(&a, 0, 0, 8, &h);
	assert_string_equal(row(&g, 0), "_______#");
	area_spark(&a, 0, 0, -8, &h);
	grid_free(&g);
}

static void test_numbers(void **state)
{
	char to[NUMBER_MAX];

	assert_string_equal(number_count(to, 0, 5), "0");
	assert_string_equal(number_count(to, 12345, 7), "12,345");
	assert_string_equal(number_count(to, 12345, 5), "12.3k");
	assert_string_equal(number_count(to, 999999, 5), "999k");
	assert_string_equal(number_count(to, UINT64_MAX, 6), "18.4E");
	assert_string_equal(number_rate(to, 0, 7), "0");
	assert_string_equal(number_rate(to, 250, 7), "0.25");
	assert_string_equal(number_rate(to, 12500, 7), "12.5");
	assert_string_equal(number_rate(to, 1234567, 7), "1,235");
	assert_string_equal(number_rate(to, UINT64_MAX, 7), "18.4P");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clip),	cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_sizes),	cmocka_unit_test(test_spark),
		cmocka_unit_test(test_numbers),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
