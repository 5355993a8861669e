// SPDX-License-Identifier: GPL-2.0
/*
 * What a key does, by mode: rows to move and to sort, a text to read, a filter to type. It
 * needs no terminal, so that tests can press keys.
 */
#include <stdlib.h>
#include <string.h>

#include "userspace/base/array.h"
#include "userspace/top/top.h"

void ui_init(struct top *top)
{
	top->ui.pane = UI_STUCK;
	buf_init(&top->ui.text, NULL);
	buf_init(&top->details, NULL);
	top->lists[UI_STUCK] =
		(struct list){ .columns = stuck_columns, .size = sizeof(struct stuck_row) };
	top->lists[UI_FLOWS] = (struct list){ .columns = flow_columns,
					      .size = sizeof(struct flow_row),
					      .sort = FLOWS_BY_RATE };
}

void ui_free(struct top *top)
{
	for (int i = 0; i < UI_PANES; i++)
		free(top->lists[i].rows);
	buf_free(&top->details);
	buf_free(&top->ui.text);
}

void ui_show_text(struct ui_state *ui, const char *title, const char *text, size_t length)
{
	ui->text.len = 0;
	buf_mem(&ui->text, text, length);
	snprintf(ui->title, sizeof(ui->title), "%s", title);
	ui->mode = UI_TEXT;
	ui->picture = false;
	ui->scroll = 0;
}

/**
 * struct binding - what a key does
 * @key: the key
 * @also: another one that does the same
 * @act: called with @by; NULL: nothing is to do here
 * @by: for @act
 * @action: what the caller has to do
 */
struct binding {
	int key;
	int also;
	void (*act)(struct top *top, int by);
	int by;
	enum ui_action action;
};

/* The action of @key, after what it does has been done. NULL: none of these. */
static const struct binding *press(struct top *top, const struct binding *b, size_t count, int key)
{
	for (; count--; b++) {
		if (key != b->key && key != b->also)
			continue;
		if (b->act)
			b->act(top, b->by);
		return b;
	}
	return NULL;
}

static void sort_by(struct top *top, int step)
{
	struct list *list = &top->lists[top->ui.pane];

	if (list->columns)
		list_sort_by(list, step);
	else
		strcpy(top->ui.message,
		       "This pane is not sorted: Tab, or 3 and 4, choose one that is");
}

static void choose(struct top *top, int pane)
{
	top->ui.zoom = top->ui.pane == (unsigned int)pane && !top->ui.zoom;
	top->ui.pane = (unsigned int)pane;
}

static void choose_beside(struct top *top, int step)
{
	top->ui.pane = (top->ui.pane + UI_PANES + (unsigned int)step) % UI_PANES;
}

static void zoom(struct top *top, int may)
{
	top->ui.zoom = may && !top->ui.zoom;
}

static void show_each(struct top *top, int unused)
{
	top->ui.each = !top->ui.each;
	strcpy(top->ui.message, top->ui.each ? "Each stuck socket by itself" :
					       "Stuck sockets of one owner and peer together");
}

static void show_help(struct top *top, int unused)
{
	ui_show_text(&top->ui, "Help", ui_help, strlen(ui_help));
}

static void show_details(struct top *top, int unused)
{
	struct list *list = &top->lists[UI_STUCK];
	const struct stuck_row *row;

	if (top->ui.pane != UI_STUCK || !list->count)
		return;
	list_move(list, 0);
	row = list_row(list, list->cursor);
	ui_show_text(&top->ui, row->verdict, top->details.data + row->text, row->text_length);
	strcpy(top->ui.selector, row->selector);
}

static void edit(struct top *top, int unused)
{
	top->ui.mode = UI_EDIT;
	strcpy(top->ui.edit, top->ui.filter);
}

static void leave_text(struct top *top, int unused)
{
	top->ui.mode = UI_NORMAL;
	top->ui.selector[0] = '\0';
}

static const struct binding normal_keys[] = {
	{ 'q', 'q', .action = UI_QUIT },
	{ 'p', ' ', .action = UI_PAUSE },
	{ '+', '>', .action = UI_FASTER },
	{ '-', '<', .action = UI_SLOWER },
	{ 'e', 'e', .action = UI_TO_END },
	{ 'a', 'a', .act = show_each, .action = UI_EACH },
	{ '/', 'f', .act = edit },
	{ '?', 'h', .act = show_help },
	{ UI_KEY_ENTER, UI_KEY_ENTER, .act = show_details },
	{ UI_KEY_TAB, UI_KEY_TAB, .act = choose_beside, .by = 1 },
	{ UI_KEY_BACK_TAB, UI_KEY_BACK_TAB, .act = choose_beside, .by = -1 },
	{ '1', '1', .act = choose, .by = UI_STATES },
	{ '2', '2', .act = choose, .by = UI_TIMES },
	{ '3', '3', .act = choose, .by = UI_STUCK },
	{ '4', '4', .act = choose, .by = UI_FLOWS },
	{ 'z', 'z', .act = zoom, .by = true },
	{ UI_KEY_ESCAPE, UI_KEY_ESCAPE, .act = zoom, .by = false },
	{ 's', UI_KEY_RIGHT, .act = sort_by, .by = 1 },
	{ 'S', UI_KEY_LEFT, .act = sort_by, .by = -1 },
	{ 'r', 'r', .act = sort_by, .by = 0 },
};

static const struct binding text_keys[] = {
	{ 'q', UI_KEY_ESCAPE, .act = leave_text },
	{ UI_KEY_ENTER, UI_KEY_LEFT, .act = leave_text },
	{ 'l', 'l', .action = UI_LADDER },
};

#define FAR 1000000

/* How far a key moves, in lines; a page leaves one to be seen again. 0: it does not */
static int steps(int key, int fit)
{
	int page = fit > 1 ? fit - 1 : 1;
	const struct {
		int key;
		int also;
		int by;
	} keys[] = {
		{ UI_KEY_UP, 'k', -1 },	    { UI_KEY_PAGE_UP, UI_KEY_PAGE_UP, -page },
		{ UI_KEY_DOWN, 'j', 1 },    { UI_KEY_PAGE_DOWN, ' ', page },
		{ UI_KEY_HOME, 'g', -FAR }, { UI_KEY_END, 'G', FAR },
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (key == keys[i].key || key == keys[i].also)
			return keys[i].by;
	return 0;
}

static enum ui_action key_normal(struct top *top, int key)
{
	const struct binding *b = press(top, normal_keys, ARRAY_SIZE(normal_keys), key);
	struct list *list = &top->lists[top->ui.pane];
	int by = b ? 0 : steps(key, list->fit);

	if (by)
		list_move(list, by);
	return b ? b->action : UI_NOTHING;
}

static enum ui_action key_text(struct top *top, int key)
{
	const struct binding *b = press(top, text_keys, ARRAY_SIZE(text_keys), key);
	struct ui_state *ui = &top->ui;

	if (!b)
		ui->scroll += steps(key, ui->text_rows);
	ui->scroll = ui->scroll < 0 ? 0 : ui->scroll < ui->lines ? ui->scroll : ui->lines;
	return b && ui->selector[0] ? b->action : UI_NOTHING;
}

static enum ui_action key_edit(struct ui_state *ui, int key)
{
	size_t length = strlen(ui->edit);

	switch (key) {
	case UI_KEY_ENTER:
		ui->mode = UI_NORMAL;
		return UI_FILTER;
	case UI_KEY_ESCAPE:
		ui->mode = UI_NORMAL;
		break;
	case UI_KEY_BACKSPACE:
		ui->edit[length ? length - 1 : 0] = '\0';
		break;
	case 'U' & 0x1f:
		ui->edit[0] = '\0';
		break;
	default:
		/* What filters are made of is ASCII. */
		if (key < ' ' || key > '~' || length == UI_EDIT_MAX)
			break;
		ui->edit[length] = (char)key;
		ui->edit[length + 1] = '\0';
	}
	return UI_NOTHING;
}

enum ui_action ui_key(struct top *top, int key)
{
	top->ui.message[0] = '\0';
	if (key == UI_KEY_REDRAW)
		return UI_CLEAR;
	if (top->ui.mode == UI_EDIT)
		return key_edit(&top->ui, key);
	return top->ui.mode == UI_TEXT ? key_text(top, key) : key_normal(top, key);
}
