// SPDX-License-Identifier: GPL-2.0
/*
 * What a key does, by mode: rows to move and to sort, a text to read, a filter to type. It
 * needs no terminal, so that tests can press keys.
 */
#include "userspace/top/ui_state.h"

#include <string.h>

void ui_init(struct ui_state *l)
{
	l->pane = UI_STUCK;
	buf_init(&l->text, NULL);
}

void ui_free(struct ui_state *l)
{
	buf_free(&l->text);
}

void ui_show_text(struct ui_state *l, const char *title, const char *text, size_t length)
{
	l->text.len = 0;
	buf_mem(&l->text, text, length);
	strncpy(l->title, title, sizeof(l->title) - 1);
	l->title[sizeof(l->title) - 1] = '\0';
	l->mode = UI_TEXT;
	l->picture = false;
	l->scroll = 0;
}

static size_t rows_of(const struct view *v, unsigned int pane)
{
	return pane == UI_STUCK ? v->stuck_count : pane == UI_FLOWS ? v->flows_count : 0;
}

/* Remember what the cursor is on. */
static void settle(struct ui_state *l, const struct view *v)
{
	struct ui_list *list = &l->lists[l->pane];
	size_t rows = rows_of(v, l->pane);

	if (!rows)
		return;
	if (list->cursor >= rows)
		list->cursor = rows - 1;
	list->id = l->pane == UI_STUCK ? v->stuck[list->cursor].id : v->flows[list->cursor].id;
}

static void move(struct ui_state *l, const struct view *v, int by)
{
	struct ui_list *list = &l->lists[l->pane];
	size_t back = (size_t)-by;

	if (by < 0)
		list->cursor = list->cursor > back ? list->cursor - back : 0;
	else
		list->cursor += (size_t)by;
	settle(l, v);
}

/* By the column that is so many further; 0: the same, the other way round. */
static void sort_by(struct ui_state *l, struct view *v, int step)
{
	struct ui_list *list = &l->lists[l->pane];
	unsigned int count = ui_sort_count(l->pane);

	if (!count) {
		strcpy(l->message, "This pane is not sorted: Tab, or 3 and 4, choose one that is");
		return;
	}
	list->sort = (list->sort + count + (unsigned int)step) % count;
	list->reverse = !step && !list->reverse;
	list->id = 0; /* the first rows are what is asked for now */
	list->cursor = 0;
	ui_sort(l, v);
	settle(l, v);
}

static void choose(struct ui_state *l, unsigned int pane)
{
	l->zoom = l->pane == pane && !l->zoom;
	l->pane = pane;
}

static void read_stuck(struct ui_state *l, const struct view *v)
{
	const struct view_stuck *row;

	if (l->pane != UI_STUCK || !v->stuck_count)
		return;
	settle(l, v);
	row = &v->stuck[l->lists[UI_STUCK].cursor];
	ui_show_text(l, row->verdict, v->text.data + row->text, row->text_length);
	strcpy(l->selector, row->selector);
}

static void edit(struct ui_state *l)
{
	l->mode = UI_EDIT;
	strcpy(l->edit, l->filter);
	l->edit_length = strlen(l->edit);
}

static enum ui_action key_edit(struct ui_state *l, int key)
{
	switch (key) {
	case UI_KEY_ENTER:
		l->mode = UI_NORMAL;
		return UI_FILTER;
	case UI_KEY_ESCAPE:
		l->mode = UI_NORMAL;
		return UI_NOTHING;
	case UI_KEY_BACKSPACE:
		if (l->edit_length)
			l->edit[--l->edit_length] = '\0';
		return UI_NOTHING;
	case 'U' & 0x1f:
		l->edit_length = 0;
		l->edit[0] = '\0';
		return UI_NOTHING;
	}
	/* What filters are made of is ASCII. */
	if (key >= ' ' && key < 0x7f && l->edit_length < UI_EDIT_MAX) {
		l->edit[l->edit_length++] = (char)key;
		l->edit[l->edit_length] = '\0';
	}
	return UI_NOTHING;
}

/* How far a key goes among @rows rows of which @page fit; 0: it is no such key. */
static int motion(int key, int page, int rows)
{
	page = page > 1 ? page - 1 : 1;
	switch (key) {
	case UI_KEY_UP:
	case 'k':
		return -1;
	case UI_KEY_DOWN:
	case 'j':
		return 1;
	case UI_KEY_PAGE_UP:
		return -page;
	case UI_KEY_PAGE_DOWN:
		return page;
	case UI_KEY_HOME:
	case 'g':
		return -rows;
	case UI_KEY_END:
	case 'G':
		return rows;
	}
	return 0;
}

static enum ui_action key_text(struct ui_state *l, int key)
{
	switch (key) {
	case 'q':
	case UI_KEY_ESCAPE:
	case UI_KEY_ENTER:
	case UI_KEY_LEFT:
		l->mode = UI_NORMAL;
		l->selector[0] = '\0';
		break;
	case 'l':
		return l->selector[0] ? UI_LADDER : UI_NOTHING;
	case ' ':
		key = UI_KEY_PAGE_DOWN;
	}
	/* As far as there are lines: drawing keeps it within them. */
	l->scroll += motion(key, l->text_rows, l->lines);
	return UI_NOTHING;
}

static enum ui_action key_move(struct ui_state *l, struct view *v, int key)
{
	int by = motion(key, l->lists[l->pane].rows, (int)rows_of(v, l->pane));

	switch (key) {
	case UI_KEY_RIGHT:
	case 's':
		sort_by(l, v, 1);
		break;
	case UI_KEY_LEFT:
	case 'S':
		sort_by(l, v, -1);
		break;
	case 'r':
		sort_by(l, v, 0);
		break;
	case UI_KEY_ENTER:
		read_stuck(l, v);
		break;
	default:
		if (by)
			move(l, v, by);
	}
	return UI_NOTHING;
}

static enum ui_action show_each(struct ui_state *l)
{
	l->each = !l->each;
	strcpy(l->message, l->each ? "Each stuck socket by itself" :
				     "Stuck sockets of one owner and peer together");
	return UI_EACH;
}

static enum ui_action key_normal(struct ui_state *l, struct view *v, int key)
{
	switch (key) {
	case 'q':
		return UI_QUIT;
	case 'p':
	case ' ':
		return UI_PAUSE;
	case '+':
	case '>':
		return UI_FASTER;
	case '-':
	case '<':
		return UI_SLOWER;
	case 'e':
		return UI_TO_END;
	case 'a':
		return show_each(l);
	case '/':
	case 'f':
		edit(l);
		break;
	case '?':
	case 'h':
	case UI_KEY_HELP:
		ui_show_text(l, "Help", ui_help, strlen(ui_help));
		break;
	case UI_KEY_TAB:
		l->pane = (l->pane + 1) % UI_PANES;
		break;
	case UI_KEY_BACK_TAB:
		l->pane = (l->pane + UI_PANES - 1) % UI_PANES;
		break;
	case '1':
	case '2':
	case '3':
	case '4':
		choose(l, (unsigned int)key - '1');
		break;
	case 'z':
		l->zoom = !l->zoom;
		break;
	case UI_KEY_ESCAPE:
		l->zoom = false;
		break;
	default:
		return key_move(l, v, key);
	}
	return UI_NOTHING;
}

enum ui_action ui_key(struct ui_state *l, struct view *v, int key)
{
	l->message[0] = '\0';
	if (key == UI_KEY_REDRAW || key == UI_KEY_RESIZE)
		return UI_CLEAR;
	if (l->mode == UI_EDIT)
		return key_edit(l, key);
	if (l->mode == UI_TEXT)
		return key_text(l, key);
	return key_normal(l, v, key);
}
