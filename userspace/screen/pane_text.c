// SPDX-License-Identifier: GPL-2.0
/* Text to read, over all panes: help, all that is known of one socket, a ladder. */
#include <string.h>

#include "panes.h"

void pane_text(const struct area *a, struct look *l)
{
	const char *line = buf_string(&l->text);
	int number = 0;

	l->lines = 0;
	for (const char *s = line; *s; s++)
		l->lines += *s == '\n';
	l->text_rows = a->height - 1;
	if (l->scroll > l->lines - l->text_rows)
		l->scroll = l->lines - l->text_rows;
	if (l->scroll < 0)
		l->scroll = 0;
	area_row(a, 0, GRID_FOCUS);
	area_put(a, 0, 0, GRID_FOCUS, l->title);
	for (; *line && number - l->scroll < l->text_rows; number++) {
		size_t length = strcspn(line, "\n");
		char text[1024];

		if (number >= l->scroll) {
			if (length >= sizeof(text))
				length = sizeof(text) - 1;
			memcpy(text, line, length);
			text[length] = '\0';
			area_column(a, 0, number - l->scroll + 1, a->width, GRID_PLAIN, text);
		}
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
}
