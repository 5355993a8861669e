// SPDX-License-Identifier: GPL-2.0
/*
 * Reads a trail on and on: hands over records in batches, calls idle() when there are none,
 * and stops for a signal, at the end of a file, or when the time is over. With a time, what
 * was recorded until then is still read to the end.
 */
#include "userspace/session/follow.h"
#include "userspace/base/time.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

#define SMALL_BATCH 256 /* after fewer records than this we may be about to sleep */
#define SETTLE_NS (5 * MS) /* by then the library holds nothing older back */

static volatile sig_atomic_t stopped;

static void on_signal(int signal)
{
	stopped = 1;
}

void follow_catch_signals(void)
{
	/* Without SA_RESTART: whatever sleeps shall wake. */
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

bool follow_stopped(void)
{
	return stopped;
}

static int ms_until(uint64_t deadline_ns)
{
	return time_poll_ms(time_between(time_now_ns(), deadline_ns));
}

static int idle(const struct follow *f)
{
	return f->idle ? f->idle(f->context) : 0;
}

/* Read what was recorded up to @until_ns, and perhaps a little more. */
static int read_until(const struct follow *f, uint64_t until_ns)
{
	const struct tcptrail_record *records;

	for (;;) {
		uint64_t before_ns = time_now_ns();
		int n = tcptrail_read(f->trail, &records);
		int err;

		if (n < 0 && n != -EINTR)
			return n;
		if (n > 0) {
			err = f->records(f->context, records, (size_t)n);
			if (err)
				return err < 0 ? err : 0;
			if (records[n - 1].time_ns > until_ns)
				return 0;
		} else if (before_ns > until_ns + SETTLE_NS) {
			return 0;
		}
		if (n < SMALL_BATCH && before_ns <= until_ns + SETTLE_NS)
			nanosleep(&(struct timespec){ .tv_nsec = SETTLE_NS / 4 }, NULL);
	}
}

/* @deadline_ns: 0 for none */
static int read_on(const struct follow *f, uint64_t deadline_ns)
{
	bool live = tcptrail_is_live(f->trail);
	const struct tcptrail_record *records;

	while (!stopped) {
		int timeout_ms = deadline_ns ? ms_until(deadline_ns) : -1;
		int n = tcptrail_read(f->trail, &records);
		int err = 0;

		if (n == -EINTR)
			continue;
		if (n < 0)
			return n;
		if (n)
			err = f->records(f->context, records, (size_t)n);
		if (err)
			return err < 0 ? err : 0;
		if (!n && !live)
			return 0;
		if (!timeout_ms)
			break;
		if (n < SMALL_BATCH || (!live && !tcptrail_wait(f->trail, 0))) {
			err = idle(f);
			if (err)
				return err < 0 ? err : 0;
		}
		if (f->tick_ms && live && (timeout_ms < 0 || timeout_ms > f->tick_ms))
			timeout_ms = f->tick_ms;
		err = tcptrail_wait(f->trail, timeout_ms);
		if (err < 0 && err != -EINTR)
			return err;
	}
	return live ? read_until(f, time_now_ns()) : 0;
}

int follow(const struct follow *f)
{
	uint64_t start_ns = time_now_ns();
	uint64_t deadline_ns;
	int err, idle_err;

	if (!f->duration_ns || __builtin_add_overflow(start_ns, f->duration_ns, &deadline_ns))
		deadline_ns = 0;

	if (f->once && tcptrail_is_live(f->trail))
		err = read_until(f, start_ns);
	else
		err = read_on(f, deadline_ns);
	idle_err = idle(f);
	return err || idle_err > 0 ? err : idle_err;
}
