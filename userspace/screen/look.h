/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How somebody looks at a view: which pane has the keys, in what order the rows
 * stand, what is typed. Keys go in, what shall be done comes out; no terminal.
 */
#ifndef TCPTRAIL_LOOK_H
#define TCPTRAIL_LOOK_H

#include "view.h"

/* Keys beside the characters themselves. */
enum look_key {
	LOOK_KEY_NONE = 0x200000, /* above Unicode */
	LOOK_KEY_UP,
	LOOK_KEY_DOWN,
	LOOK_KEY_LEFT,
	LOOK_KEY_RIGHT,
	LOOK_KEY_PAGE_UP,
	LOOK_KEY_PAGE_DOWN,
	LOOK_KEY_HOME,
	LOOK_KEY_END,
	LOOK_KEY_TAB,
	LOOK_KEY_BACK_TAB,
	LOOK_KEY_ENTER,
	LOOK_KEY_ESCAPE,
	LOOK_KEY_BACKSPACE,
	LOOK_KEY_HELP,
	LOOK_KEY_RESIZE,
	LOOK_KEY_REDRAW,
	LOOK_KEY_OTHER, /* means nothing here */
};

enum look_pane {
	LOOK_STATES,
	LOOK_TIMES,
	LOOK_STUCK,
	LOOK_FLOWS,
	LOOK_PANES,
};

enum look_mode {
	LOOK_NORMAL,
	LOOK_EDIT, /* a filter is typed */
	LOOK_TEXT, /* all that is known of a stuck one, or help, or a ladder */
};

/** enum look_do - what a key asks of the caller, beside drawing anew */
enum look_do {
	LOOK_NOTHING,
	LOOK_QUIT,
	LOOK_FILTER, /* take look.edit as the filter */
	LOOK_PAUSE,
	LOOK_LADDER, /* put the ladder of look.selector into look.text */
	LOOK_FASTER,
	LOOK_SLOWER,
	LOOK_TO_END,
	LOOK_EACH, /* look.each has changed */
	LOOK_CLEAR, /* draw everything anew, something else may have written on it */
};

#define LOOK_EDIT_MAX 120

/**
 * struct look_list - how a pane's rows stand
 * @sort: column
 * @reverse: the other way round
 * @cursor: row that is selected
 * @first: row at the top
 * @id: of what is selected: it may stand elsewhere at the next look
 * @rows: how many fit, when last drawn
 */
struct look_list {
	unsigned int sort;
	bool reverse;
	size_t cursor;
	size_t first;
	uint64_t id;
	int rows;
};

/**
 * struct look - zero at the start, and look_begin()
 * @pane: enum look_pane: who has the keys
 * @zoom: it has all of the screen
 * @lists: by pane; those of LOOK_STUCK and LOOK_FLOWS are used
 * @mode: enum look_mode
 * @edit: what is typed
 * @edit_length: bytes of it
 * @filter: the filter that is in use, as it was typed
 * @message: to be shown once
 * @paused: the view stands still
 * @each: stuck sockets stand each by itself, not in groups
 * @text: lines to read, in LOOK_TEXT
 * @title: of @text
 * @picture: its lines are not broken where they are too long
 * @scroll: first line of it
 * @lines: how many there are, when last drawn
 * @text_rows: how many fit, likewise
 * @selector: the connection that @text is about; empty: about none
 */
struct look {
	unsigned int pane;
	bool zoom;
	struct look_list lists[LOOK_PANES];
	enum look_mode mode;
	char edit[LOOK_EDIT_MAX + 1];
	size_t edit_length;
	char filter[LOOK_EDIT_MAX + 1];
	char message[160];
	bool paused;
	bool each;
	struct buf text;
	char title[64];
	bool picture;
	int scroll;
	int lines;
	int text_rows;
	char selector[2 * ENDPOINT_MAX + 2];
};

void look_begin(struct look *l);
void look_free(struct look *l);

/** look_key() - a key: a character, or enum look_key */
enum look_do look_key(struct look *l, struct view *v, int key);

/** look_sort() - put the view's rows into order, the cursor with the row that it was on */
void look_sort(struct look *l, struct view *v);

/** look_sort_name() - the column by which a pane is sorted, "" for one that is not */
const char *look_sort_name(const struct look *l, unsigned int pane);

/** look_read() - show text; it replaces what is in look.text */
void look_read(struct look *l, const char *title, const char *text, size_t length);

#endif
