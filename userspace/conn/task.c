// SPDX-License-Identifier: GPL-2.0
/* The tasks that connections name: each (pid, comm) is kept once. */
#include <string.h>

#include "userspace/conn/tracker_internal.h"

static uint32_t task_hash(const struct tracker *m, uint32_t pid, const char comm[16])
{
	uint64_t words[2];

	memcpy(words, comm, sizeof(words));
	return index_hash(m->key, words[0] + pid, words[1]);
}

static struct task *task_at(const struct tracker *m, uint32_t id)
{
	return pool_at(&m->tasks, id);
}

void task_drop(struct tracker *m, uint32_t *id)
{
	struct task *task;

	if (!*id)
		return;
	task = task_at(m, *id);
	if (--task->refs == 0) {
		index_del(&m->by_task, task_hash(m, task->pid, task->comm), *id);
		pool_free(&m->tasks, *id);
	}
	*id = 0;
}

void task_change(struct tracker *m, uint32_t *id, uint32_t pid, const char comm[16])
{
	struct task *task;
	uint32_t hash, at, found;

	task_drop(m, id);
	hash = task_hash(m, pid, comm);
	at = 0;
	while ((found = index_find(&m->by_task, hash, &at))) {
		task = task_at(m, found);
		if (task->pid == pid && !memcmp(task->comm, comm, sizeof(task->comm)))
			break;
	}
	if (!found) {
		found = pool_alloc(&m->tasks);
		if (!found)
			return;
		if (index_add(&m->by_task, hash, found)) {
			pool_free(&m->tasks, found);
			return;
		}
		task = task_at(m, found);
		task->pid = pid;
		memcpy(task->comm, comm, sizeof(task->comm));
	}
	task_at(m, found)->refs++;
	*id = found;
}

const struct task *tracker_task(const struct tracker *m, uint32_t id)
{
	return id ? task_at(m, id) : NULL;
}
