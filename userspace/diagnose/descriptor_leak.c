// SPDX-License-Identifier: GPL-2.0
#include "userspace/diagnose/descriptor_leak.h"
#include "userspace/base/time.h"

static uint64_t out_ns(const struct descriptor_leak *g)
{
	double left;

	if (!g->fd_limit || g->fd_limit == UINT64_MAX)
		return DESCRIPTOR_LEAK_NEVER;
	if (g->fds >= g->fd_limit)
		return 0;
	if (!g->window_ns || !g->begun)
		return DESCRIPTOR_LEAK_NEVER;
	left = (double)(g->fd_limit - g->fds) * (double)g->window_ns / g->begun;
	return left < 1e18 ? (uint64_t)left : DESCRIPTOR_LEAK_NEVER;
}

void descriptor_leak_of(struct descriptor_leak *g, const uint64_t *since_ns, size_t count,
			uint64_t now_ns)
{
	uint64_t age_ns, oldest_ns = 0;
	size_t i;

	g->count = (uint32_t)count;
	g->begun = 0;
	g->window_ns = 0;
	for (i = 0; i < count; i++) {
		age_ns = now_ns > since_ns[i] ? now_ns - since_ns[i] : 0;
		if (age_ns < DESCRIPTOR_LEAK_WINDOW_NS)
			g->begun++;
		if (age_ns > oldest_ns)
			oldest_ns = age_ns;
	}
	if (count >= DESCRIPTOR_LEAK_ENOUGH) {
		g->window_ns = oldest_ns < DESCRIPTOR_LEAK_WINDOW_NS ? oldest_ns :
								       DESCRIPTOR_LEAK_WINDOW_NS;
		if (g->window_ns < SEC)
			g->window_ns = SEC;
	}
	g->out_ns = out_ns(g);
}
