// SPDX-License-Identifier: GPL-2.0
/* The whole screen, in any size, and what the keys do to it. */
#include <locale.h>

#include "screen_tools.h"
#include "userspace/base/array.h"

static void draw(struct top *top)
{
	list_sort(&top->lists[UI_STUCK]);
	list_sort(&top->lists[UI_FLOWS]);
	screen_draw(top, true);
}

static void show(struct top *top, int width, int height)
{
	assert_int_equal(grid_resize(&top->grid, width, height), 0);
	draw(top);
}

static enum ui_action press(struct top *top, int key)
{
	enum ui_action what = ui_key(top, key);

	screen_draw(top, true);
	return what;
}

static const char *sorted_by(const struct top *top, unsigned int pane)
{
	return top->lists[pane].columns[top->lists[pane].sort].name;
}

static int setup(void **state)
{
	*state = make_top();
	show(*state, 80, 24);
	return 0;
}

static int teardown(void **state)
{
	free_top(*state);
	return 0;
}

static void test_all_in_80x24(void **state)
{
	struct top *s = *state;
	const struct grid *g = &s->grid;

	assert_string_equal(row(g, 0), "tcptrail top  examplehost  live                "
				       "                         12:34:56");
	assert_shown(g, "1,234 sockets");
	assert_shown(g, "5 records lost");
	assert_shown(g, "1 STATE           NOW    IN/S");
	assert_shown(g, "ESTABLISHED     1,200    12.5");
	assert_shown(g, "TIME-WAIT           0       0");
	assert_shown(g, "client       20ms  21ms  1.0s  3.0s");
	assert_shown(g, "server          -     -     -     -");
	assert_shown(g, "3 STUCK SEVERITY▼    COUNT      AGE PORT   REMOTE         HOLDER");
	assert_shown(g, "close-wait-leak      1,234   10m00s :8080  10.0.0.1:40001 shop[117] fd 4");
	assert_shown(g, "  The peer closed; it has not.");
	assert_shown(
		g,
		"wget[6]               10.0.0.5:5002              90.0       0      1      7   0%");
	assert_true(find_row(g, "q quit") == 23);
	/* The most severe first, the fastest first. */
	assert_true(find_row(g, "shop[117]") < find_row(g, "web[9]"));
	assert_true(find_row(g, "web[9]") < find_row(g, "app[7]"));
	assert_true(find_row(g, "wget[6]") < find_row(g, "curl[5]"));
}

static void test_every_size(void **state)
{
	static const int widths[] = { 1,  2,  5,  10, 20,  39,	60,  74,
				      75, 79, 80, 81, 110, 132, 170, 400 };
	struct top *s = *state;

	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		for (int height = 1; height < 60; height++) {
			for (int key = '1'; key <= '4'; key++) {
				show(s, widths[i], height);
				press(s, key);
				press(s, UI_KEY_DOWN);
				press(s, '/');
				press(s, UI_KEY_ESCAPE);
				press(s, '?');
				press(s, UI_KEY_PAGE_DOWN);
				press(s, UI_KEY_ESCAPE);
			}
		}
	}
}

/* Where there is no room for all, the pane with the keys has it. */
static void test_small(void **state)
{
	struct top *s = *state;

	show(s, 80, 10);
	assert_shown(&s->grid, "3 STUCK");
	assert_not_shown(&s->grid, "1 STATE");
	press(s, '4');
	assert_shown(&s->grid, "4 FLOWS");
	assert_not_shown(&s->grid, "3 STUCK");
	press(s, UI_KEY_TAB);
	assert_shown(&s->grid, "1 STATE");
	press(s, UI_KEY_BACK_TAB);
	assert_shown(&s->grid, "4 FLOWS");
	show(s, 50, 40);
	assert_not_shown(&s->grid, "1 STATE");
}

/* Columns are narrower, or left out, rather than cut off at the right. */
static void test_narrow(void **state)
{
	struct top *s = *state;

	show(s, 76, 24);
	assert_shown(&s->grid, "OPENED   LIVE  TWAIT PORT");
	press(s, '4');
	show(s, 45, 24);
	assert_shown(&s->grid, "4 FLOWS");
	assert_shown(&s->grid, "OPEN/S▼  TWAIT PORT");
	assert_shown(&s->grid, "90.0      7   0%");
	/* More than there is room for. */
	assert_not_shown(&s->grid, "1-1/2");
	show(s, 80, 3);
	assert_shown(&s->grid, " 1-1/2 PEER");
	show(s, 30, 3);
	assert_shown(&s->grid, "4 FLO");
}

static void test_wide(void **state)
{
	struct top *s = *state;

	show(s, 132, 50);
	assert_shown(&s->grid, "LOCAL");
	assert_shown(&s->grid, "UNREAD");
	assert_shown(&s->grid, "10.0.0.2:8080");
	assert_shown(&s->grid, "COUNT");
	show(s, 200, 50);
	assert_int_equal(find_row(&s->grid, "3 STUCK"), find_row(&s->grid, "4 FLOWS"));
}

static void test_zoom(void **state)
{
	struct top *s = *state;

	press(s, '3');
	assert_not_shown(&s->grid, "1 STATE");
	press(s, '3');
	assert_shown(&s->grid, "1 STATE");
	press(s, 'z');
	assert_not_shown(&s->grid, "1 STATE");
	press(s, UI_KEY_ESCAPE);
	assert_shown(&s->grid, "1 STATE");
}

static void test_sort(void **state)
{
	struct top *s = *state;

	/* As they stand on the screen: severity, verdict, count, age, and so on, and severity again. */
	assert_string_equal(sorted_by(s, UI_STUCK), "SEVERITY");
	assert_shown(&s->grid, "3 STUCK SEVERITY▼");
	press(s, 's');
	assert_string_equal(sorted_by(s, UI_STUCK), "VERDICT");
	assert_string_equal(stuck_at(s, 0)->verdict, "close-wait-leak");
	assert_shown(&s->grid, "VERDICT▼");
	press(s, 's');
	assert_int_equal(stuck_at(s, 0)->count, 1234);
	assert_shown(&s->grid, "COUNT▼");
	press(s, 's');
	assert_int_equal(stuck_at(s, 0)->age_ns, 600 * SEC);
	assert_int_equal(stuck_at(s, 1)->age_ns, 60 * SEC);
	assert_shown(&s->grid, "AGE▼");
	press(s, 's');
	assert_int_equal(stuck_at(s, 0)->lport, 80);
	assert_shown(&s->grid, "PORT▼");
	press(s, 'r');
	assert_int_equal(stuck_at(s, 0)->lport, 8080);
	assert_shown(&s->grid, "PORT▲");
	press(s, UI_KEY_RIGHT);
	assert_string_equal(stuck_at(s, 0)->remote, "10.0.0.1:40001");
	/* By number, not letter by letter. */
	strcpy(stuck_at(s, 0)->remote, "10.0.0.10:80");
	strcpy(stuck_at(s, 1)->remote, "10.0.0.9:80");
	list_sort(&s->lists[UI_STUCK]);
	assert_string_equal(stuck_at(s, 1)->remote, "10.0.0.9:80");
	press(s, UI_KEY_RIGHT);
	assert_int_equal(stuck_at(s, 0)->unread, 3);
	assert_shown(&s->grid, "3 STUCK UNREAD▼");
	press(s, UI_KEY_RIGHT);
	assert_string_equal(stuck_at(s, 0)->holder, "app[7] fd 6");
	press(s, UI_KEY_RIGHT);
	assert_int_equal(stuck_at(s, 0)->rank, 1);
	press(s, UI_KEY_LEFT);
	assert_string_equal(sorted_by(s, UI_STUCK), "HOLDER");
	press(s, '4');
	press(s, 'S');
	assert_string_equal(sorted_by(s, UI_FLOWS), "PEER");
	assert_string_equal(flow_at(s, 0)->peer, "10.0.0.5:5001");
	press(s, '1');
	press(s, 's');
	assert_shown(&s->grid, "This pane is not sorted");
}

/* The cursor stays with its row when the rows change places. */
static void test_cursor(void **state)
{
	struct top *s = *state;
	struct list *list = &s->lists[UI_STUCK];

	press(s, UI_KEY_DOWN);
	press(s, UI_KEY_DOWN);
	assert_int_equal(stuck_at(s, list->cursor)->id, 3);
	press(s, UI_KEY_DOWN);
	assert_int_equal(stuck_at(s, list->cursor)->id, 3);
	stuck_at(s, list->cursor)->rank = 0;
	list_sort(&s->lists[UI_STUCK]);
	assert_int_equal(list->cursor, 0);
	assert_int_equal(stuck_at(s, 0)->id, 3);
	/* It is gone: the cursor stays on the screen. */
	list->count = 1;
	list->cursor = 2;
	list->id = 77;
	list_sort(&s->lists[UI_STUCK]);
	screen_draw(s, true);
	assert_int_equal(list->cursor, 0);
	list->count = 0;
	press(s, UI_KEY_DOWN);
	press(s, UI_KEY_ENTER);
	assert_int_equal(s->ui.mode, UI_NORMAL);
	assert_shown(&s->grid, "nothing is stuck");
	list->count = 3;
}

static void test_text(void **state)
{
	struct top *s = *state;

	press(s, UI_KEY_DOWN);
	press(s, UI_KEY_ENTER);
	assert_shown(&s->grid, "last-ack-unanswered");
	assert_shown(&s->grid, "second");
	assert_not_shown(&s->grid, "1 STATE");
	assert_int_equal(press(s, 'l'), UI_LADDER);
	assert_string_equal(s->ui.selector, "cookie:2");
	assert_int_equal(press(s, 'q'), UI_NOTHING);
	assert_shown(&s->grid, "1 STATE");
	press(s, '?');
	assert_shown(&s->grid, "Ctrl-L");
	assert_int_equal(press(s, 'l'), UI_NOTHING);
	press(s, UI_KEY_END);
	assert_shown(&s->grid, "*:80: others");
	press(s, UI_KEY_HOME);
	assert_shown(&s->grid, "Ctrl-L");
}

/* Words are broken where the screen ends, a picture is cut off. */
static void test_break(void **state)
{
	static const char text[] = "  one two three four five six seven eight\n\nnine\n";
	struct top *s = *state;

	press(s, '?');
	for (int i = 0; i < 3; i++) {
		assert_not_shown(&s->grid, "…");
		press(s, UI_KEY_PAGE_DOWN);
	}
	ui_show_text(&s->ui, "numbers", text, strlen(text));
	show(s, 20, 10);
	assert_shown(&s->grid, "  one two three four");
	assert_shown(&s->grid, "  five six seven");
	assert_true(find_row(&s->grid, "nine") == find_row(&s->grid, "  eight") + 2);
	assert_int_equal(s->ui.lines, 5);
	s->ui.picture = true;
	show(s, 20, 10);
	assert_shown(&s->grid, "  one two three fou…");
	assert_true(find_row(&s->grid, "nine") == find_row(&s->grid, "  one") + 2);
	press(s, UI_KEY_ESCAPE);
}

static void test_filter(void **state)
{
	struct top *s = *state;

	press(s, '/');
	assert_shown(&s->grid, "filter:");
	press(s, 'a');
	press(s, 'q');
	press(s, UI_KEY_BACKSPACE);
	press(s, '=');
	assert_string_equal(s->ui.edit, "a=");
	press(s, 0x1b00);
	press(s, 0x7);
	assert_string_equal(s->ui.edit, "a=");
	for (int i = 0; i < 2 * UI_EDIT_MAX; i++)
		press(s, 'x');
	assert_int_equal(strlen(s->ui.edit), UI_EDIT_MAX);
	press(s, 'U' & 0x1f);
	press(s, '7');
	assert_int_equal(press(s, UI_KEY_ENTER), UI_FILTER);
	assert_string_equal(s->ui.edit, "7");
	strcpy(s->ui.filter, s->ui.edit);
	screen_draw(s, true);
	assert_shown(&s->grid, "only: 7");
	press(s, '/');
	press(s, '8');
	assert_int_equal(press(s, UI_KEY_ESCAPE), UI_NOTHING);
	assert_string_equal(s->ui.filter, "7");
}

static void test_orders(void **state)
{
	struct top *s = *state;

	assert_int_equal(press(s, 'q'), UI_QUIT);
	assert_int_equal(press(s, 'p'), UI_PAUSE);
	assert_int_equal(press(s, '+'), UI_FASTER);
	assert_int_equal(press(s, '-'), UI_SLOWER);
	assert_int_equal(press(s, 'e'), UI_TO_END);
	assert_int_equal(press(s, 'a'), UI_EACH);
	assert_true(s->ui.each);
	assert_shown(&s->grid, "Each stuck socket by itself");
	assert_int_equal(press(s, UI_KEY_REDRAW), UI_CLEAR);
	assert_int_equal(press(s, UI_KEY_OTHER), UI_NOTHING);
	assert_int_equal(press(s, 0x20ac), UI_NOTHING);
}

/* A pool of ports that runs out stands out. */
static void test_share(void **state)
{
	struct top *s = *state;
	int y;

	flow_at(s, 0)->share = 4;
	flow_at(s, 1)->share = 914;
	show(s, 80, 24);
	assert_shown(&s->grid, " 0.4%");
	y = find_row(&s->grid, "  91%");
	assert_true(y > 0);
	assert_int_equal(s->grid.cells[y * 80 + 79].style, GRID_BAD);
}

/* What nobody can know is not shown as 0. */
static void test_no_trail(void **state)
{
	struct top *s = *state;

	s->has_trail = false;
	strcpy(s->note, "the module is not loaded");
	show(s, 80, 24);
	assert_shown(&s->grid, "the module is not loaded");
	assert_shown(&s->grid, "ESTABLISHED     1,200       -");
	assert_not_shown(&s->grid, "opened/s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_in_80x24, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_size, setup, teardown),
		cmocka_unit_test_setup_teardown(test_small, setup, teardown),
		cmocka_unit_test_setup_teardown(test_narrow, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wide, setup, teardown),
		cmocka_unit_test_setup_teardown(test_zoom, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sort, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cursor, setup, teardown),
		cmocka_unit_test_setup_teardown(test_text, setup, teardown),
		cmocka_unit_test_setup_teardown(test_break, setup, teardown),
		cmocka_unit_test_setup_teardown(test_filter, setup, teardown),
		cmocka_unit_test_setup_teardown(test_orders, setup, teardown),
		cmocka_unit_test_setup_teardown(test_share, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_trail, setup, teardown),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
