// SPDX-License-Identifier: GPL-2.0
/* The screen as text, and its numbers as JSON, without a terminal. */
#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "userspace/top/top.h"
#include "userspace/base/time.h"
#include "userspace/top/panes.h"

#define WIDTH 80
#define HEIGHT 24

static int number_of(const char *name, int usual)
{
	const char *s = getenv(name);
	int n = s ? atoi(s) : 0;

	return n > 0 && n <= GRID_MAX ? n : usual;
}

/* As large as the terminal, or as COLUMNS and LINES say. */
static int size_grid(struct grid *g)
{
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col && size.ws_row)
		return grid_resize(g, size.ws_col, size.ws_row - 1); /* the prompt */
	return grid_resize(g, number_of("COLUMNS", WIDTH), number_of("LINES", HEIGHT));
}

static void put_screen(struct top *top, struct buf *out)
{
	struct grid *g = &top->grid;

	screen_draw(top, false);
	for (int y = 0; y < g->height; y++) {
		grid_row(g, y, out);
		buf_char(out, '\n');
	}
}

static int print(struct top *top, struct buf *out, bool more)
{
	if (top->json)
		top_json(top, out);
	else
		put_screen(top, out);
	if (more && !top->json)
		buf_char(out, '\n');
	return buf_flush(out);
}

/* The rings shall not run over meanwhile. */
static int pass_interval(struct top *top)
{
	uint64_t now_ns = time_now_ns(), until_ns = now_ns + top->interval_ns, wait_ns;
	struct timespec t;
	int err = 0;

	if (top->source.file) {
		top_step(top);
		return 0;
	}
	for (; !err && now_ns < until_ns; now_ns = time_now_ns()) {
		if (top->session.trail) {
			wait_ns = top_ask(top, until_ns) - now_ns;
			err = tcptrail_wait(top->session.trail, time_poll_ms(wait_ns));
			err = err == -EINTR || err > 0 ? 0 : err;
			if (!err)
				err = top_read(top);
		} else {
			t = time_spec(until_ns - now_ns);
			nanosleep(&t, NULL);
		}
	}
	return err;
}

/* The first update of a device has no rates yet; of a file only the end counts. */
static bool is_wanted(const struct top *top)
{
	if (!top->once)
		return true;
	return top->source.file ? top->play.over : !top->has_trail || top->numbers.updates > 1;
}

static int update(struct top *top)
{
	int err = top_read(top);

	return err ? err : top_update(top);
}

int top_batch(struct top *top)
{
	uint64_t printed = 0;
	bool more = true;
	struct buf out;
	int err;

	buf_init(&out, stdout);
	err = top->json ? 0 : size_grid(&top->grid);
	while (!err && more) {
		err = update(top);
		if (err)
			break;
		more = !top->play.over;
		if (is_wanted(top)) {
			printed++;
			more &= !top->once && printed != top->limit;
			if (print(top, &out, more))
				break;
		}
		if (more)
			err = pass_interval(top);
	}
	if (out.error)
		err = cmd_flush(&out);
	else if (err || top->play.error)
		err = source_failed(&top->source, err ? err : top->play.error);
	buf_free(&out);
	return err;
}
