/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A grid on a real terminal, and keys from it, by ncurses: the terminal's own
 * library, which knows what each of them can do. There is one at a time.
 */
#ifndef TOP_TERM_H
#define TOP_TERM_H

#include "userspace/top/grid.h"

/**
 * term_open() - take the terminal
 * @color: it may be coloured, if it can
 *
 * Return: 0; -ENOTTY if standard input or output is no terminal; -ENOENT if its
 * kind (TERM) is not known; -ENOTSUP if such a one has no cursor to move.
 */
int term_open(bool color);

/** term_close() - give it back as it was; harmless without term_open() */
void term_close(void);

/** term_size() - as it is now */
void term_size(int *width, int *height);

/** term_show() - what has changed since the last time */
void term_show(const struct grid *g);

/** term_clear() - everything is drawn anew the next time: something else wrote on it */
void term_clear(void);

/** term_key() - a character or enum ui_key; UI_KEY_NONE: none was pressed */
int term_key(void);

#endif
