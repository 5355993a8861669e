// SPDX-License-Identifier: GPL-2.0
/* One destination: when its ports run out, and who uses them up. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/diagnose/port_usage_internal.h"

int port_usage_note_maker(struct port_usage_group *g, const struct task *task)
{
	struct port_usage_maker *maker;
	uint32_t i;

	if (!task)
		return 0;
	if (!g->makers) {
		g->makers = calloc(PORT_USAGE_MAKERS, sizeof(*g->makers));
		if (!g->makers)
			return -ENOMEM;
	}
	for (i = 0; i < g->maker_count; i++)
		if (!memcmp(g->makers[i].comm, task->comm, sizeof(task->comm)))
			break;
	if (i == PORT_USAGE_MAKERS)
		return 0;
	maker = &g->makers[i];
	if (i == g->maker_count) {
		g->maker_count++;
		memcpy(maker->comm, task->comm, sizeof(maker->comm));
		maker->pid = task->pid;
	}
	if (maker->pid != task->pid)
		maker->pid = 0;
	maker->made++;
	return 0;
}

void port_usage_name_maker(const struct port_usage_group *g, struct usage *to)
{
	const struct port_usage_maker *most = NULL;
	uint32_t i;

	for (i = 0; i < g->maker_count; i++)
		if (!most || g->makers[i].made > most->made)
			most = &g->makers[i];
	if (!most)
		return;
	memcpy(to->comm, most->comm, sizeof(to->comm));
	to->pid = most->pid;
	to->made = most->made;
}

static int soonest_first(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/*
 * Ports in use grow by the rate and shrink when a TIME-WAIT frees its own. Between
 * two of those moments the growth is a straight line: see in which it meets the
 * number of ports. Once all that are there now have gone, new ones go as fast as
 * they come.
 */
uint64_t port_usage_out_ns(struct port_usage_group *g, const struct usage *rate)
{
	double per_ns = (double)rate->begun / (double)rate->window_ns, out;
	uint32_t used = rate->used;
	size_t i;

	if (used >= rate->ports)
		return 0;
	if (!rate->begun)
		return PORT_USAGE_NEVER;
	if (g->frees)
		qsort(g->free_ns, g->frees, sizeof(*g->free_ns), soonest_first);
	for (i = 0; i <= g->frees; i++) {
		/* i ports have come free by now. */
		out = ((double)rate->ports - (double)(used - i)) / per_ns;
		if (i < g->frees ? out <= (double)g->free_ns[i] : out <= (double)g->hold_ns)
			return (uint64_t)out;
	}
	return PORT_USAGE_NEVER;
}

void port_usage_group_free(struct port_usage_group *g)
{
	free(g->free_ns);
	free(g->makers);
}
