// SPDX-License-Identifier: GPL-2.0
/* Text to read, over all panes: help, all that is known of one socket, a ladder. */
#include <string.h>

#include "userspace/top/panes.h"
#include "userspace/base/text.h"

/* How much of a line goes on a row of @width: all of a picture's, words up to a space. */
static size_t row_length(const struct ui_state *ui, const char *line, int width)
{
	size_t length = strcspn(line, "\n");

	return ui->picture ? length : text_line(line, length, width > 1 ? (size_t)width : 1);
}

static void put_row(const struct area *a, int x, int y, const char *line, size_t length)
{
	char text[1024];

	if (length >= sizeof(text))
		length = sizeof(text) - 1;
	memcpy(text, line, length);
	text[length] = '\0';
	area_column(a, x, y, a->width - x, GRID_PLAIN, text);
}

/* One line, on as many rows as it needs, the first of them @number; returns the next. */
static int put_line(const struct area *a, const struct ui_state *ui, const char *line, int number)
{
	int indent = (int)strspn(line, " "), x = 0;
	size_t length;

	if (indent > a->width / 2)
		indent = 0;
	do {
		length = row_length(ui, line, a->width - x);
		if (number >= ui->scroll && number - ui->scroll < ui->text_rows)
			put_row(a, x, number - ui->scroll + 1, line, length);
		number++;
		line += length;
		line += strspn(line, " ");
		x = indent;
	} while (*line && *line != '\n');
	return number;
}

static int put_lines(const struct area *a, struct ui_state *ui)
{
	const char *line = buf_string(&ui->text);
	int number = 0;

	while (*line) {
		number = put_line(a, ui, line, number);
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return number;
}

void pane_text(const struct area *a, struct ui_state *ui)
{
	struct area nowhere = *a;

	nowhere.height = 0;
	ui->text_rows = a->height - 1;
	ui->lines = put_lines(&nowhere, ui);
	if (ui->scroll > ui->lines - ui->text_rows)
		ui->scroll = ui->lines - ui->text_rows;
	if (ui->scroll < 0)
		ui->scroll = 0;
	area_row(a, 0, GRID_FOCUS);
	area_put(a, 0, 0, GRID_FOCUS, ui->title);
	put_lines(a, ui);
}
