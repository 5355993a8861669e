// SPDX-License-Identifier: GPL-2.0
/*
 * ncurses: styles to attributes and colours, cells to the terminal, its keys to ours. Nothing
 * else includes curses.h.
 */
#include "userspace/top/term.h"

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

/* term.h of ncurses has macros of common names. */
#undef lines
#undef columns

#include <errno.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "userspace/base/array.h"
#include "userspace/top/ui_state.h"

#define ESCAPE_MS 50 /* how long an Escape waits to become a key that begins with it */

enum { PAIR_GREEN = 1, PAIR_YELLOW, PAIR_RED, PAIR_CYAN };

static SCREEN *screen;
static bool colored;

static const struct {
	attr_t attributes;
	short pair;
} styles[GRID_STYLES] = {
	[GRID_DIM] = { A_DIM, 0 },
	[GRID_BOLD] = { A_BOLD, 0 },
	[GRID_TITLE] = { A_REVERSE | A_BOLD, 0 },
	[GRID_HEAD] = { A_BOLD | A_UNDERLINE, 0 },
	[GRID_FOCUS] = { A_BOLD | A_REVERSE, PAIR_CYAN },
	[GRID_SELECTED] = { A_REVERSE, 0 },
	[GRID_KEY] = { A_REVERSE, 0 },
	[GRID_GRAPH] = { A_NORMAL, PAIR_CYAN },
	[GRID_GOOD] = { A_NORMAL, PAIR_GREEN },
	[GRID_WARN] = { A_BOLD, PAIR_YELLOW },
	[GRID_BAD] = { A_BOLD, PAIR_RED },
};

static void start_colors(bool wanted)
{
	short background;

	colored = wanted && has_colors() && start_color() == OK;
	if (!colored)
		return;
	/* The terminal's own background, if it can tell it from black. */
	background = use_default_colors() == OK ? -1 : COLOR_BLACK;
	init_pair(PAIR_GREEN, COLOR_GREEN, background);
	init_pair(PAIR_YELLOW, COLOR_YELLOW, background);
	init_pair(PAIR_RED, COLOR_RED, background);
	init_pair(PAIR_CYAN, COLOR_CYAN, background);
}

int term_open(bool color)
{
	int err;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return -ENOTTY;
	if (setupterm(NULL, STDOUT_FILENO, &err) != OK)
		return -ENOENT;
	if (!cursor_address || !clear_screen)
		return -ENOTSUP;
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return -ENOENT;
	set_escdelay(ESCAPE_MS);
	start_colors(color);
	cbreak();
	noecho();
	nonl(); /* Enter is a carriage return, as it is typed */
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	return 0;
}

void term_close(void)
{
	if (!screen)
		return;
	curs_set(1);
	endwin();
	delscreen(screen);
	screen = NULL;
}

void term_size(int *width, int *height)
{
	struct winsize size;

	/* ncurses learns of a new size only when it is asked for a key. */
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col && size.ws_row) {
		if (is_term_resized(size.ws_row, size.ws_col))
			resizeterm(size.ws_row, size.ws_col);
	}
	*width = COLS;
	*height = LINES;
}

void term_clear(void)
{
	clearok(curscr, TRUE);
}

void term_show(const struct grid *g)
{
	for (int y = 0; y < g->height; y++) {
		for (int x = 0; x < g->width; x++) {
			const struct grid_cell *cell = &g->cells[y * g->width + x];
			wchar_t text[2] = { (wchar_t)cell->ch, 0 };
			cchar_t out;

			setcchar(&out, text, styles[cell->style].attributes,
				 colored ? styles[cell->style].pair : 0, NULL);
			mvadd_wch(y, x, &out);
		}
	}
	refresh();
}

int term_key(void)
{
	static const struct {
		int curses;
		int key;
	} keys[] = {
		{ KEY_UP, UI_KEY_UP },
		{ KEY_DOWN, UI_KEY_DOWN },
		{ KEY_LEFT, UI_KEY_LEFT },
		{ KEY_RIGHT, UI_KEY_RIGHT },
		{ KEY_PPAGE, UI_KEY_PAGE_UP },
		{ KEY_NPAGE, UI_KEY_PAGE_DOWN },
		{ KEY_HOME, UI_KEY_HOME },
		{ KEY_END, UI_KEY_END },
		{ KEY_BTAB, UI_KEY_BACK_TAB },
		{ KEY_ENTER, UI_KEY_ENTER },
		{ KEY_BACKSPACE, UI_KEY_BACKSPACE },
		{ KEY_F(1), '?' },
		{ KEY_F(3), '/' },
		{ KEY_F(6), 's' },
		{ KEY_F(10), 'q' },
		{ KEY_RESIZE, UI_KEY_REDRAW },
	};
	wint_t ch;
	int kind = get_wch(&ch);

	if (kind == ERR)
		return UI_KEY_NONE;
	if (kind == KEY_CODE_YES) {
		for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
			if (keys[i].curses == (int)ch)
				return keys[i].key;
		return UI_KEY_OTHER;
	}
	switch (ch) {
	case '\t':
		return UI_KEY_TAB;
	case '\r':
	case '\n':
		return UI_KEY_ENTER;
	case 0x1b:
		return UI_KEY_ESCAPE;
	case 0x7f:
	case '\b':
		return UI_KEY_BACKSPACE;
	case 'L' & 0x1f:
		return UI_KEY_REDRAW;
	}
	return (int)ch;
}
