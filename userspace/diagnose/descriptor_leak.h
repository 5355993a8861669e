/* SPDX-License-Identifier: GPL-2.0 */
/* Descriptor leaks: how fast the sockets that a process forgets to close become more. */
#ifndef DIAGNOSE_DESCRIPTOR_LEAK_H
#define DIAGNOSE_DESCRIPTOR_LEAK_H

#include <stdint.h>

#include "userspace/base/time.h"

#define DESCRIPTOR_LEAK_WINDOW_NS (10 * MINUTE) /* new ones are counted over the last 10 minutes */
#define DESCRIPTOR_LEAK_ENOUGH 3 /* fewer sockets have no rate */
#define DESCRIPTOR_LEAK_NEVER UINT64_MAX

/**
 * struct descriptor_leak - the CLOSE-WAITs of one process
 * @task: the process, or a thread of it with descriptors of its own: see struct holder
 * @count: how many it holds; each counts once, by however many descriptors
 * @begun: of these, in the last @window_ns
 * @oldest_ns: age of the oldest
 * @window_ns: DESCRIPTOR_LEAK_WINDOW_NS, or the age of the oldest; 0: too few to tell
 * @fds: descriptors that it has in all
 * @fd_limit: how many it may have; 0: not known
 * @out_ns: after so long it has no descriptor left, if it goes on like that; 0: it
 *	has none left now; DESCRIPTOR_LEAK_NEVER
 */
struct descriptor_leak {
	uint64_t task;
	uint32_t count;
	uint32_t begun;
	uint64_t oldest_ns;
	uint64_t window_ns;
	uint32_t fds;
	uint64_t fd_limit;
	uint64_t out_ns;
};

/** descriptor_leak_add() - one more, so old */
void descriptor_leak_add(struct descriptor_leak *leak, uint64_t age_ns);

/** descriptor_leak_end() - that were all: window_ns and out_ns from the rest */
void descriptor_leak_end(struct descriptor_leak *leak);

/** descriptor_leak_per_hour() - how many more there are in an hour, at the present rate */
static inline uint64_t descriptor_leak_per_hour(const struct descriptor_leak *leak)
{
	return leak->window_ns ?
		       (uint64_t)(leak->begun * (double)HOUR / (double)leak->window_ns + 0.5) :
		       0;
}

#endif
