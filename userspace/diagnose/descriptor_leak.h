/* SPDX-License-Identifier: GPL-2.0 */
/* Descriptor leaks: how fast the sockets that a process forgets to close become more. */
#ifndef DIAGNOSE_DESCRIPTOR_LEAK_H
#define DIAGNOSE_DESCRIPTOR_LEAK_H

#include "userspace/base/time.h"
#include "userspace/diagnose/trend.h"

#define DESCRIPTOR_LEAK_WINDOW_NS (10 * MINUTE) /* a rate is that of the last 10 minutes */
#define DESCRIPTOR_LEAK_LEAST_NS MINUTE /* or of less, but not of less than a minute */
#define DESCRIPTOR_LEAK_ENOUGH 3 /* fewer sockets have no rate */
#define DESCRIPTOR_LEAK_NEVER UINT64_MAX

/**
 * struct descriptor_leak - the CLOSE-WAITs of one process
 * @task: the process, or a thread of it with descriptors of its own: see struct holder
 * @count: how many it holds; each counts once, by however many descriptors
 * @uncounted: what it closed is not on record: another process holds some of them, too,
 *	or it has another number in the records
 * @trend: of the last minutes: those that began, those that are closed
 * @fds: descriptors that it has in all
 * @fd_limit: how many it may have; 0: not known
 * @out_ns: after so long it has no descriptor left, if it goes on like that; 0: it
 *	has none left now; DESCRIPTOR_LEAK_NEVER
 */
struct descriptor_leak {
	uint64_t task;
	uint32_t count;
	bool uncounted;
	struct trend trend;
	uint32_t fds;
	uint64_t fd_limit;
	uint64_t out_ns;
};

/**
 * descriptor_leak_end() - all of its CLOSE-WAITs are counted: out_ns, and of the trend what ended
 * @recent: CLOSE-WAITs that have ended, by process; NULL: not known, and there is no trend
 */
void descriptor_leak_end(struct descriptor_leak *leak, const struct recent *recent);

/** descriptor_leak_is_known() - is there a window in which all that began and ended is on record? */
static inline bool descriptor_leak_is_known(const struct descriptor_leak *leak)
{
	return !leak->uncounted && leak->count >= DESCRIPTOR_LEAK_ENOUGH &&
	       trend_window_ns(&leak->trend);
}

/** descriptor_leak_per_hour() - how many more there are in an hour, at the present rate; 0: there is none */
uint64_t descriptor_leak_per_hour(const struct descriptor_leak *leak);

#endif
