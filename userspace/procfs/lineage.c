// SPDX-License-Identifier: GPL-2.0
/* By /proc/PID/stat of the process and of its parents. */
#include "userspace/procfs/lineage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "userspace/base/file.h"
#include "userspace/base/time.h"

#define GENERATIONS_MAX 16

/**
 * struct kin - of /proc/PID/stat
 * @comm: the name
 * @parent: who forked it, or who took it over
 * @ticks: when it began, since boot
 * @stack: where its first stack begins: at random for each program that is begun
 */
struct kin {
	char comm[16];
	uint32_t parent;
	uint64_t ticks;
	uint64_t stack;
};

/* "117 (comm, which may hold anything) S PARENT ...": the 22nd field and the 28th */
static int read_kin(struct kin *kin, uint32_t pid)
{
	char path[32], text[1024];
	const char *open, *at;
	unsigned int field;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	if (file_text(AT_FDCWD, path, text, sizeof(text)) <= 0)
		return -ESRCH;
	open = strchr(text, '(');
	at = strrchr(text, ')');
	*kin = (struct kin){ 0 };
	if (!open || !at || at - open - 1 > 15)
		return -ESRCH;
	memcpy(kin->comm, open + 1, (size_t)(at - open - 1));
	for (field = 3; *++at == ' '; field++) {
		if (field == 4)
			kin->parent = (uint32_t)strtoul(at, NULL, 10);
		else if (field == 22)
			kin->ticks = strtoull(at, NULL, 10);
		else if (field == 28)
			kin->stack = strtoull(at, NULL, 10);
		at += strcspn(at + 1, " \n");
	}
	return 0;
}

/* Times since boot count suspension, those of the trail do not. A tick is not over yet. */
static uint64_t begun_ns(const struct kin *kin)
{
	uint64_t suspended_ns = time_between(time_now_ns(), time_read_ns(CLOCK_BOOTTIME));
	uint64_t tick_ns = SEC / (uint64_t)sysconf(_SC_CLK_TCK);

	return time_between(suspended_ns, (kin->ticks + 1) * tick_ns);
}

int lineage_find(struct lineage *lineage, uint32_t pid, uint32_t ancestor, const char comm[16])
{
	struct kin kin, first, at;
	unsigned int i;

	*lineage = (struct lineage){ 0 };
	if (read_kin(&kin, pid) || read_kin(&first, ancestor) || strncmp(first.comm, comm, 16) != 0)
		return -ESRCH;
	for (at = kin, i = 0; i < GENERATIONS_MAX && at.parent > 1 && at.parent != ancestor; i++)
		if (read_kin(&at, at.parent))
			return -ESRCH;
	lineage->descends = at.parent == ancestor;
	lineage->executed = kin.stack && first.stack && kin.stack != first.stack;
	/* What the ancestor's own child has, its children have from there. */
	lineage->begun_ns = begun_ns(&at);
	return 0;
}
