/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the user has chosen: which pane has the keys, in what order the rows stand, what is
 * typed. Keys go in, what shall be done comes out; no terminal.
 */
#ifndef TOP_UI_STATE_H
#define TOP_UI_STATE_H

#include "userspace/base/buf.h"
#include "userspace/top/rows.h"

struct top;

/* Keys beside the characters themselves. */
enum ui_key {
	UI_KEY_NONE = 0x200000, /* above Unicode */
	UI_KEY_UP,
	UI_KEY_DOWN,
	UI_KEY_LEFT,
	UI_KEY_RIGHT,
	UI_KEY_PAGE_UP,
	UI_KEY_PAGE_DOWN,
	UI_KEY_HOME,
	UI_KEY_END,
	UI_KEY_TAB,
	UI_KEY_BACK_TAB,
	UI_KEY_ENTER,
	UI_KEY_ESCAPE,
	UI_KEY_BACKSPACE,
	UI_KEY_REDRAW, /* also after a change of the size */
	UI_KEY_OTHER, /* means nothing here */
};

enum ui_pane {
	UI_STATES,
	UI_TIMES,
	UI_STUCK,
	UI_FLOWS,
	UI_PANES,
};

enum ui_mode {
	UI_NORMAL,
	UI_EDIT, /* a filter is typed */
	UI_TEXT, /* all that is known of a stuck one, or help, or a ladder */
};

/** enum ui_action - what a key asks of the caller, beside drawing anew */
enum ui_action {
	UI_NOTHING,
	UI_QUIT,
	UI_FILTER, /* use ui.edit as the filter */
	UI_PAUSE,
	UI_LADDER, /* put the ladder of ui.selector into ui.text */
	UI_FASTER,
	UI_SLOWER,
	UI_TO_END,
	UI_EACH, /* ui.each has changed */
	UI_CLEAR, /* draw everything anew, something else may have written on it */
};

#define UI_EDIT_MAX 120

/**
 * struct ui_state - zero at the start, and ui_init()
 * @pane: enum ui_pane: who has the keys
 * @zoom: it has all of the screen
 * @mode: enum ui_mode
 * @edit: what is typed
 * @filter: the filter that is in use, as it was typed
 * @message: to be shown once
 * @paused: the screen stands still
 * @each: stuck sockets stand each by itself, not in groups
 * @text: lines to read, in UI_TEXT
 * @title: of @text
 * @picture: its lines are not broken where they are too long
 * @scroll: first line of it
 * @lines: how many there are, when last drawn
 * @text_rows: how many fit, likewise
 * @selector: the connection that @text is about; empty: about none
 */
struct ui_state {
	unsigned int pane;
	bool zoom;
	enum ui_mode mode;
	char edit[UI_EDIT_MAX + 1];
	char filter[UI_EDIT_MAX + 1];
	char message[160];
	bool paused;
	bool each;
	struct buf text;
	char title[64];
	bool picture;
	int scroll;
	int lines;
	int text_rows;
	char selector[SELECTOR_MAX + 1];
};

/* help.c: what the keys do, and what the columns mean */
extern const char ui_help[];

/** ui_init() - of @top: its ui, and no rows yet */
void ui_init(struct top *top);
void ui_free(struct top *top);

/** ui_key() - a key: a character, or enum ui_key */
enum ui_action ui_key(struct top *top, int key);

/** ui_show_text() - show text; it replaces what is in ui.text */
void ui_show_text(struct ui_state *ui, const char *title, const char *text, size_t length);

#endif
