// SPDX-License-Identifier: GPL-2.0
/*
 * Asks the kernel in a thread of its own, because listing the sockets of a large machine takes
 * long. The thread fills a snapshot; the caller's thread takes it when it is complete.
 */
#include "userspace/session/kernel_poll.h"

#include <signal.h>

#include "userspace/base/time.h"

static void *ask(void *arg)
{
	struct kernel_poll *f = arg;

	f->error = snapshot_list(&f->coming, f->states);
	f->ended_ns = time_now_ns();
	return NULL;
}

void kernel_poll_ask(struct kernel_poll *f, uint32_t states, uint64_t every_ns, uint64_t now_ns)
{
	sigset_t all, before;

	if (f->running ||
	    now_ns < time_again(f->begun_ns, f->ended_ns, every_ns, KERNEL_POLL_SHARE))
		return;
	f->states = states;
	f->begun_ns = now_ns;
	f->ended_ns = now_ns;
	/* Signals are for the thread that waits for them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	f->running = !pthread_create(&f->thread, NULL, ask, f);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

bool kernel_poll_collect(struct kernel_poll *f, struct tracker *m)
{
	if (!f->running || pthread_tryjoin_np(f->thread, NULL))
		return false;
	f->running = false;
	if (f->error) {
		snapshot_free(&f->coming);
		return false;
	}
	tracker_refresh(m, f->coming.records, f->coming.count);
	snapshot_forget(&f->coming);
	snapshot_free(&f->snapshot);
	f->snapshot = f->coming;
	f->coming = (struct snapshot){ 0 };
	f->at_ns = f->begun_ns;
	return true;
}

void kernel_poll_forget(struct kernel_poll *f, uint64_t now_ns)
{
	snapshot_free(&f->snapshot);
	f->at_ns = now_ns;
}

void kernel_poll_free(struct kernel_poll *f)
{
	if (f->running)
		pthread_join(f->thread, NULL);
	f->running = false;
	snapshot_free(&f->coming);
	snapshot_free(&f->snapshot);
}
