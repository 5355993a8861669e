/* SPDX-License-Identifier: GPL-2.0 */
/* A leak: how fast the sockets that a process forgets to close become more. */
#ifndef DIAGNOSE_DESCRIPTOR_LEAK_H
#define DIAGNOSE_DESCRIPTOR_LEAK_H

#include <stddef.h>
#include <stdint.h>

#include "userspace/base/time.h"

#define DESCRIPTOR_LEAK_WINDOW_NS (10 * MINUTE) /* new ones are counted over the last 10 minutes */
#define DESCRIPTOR_LEAK_ENOUGH 3 /* fewer sockets have no rate */
#define DESCRIPTOR_LEAK_NEVER UINT64_MAX

/**
 * struct descriptor_leak - of one process
 * @count: how many it has
 * @begun: of these, in the last @window_ns
 * @window_ns: DESCRIPTOR_LEAK_WINDOW_NS, or the age of the oldest; 0: too few to tell
 * @fds: descriptors that it has in all
 * @fd_limit: how many it may have; 0: not known
 * @out_ns: after so long it has no descriptor left, if it goes on like that; 0: it
 *	has none left now; DESCRIPTOR_LEAK_NEVER
 */
struct descriptor_leak {
	uint32_t count;
	uint32_t begun;
	uint64_t window_ns;
	uint32_t fds;
	uint64_t fd_limit;
	uint64_t out_ns;
};

/**
 * descriptor_leak_of() - from the times when each began
 * @leak: filled; fds and fd_limit are set before
 * @since_ns: when each of them began
 * @count: how many
 * @now_ns: when that is
 */
void descriptor_leak_of(struct descriptor_leak *leak, const uint64_t *since_ns, size_t count,
			uint64_t now_ns);

/** descriptor_leak_per_hour() - how many more there are in an hour, at the present rate */
static inline uint64_t descriptor_leak_per_hour(const struct descriptor_leak *leak)
{
	return leak->window_ns ? (uint64_t)(leak->begun * 3.6e12 / (double)leak->window_ns + 0.5) :
				 0;
}

#endif
