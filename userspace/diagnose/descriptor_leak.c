// SPDX-License-Identifier: GPL-2.0
#include "userspace/diagnose/descriptor_leak.h"

#include <errno.h>

#include "userspace/diagnose/stuck.h"

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

static int add_socket(struct hashmap *leaks, const struct owners *owners, uint32_t inode,
		      uint64_t age_ns)
{
	const struct holder *holders;
	struct descriptor_leak *leak;
	size_t count, i;
	uint64_t pid;

	holders = owners_of(owners, inode, &count);
	for (i = 0; i < count; i++) {
		if (i && holders[i].pid == holders[i - 1].pid)
			continue;
		pid = holders[i].pid;
		leak = hashmap_get(leaks, &pid);
		if (!leak)
			return -ENOMEM;
		descriptor_leak_add(leak, age_ns);
	}
	return 0;
}

int descriptor_leaks_find(struct hashmap *leaks, const struct stuck_result *r,
			  const struct owners *owners)
{
	const struct process *process;
	struct descriptor_leak *leak;
	size_t i;

	hashmap_init(leaks, sizeof(leak->pid), sizeof(*leak));
	for (i = 0; i < r->close_wait_count; i++)
		if (add_socket(leaks, owners, r->close_waits[i].inode,
			       time_between(r->close_waits[i].since_ns, r->query.now_ns)))
			return -ENOMEM;
	for (i = 0; i < leaks->count; i++) {
		leak = hashmap_at(leaks, i);
		process = owners_process(owners, (uint32_t)leak->pid);
		if (process) {
			leak->fds = process->fds;
			leak->fd_limit = process->fd_limit;
		}
		descriptor_leak_end(leak);
	}
	return 0;
}
