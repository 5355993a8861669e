// SPDX-License-Identifier: GPL-2.0
/* /proc is asked once, for the sockets of all findings and, with a leak, of all CLOSE-WAITs. */
#include "userspace/diagnose/holders.h"

#include <errno.h>
#include <stdlib.h>

static uint32_t inode_of(const struct stuck_result *r, const struct finding *f)
{
	const struct conn *listener = tracker_listener(r->query.tracker, f->conn);

	if (f->conn->inode)
		return f->conn->inode;
	return listener ? listener->inode : 0;
}

/* What has no file is not looked for: /proc is large. With a leak all its sockets count. */
static int find_owners(struct owners *owners, const struct stuck_result *r)
{
	uint32_t *inodes = calloc(2 * r->count + r->close_wait_count + 1, sizeof(*inodes));
	const struct conn *peer;
	size_t i, wanted = 0;
	bool leaks = false;
	int err;

	if (!inodes)
		return -ENOMEM;
	for (i = 0; i < r->count; i++) {
		inodes[wanted] = inode_of(r, &r->findings[i]);
		wanted += inodes[wanted] != 0;
		peer = finding_peer(&r->findings[i]);
		inodes[wanted] = peer ? peer->inode : 0;
		wanted += inodes[wanted] != 0;
		leaks |= r->findings[i].state == TCPTRAIL_CLOSE_WAIT && r->findings[i].conn->inode;
	}
	for (i = 0; leaks && i < r->close_wait_count; i++)
		inodes[wanted++] = r->close_waits[i].inode;
	err = owners_find(owners, inodes, wanted);
	free(inodes);
	return err;
}

/* A socket counts once for each descriptor table, by however many descriptors. */
static int count_socket(struct holders *h, uint32_t inode, uint64_t age_ns)
{
	const struct holder *holders;
	struct descriptor_leak *leak;
	size_t count, i;
	uint64_t task;

	holders = owners_of(&h->owners, inode, &count);
	for (i = 0; i < count; i++) {
		if (i && holders[i].task == holders[i - 1].task)
			continue;
		task = holders[i].task;
		leak = hashmap_get(&h->leaks, &task);
		if (!leak)
			return -ENOMEM;
		descriptor_leak_add(leak, age_ns);
	}
	return 0;
}

int holders_count_leaks(struct holders *h, const struct stuck_result *r)
{
	const struct process *process;
	struct descriptor_leak *leak;
	size_t i;

	hashmap_init(&h->leaks, sizeof(leak->task), sizeof(*leak));
	for (i = 0; i < r->close_wait_count; i++)
		if (count_socket(h, r->close_waits[i].inode,
				 time_between(r->close_waits[i].since_ns, r->query.now_ns)))
			return -ENOMEM;
	for (i = 0; i < h->leaks.count; i++) {
		leak = hashmap_at(&h->leaks, i);
		process = owners_process(&h->owners, (uint32_t)leak->task);
		if (process) {
			leak->fds = process->fds;
			leak->fd_limit = process->fd_limit;
		}
		descriptor_leak_end(leak);
	}
	return 0;
}

int holders_find(struct holders *h, const struct stuck_result *r)
{
	int err;

	*h = (struct holders){ 0 };
	err = find_owners(&h->owners, r);
	return err ? err : holders_count_leaks(h, r);
}

void holders_free(struct holders *h)
{
	owners_free(&h->owners);
	hashmap_fini(&h->leaks);
}

const struct holder *holders_of(const struct holders *h, const struct conn *c, size_t *count)
{
	*count = 0;
	return h ? owners_of(&h->owners, c->inode, count) : NULL;
}

bool holders_none(const struct holders *h, const struct conn *c)
{
	size_t count;

	return h && h->owners.complete && c->inode && !holders_of(h, c, &count);
}

struct owner holders_owner(const struct holders *h, const struct tracker *m, const struct conn *c)
{
	size_t count;
	const struct holder *holder = holders_of(h, c, &count);
	const struct task *task = tracker_task(m, c->owner ? c->owner : c->opener);

	if (count)
		return (struct owner){ holder->comm, holder->pid, true };
	return task ? (struct owner){ task->comm, task->pid, false } : (struct owner){ 0 };
}
