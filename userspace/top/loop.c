// SPDX-License-Identifier: GPL-2.0
/* The live screen: keys, time and records, each when it comes. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "userspace/top/top.h"
#include "userspace/base/array.h"
#include "userspace/base/time.h"
#include "userspace/top/panes.h"
#include "userspace/top/term.h"

/* Reading waits so long, at a rate that fills no more than a part of the rings meanwhile. */
#define PACE_MAX_NS (100 * MS)
#define PACE_MIN_NS MS
#define PACE_RECORDS 64 /* the smallest ring has 512 */

#define UI_SHARE 20 /* updates take at most one part in so many of the time */
#define SPEED_MAX 100000000ULL /* thousandths */
#define SPEED_MIN 10ULL

static volatile sig_atomic_t stopped;

static void on_signal(int signal)
{
	stopped = signal;
}

/*
 * Signals come while we wait, and only then. All that would end us end the loop, so
 * that the terminal is given back; Ctrl-Z and a new size are ncurses' affair.
 */
static void catch_signals(sigset_t *waiting)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		sigaction(signals[i], &action, NULL);
		sigaddset(&blocked, signals[i]);
	}
	sigaddset(&blocked, SIGWINCH);
	sigprocmask(SIG_BLOCK, &blocked, waiting);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigdelset(waiting, signals[i]);
	sigdelset(waiting, SIGWINCH);
}

/**
 * struct screen - the loop
 * @top: what is shown
 * @waiting: signals that are blocked while it waits
 * @next_ns: when the next update is due
 * @read_ns: the trail is not read before that
 * @pace_ns: how long it waits between two readings
 * @error: that ended it
 */
struct screen {
	struct top *top;
	sigset_t waiting;
	uint64_t next_ns;
	uint64_t read_ns;
	uint64_t pace_ns;
	int error;
};

static int draw(struct top *top)
{
	int width, height;

	term_size(&width, &height);
	if (grid_resize(&top->grid, width, height))
		return -ENOMEM;
	screen_draw(top, true);
	term_show(&top->grid);
	return 0;
}

static void use_filter(struct top *top)
{
	struct ui_state *l = &top->ui;

	if (top_filter(top, l->edit, l->message, sizeof(l->message))) {
		l->mode = UI_EDIT; /* to mend it */
		return;
	}
	strcpy(l->filter, l->edit);
	activity_restart(&top->activity);
	/* Numbers of before are not those of the new filter. */
	memset(&top->numbers, 0, sizeof(top->numbers));
}

static void pause_view(struct top *top)
{
	top->ui.paused = !top->ui.paused;
	if (top->source.file)
		top_run(top, top->ui.paused ? 0 : top->play.speed_milli);
}

static void change_speed(struct top *top, bool faster)
{
	uint64_t speed = top->play.speed_milli;

	if (!top->source.file) {
		strcpy(top->ui.message, "Only a trail from a file (-i) has a speed");
		return;
	}
	speed = faster ? speed * 2 : speed / 2;
	if (speed > SPEED_MAX || speed < SPEED_MIN)
		return;
	if (top->ui.paused)
		top->play.speed_milli = speed;
	else
		top_run(top, speed);
}

static void show_ladder(struct top *top)
{
	struct ui_state *l = &top->ui;
	struct buf text;
	int err;

	if (!top->session.trail) {
		strcpy(l->message, "Without the module there is no record of it");
		return;
	}
	buf_init(&text, NULL);
	err = top_ladder(top, l->selector, &text);
	if (err == -ENOENT)
		strcpy(l->message, "It is not on record (any more): it is older than the trail");
	else if (err)
		snprintf(l->message, sizeof(l->message), "%s", strerror(-err));
	else
		ui_show_text(l, l->selector, text.data, text.len);
	l->picture = !err;
	buf_free(&text);
}

/* All keys that were pressed; false: quit. */
static bool handle_keys(struct screen *s)
{
	struct top *top = s->top;
	bool pressed = false;
	int key;

	while ((key = term_key()) != UI_KEY_NONE) {
		enum ui_action action = ui_key(top, key);

		pressed = true;
		switch (action) {
		case UI_QUIT:
			return false;
		case UI_FILTER:
			use_filter(top);
			if (top->ui.mode == UI_NORMAL)
				s->next_ns = 0;
			break;
		case UI_PAUSE:
			pause_view(top);
			break;
		case UI_LADDER:
			show_ladder(top);
			break;
		case UI_FASTER:
		case UI_SLOWER:
			change_speed(top, action == UI_FASTER);
			break;
		case UI_EACH:
			s->error = top_list(top, top_now_ns(top));
			break;
		case UI_TO_END:
			if (top->source.file)
				top_to_end(top);
			s->next_ns = 0;
			break;
		case UI_CLEAR:
			term_clear();
			break;
		case UI_NOTHING:
			break;
		}
	}
	if (pressed && !s->error)
		s->error = draw(top);
	return !s->error;
}

/* Faster while the rings fill faster. */
static void read_trail(struct screen *s)
{
	struct top *top = s->top;
	uint64_t before = top->activity.records;
	uint64_t count;

	s->error = top_read(top);
	count = top->activity.records - before;
	if (count > 2 * PACE_RECORDS && s->pace_ns > PACE_MIN_NS)
		s->pace_ns /= 2;
	else if (count < PACE_RECORDS && s->pace_ns < PACE_MAX_NS)
		s->pace_ns *= 2;
	s->read_ns = time_now_ns() + s->pace_ns;
}

static void update(struct screen *s)
{
	struct top *top = s->top;
	uint64_t begun_ns;

	read_trail(s);
	begun_ns = time_now_ns();
	/* What has been counted stands, as at the end of a file. */
	if (!s->error)
		s->error = top_update(top);
	if (!s->error)
		s->error = draw(top);
	s->next_ns = time_again(begun_ns, time_now_ns(), top->interval_ns, UI_SHARE);
}

/* A view that stands still needs no updates, nor does a trail that is over. */
static bool needs_updates(const struct top *top)
{
	return !top->ui.paused && !(top->play.over && top->ended);
}

/* Until a key, a record, the next update, a signal; false: the terminal is gone. */
static bool wait_for_something(const struct screen *s)
{
	struct pollfd fds[2] = { { STDIN_FILENO, POLLIN, 0 }, { -1, POLLIN, 0 } };
	uint64_t now_ns = time_now_ns(), until_ns = UINT64_MAX;
	struct timespec wait;

	if (needs_updates(s->top) || !s->next_ns)
		until_ns = top_ask(s->top, s->next_ns);
	if (s->top->session.trail && tcptrail_is_live(s->top->session.trail)) {
		/* While paused, too: the rings go on. */
		if (s->read_ns <= now_ns)
			fds[1].fd = tcptrail_fd(s->top->session.trail);
		else if (s->read_ns < until_ns)
			until_ns = s->read_ns;
	}
	wait = time_spec(time_between(now_ns, until_ns));
	if (ppoll(fds, 2, until_ns == UINT64_MAX ? NULL : &wait, &s->waiting) < 0)
		return errno == EINTR;
	return !(fds[0].revents & (POLLHUP | POLLERR | POLLNVAL));
}

static int loop(struct screen *s)
{
	struct top *top = s->top;
	bool live = top->session.trail && tcptrail_is_live(top->session.trail);

	if (top->source.file)
		top_run(top, top->play.speed_milli);
	update(s);
	while (!s->error && !stopped && wait_for_something(s)) {
		if (stopped || !handle_keys(s))
			break;
		if ((needs_updates(top) || !s->next_ns) && time_now_ns() >= s->next_ns)
			update(s);
		else if (live && time_now_ns() >= s->read_ns)
			read_trail(s);
	}
	return s->error;
}

static int refuse(int err)
{
	const char *term = getenv("TERM");

	switch (-err) {
	case ENOTTY:
		return cmd_fail(
			"needs a terminal for its screen: --once prints one screen as text, "
			"--batch one each interval, --json lines for machines");
	case ENOTSUP:
		return cmd_fail(
			"TERM=%s: this terminal cannot move its cursor: use --once, --batch "
			"or --json, or set TERM to what it really is",
			term);
	default:
		return cmd_fail(
			"TERM=%s: not a terminal that is known here: use --once, --batch or "
			"--json, or set TERM to one that is, e.g. xterm",
			term ? term : "");
	}
}

int top_screen(struct top *top)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	struct screen s = { .top = top, .pace_ns = PACE_MAX_NS };
	int err = term_open(!no_color || !*no_color);

	if (err)
		return refuse(err);
	top->grid.console = term && !strncmp(term, "linux", 5);
	catch_signals(&s.waiting);
	err = loop(&s);
	term_close();
	if (err)
		return source_failed(&top->source, err);
	if (top->play.error)
		return source_failed(&top->source, top->play.error);
	return CMD_OK;
}
