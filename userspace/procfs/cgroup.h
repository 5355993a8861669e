/* SPDX-License-Identifier: GPL-2.0 */
/* Control groups as people know them: a systemd unit, a container. */
#ifndef PROCFS_CGROUP_H
#define PROCFS_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#define CGROUP_PATH_MAX 512
#define CGROUP_NAME_MAX 64

/**
 * struct cgroup_name - what a control group is called
 * @path: below the mount point, "/system.slice/nginx.service"; empty if it is not
 *	known. It may hold any byte but zero
 * @unit: the systemd unit nearest to it, "nginx.service"; empty if there is none,
 *	or if it is a container's
 * @container: a container's name, or the first 12 digits of its id, as
 *	`docker ps` shows them; empty if it is none
 */
struct cgroup_name {
	char path[CGROUP_PATH_MAX];
	char unit[CGROUP_NAME_MAX];
	char container[CGROUP_NAME_MAX];
};

/** cgroup_parse() - what a path says: docker, podman, Kubernetes, LXC, nspawn, systemd */
void cgroup_parse(struct cgroup_name *name, const char *path);

/** cgroup_of_process() - that of /proc/PID, given as a directory's descriptor; 0 or -errno */
int cgroup_of_process(struct cgroup_name *name, int pid_dir);

/** cgroup_is_frozen() - is /proc/PID's frozen? By version 2 or 1, by its own or by one above it */
bool cgroup_is_frozen(int pid_dir);

/**
 * cgroup_by_id() - that of a number, as records have it
 *
 * The kernel opens it by its number: nothing is searched. It takes
 * CAP_DAC_READ_SEARCH. Return: 0, -ENOENT without a cgroup v2 mount, -ESTALE if the
 * group is gone, -errno
 */
int cgroup_by_id(struct cgroup_name *name, uint64_t id);

#endif
