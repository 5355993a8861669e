// SPDX-License-Identifier: GPL-2.0
/*
 * Names of control groups by their id, without privilege.
 *
 * A group's id is the inode number of its directory. The whole tree is walked when an id is
 * met that the last walk did not find, at most every five seconds, into a list that is
 * sorted by id.
 */
#include "userspace/exporter/units.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "userspace/base/file.h"
#include "userspace/base/order.h"
#include "userspace/base/time.h"
#include "userspace/procfs/cgroup.h"

#define WALK_NS (5 * SEC) /* from one walk to the next, at the least */
#define DEPTH_MAX 16
#define ROOT "/sys/fs/cgroup"

struct unit {
	uint64_t cgroup;
	char name[GROUPS_NAME_MAX];
};

/**
 * struct units - the tree as it was at the last walk
 * @list: ascending by id
 * @count: how many
 * @walked_ns: when
 */
struct units {
	struct unit *list;
	size_t count;
	uint64_t walked_ns;
};

struct units *units_create(void)
{
	struct units *u = calloc(1, sizeof(*u));

	if (!u)
		return NULL;
	u->list = malloc(UNITS_GROUPS_MAX * sizeof(*u->list));
	if (!u->list) {
		free(u);
		return NULL;
	}
	return u;
}

void units_free(struct units *u)
{
	if (!u)
		return;
	free(u->list);
	free(u);
}

static void add(struct units *u, uint64_t cgroup, const char *path)
{
	struct unit *unit = &u->list[u->count++];
	struct cgroup_name name;

	cgroup_parse(&name, path);
	unit->cgroup = cgroup;
	snprintf(unit->name, sizeof(unit->name), "%s",
		 name.container[0] ? name.container : name.unit);
}

/* @path is the group's below the root: it grows and shrinks on the way. */
static void walk(struct units *u, int parent, const char *name, char *path, unsigned int depth)
{
	size_t len = strlen(path);
	struct dirent *entry;
	struct stat st;
	DIR *dir = file_dir(parent, name);

	if (!dir)
		return;
	if (!fstat(dirfd(dir), &st) && u->count < UNITS_GROUPS_MAX)
		add(u, st.st_ino, len ? path : "/");
	while (depth < DEPTH_MAX && u->count < UNITS_GROUPS_MAX && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
		    len + strlen(entry->d_name) + 2 > CGROUP_PATH_MAX)
			continue;
		snprintf(path + len, CGROUP_PATH_MAX - len, "/%s", entry->d_name);
		walk(u, dirfd(dir), entry->d_name, path, depth + 1);
		path[len] = '\0';
	}
	closedir(dir);
}

ORDER(by_id, struct unit, COMPARE(x->cgroup, y->cgroup))

static const struct unit *find(const struct units *u, uint64_t cgroup)
{
	const struct unit wanted = { .cgroup = cgroup };

	return bsearch(&wanted, u->list, u->count, sizeof(*u->list), by_id);
}

bool units_name(void *arg, uint64_t cgroup, char name[GROUPS_NAME_MAX])
{
	struct units *u = arg;
	const struct unit *unit = find(u, cgroup);
	char path[CGROUP_PATH_MAX] = "";

	if (!unit) {
		if (u->walked_ns && time_now_ns() < u->walked_ns + WALK_NS)
			return false;
		u->count = 0;
		walk(u, AT_FDCWD, ROOT, path, 0);
		qsort(u->list, u->count, sizeof(*u->list), by_id);
		u->walked_ns = time_now_ns();
		unit = find(u, cgroup);
	}
	snprintf(name, GROUPS_NAME_MAX, "%s", unit ? unit->name : "");
	return true;
}
