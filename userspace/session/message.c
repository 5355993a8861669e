// SPDX-License-Identifier: GPL-2.0
/*
 * Messages on standard error: one line each, with the command's name, and with everything
 * quoted made harmless for a terminal.
 */
#include "userspace/session/message.h"
#include "userspace/base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *running;

void cmd_name(const char *name)
{
	running = name;
}

/* One line, whatever is quoted in it. */
static void say(const char *format, va_list args)
{
	struct buf out;
	char *text;

	if (vasprintf(&text, format, args) < 0)
		return;
	buf_init(&out, NULL);
	buf_safe(&out, text, strlen(text));
	free(text);
	fflush(stdout); /* where both go to one place, the order shall be right */
	fprintf(stderr, "tcptrail%s%s: %s", running ? " " : "", running ? running : "",
		buf_string(&out));
	buf_free(&out);
}

int cmd_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	fputc('\n', stderr);
	return CMD_FAILED;
}

int cmd_usage(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	fprintf(stderr, " (try: tcptrail %s%s)\n", running ? "help " : "--help",
		running ? running : "");
	return CMD_USAGE;
}

int cmd_flush(struct buf *out)
{
	if (!buf_flush(out) || out->error == EPIPE)
		return CMD_OK;
	return cmd_fail("standard output: %s", strerror(out->error));
}
