// SPDX-License-Identifier: GPL-2.0
/* How fast the CLOSE-WAITs of a process become more, and when its descriptors run out. */
#include "userspace/diagnose/descriptor_leak.h"

#include "userspace/procfs/process.h"

void descriptor_leak_add(struct descriptor_leak *leak, uint64_t age_ns)
{
	leak->count++;
	leak->begun += age_ns < DESCRIPTOR_LEAK_WINDOW_NS;
	if (age_ns > leak->oldest_ns)
		leak->oldest_ns = age_ns;
}

static uint64_t out_ns(const struct descriptor_leak *leak)
{
	double left;

	if (!leak->fd_limit || leak->fd_limit == PROCESS_UNLIMITED)
		return DESCRIPTOR_LEAK_NEVER;
	if (leak->fds >= leak->fd_limit)
		return 0;
	if (!leak->window_ns || !leak->begun)
		return DESCRIPTOR_LEAK_NEVER;
	left = (double)(leak->fd_limit - leak->fds) * (double)leak->window_ns / leak->begun;
	return left < 1e18 ? (uint64_t)left : DESCRIPTOR_LEAK_NEVER;
}

void descriptor_leak_end(struct descriptor_leak *leak)
{
	leak->window_ns = 0;
	if (leak->count >= DESCRIPTOR_LEAK_ENOUGH) {
		leak->window_ns = leak->oldest_ns < DESCRIPTOR_LEAK_WINDOW_NS ?
					  leak->oldest_ns :
					  DESCRIPTOR_LEAK_WINDOW_NS;
		if (leak->window_ns < SEC)
			leak->window_ns = SEC;
	}
	leak->out_ns = out_ns(leak);
}
