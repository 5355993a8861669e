// SPDX-License-Identifier: GPL-2.0
/*
 * A control group's path, and the name that people give to it: unit, container, machine.
 * The path is read from its end, because the innermost part decides: a service inside a
 * container is the container's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "userspace/procfs/cgroup.h"
#include "userspace/base/array.h"
#include "userspace/base/file.h"

#define ID_DIGITS 64 /* of a container's id */
#define ID_SHOWN 12

#ifndef FILEID_KERNFS
#define FILEID_KERNFS 0xfe
#endif

static void copy_name(char to[CGROUP_NAME_MAX], const char *from, size_t length)
{
	if (length >= CGROUP_NAME_MAX)
		length = CGROUP_NAME_MAX - 1;
	memcpy(to, from, length);
	to[length] = '\0';
}

/* Does a part of the path end so? Then how long it is without that end. */
static bool ends(const char *part, size_t *length, const char *end)
{
	size_t n = strlen(end);

	if (*length <= n || memcmp(part + *length - n, end, n))
		return false;
	*length -= n;
	return true;
}

static bool begins(const char **part, size_t *length, const char *begin)
{
	size_t n = strlen(begin);

	if (*length <= n || memcmp(*part, begin, n))
		return false;
	*part += n;
	*length -= n;
	return true;
}

/* "docker-ID.scope", "ID", "cri-containerd-ID.scope", "…:cri-containerd:ID" */
static bool parse_container_id(struct cgroup_name *name, const char *part, size_t length)
{
	const char *id;

	ends(part, &length, ".scope");
	if (length < ID_DIGITS)
		return false;
	id = part + length - ID_DIGITS;
	if (strspn(id, "0123456789abcdef") < ID_DIGITS ||
	    (id > part && id[-1] != '-' && id[-1] != ':'))
		return false;
	copy_name(name->container, id, ID_SHOWN);
	return true;
}

/* "lxc.payload.NAME", "lxc/NAME", "machine-NAME.scope" */
static bool parse_machine(struct cgroup_name *name, const char *path, const char *part,
			  size_t length)
{
	if (begins(&part, &length, "lxc.payload.") ||
	    (part - path >= 5 && !memcmp(part - 5, "/lxc/", 5))) {
		copy_name(name->container, part, length);
		return true;
	}
	if (begins(&part, &length, "machine-") && ends(part, &length, ".scope")) {
		copy_name(name->container, part, length);
		return true;
	}
	return false;
}

static bool parse_unit(struct cgroup_name *name, const char *part, size_t length)
{
	static const char *const kinds[] = { ".service", ".scope", ".socket", ".mount", ".swap" };
	size_t i, stem;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		stem = length;
		if (!ends(part, &stem, kinds[i]))
			continue;
		copy_name(name->unit, part, length);
		return true;
	}
	return false;
}

/* From the end: what is nearest has the name. */
void cgroup_parse(struct cgroup_name *name, const char *path)
{
	size_t end = strlen(path), begin;

	*name = (struct cgroup_name){ 0 };
	snprintf(name->path, sizeof(name->path), "%s", path);
	for (; end && !name->container[0]; end = begin ? begin - 1 : 0) {
		for (begin = end; begin && path[begin - 1] != '/'; begin--)
			;
		if (parse_container_id(name, path + begin, end - begin) ||
		    parse_machine(name, path, path + begin, end - begin)) {
			name->unit[0] = '\0';
			break;
		}
		if (!name->unit[0])
			parse_unit(name, path + begin, end - begin);
	}
}

/*
 * Lines of "number:controllers:path". The unified hierarchy is number 0; where
 * systemd still uses its own of version 1, that one has the names.
 */
static const char *path_in(char *lines)
{
	char *line, *rest = NULL, *path = NULL;

	for (line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (!strncmp(line, "0::", 3) && (line[3] != '/' || line[4] || !path))
			path = line + 3;
		else if (strstr(line, ":name=systemd:") && (!path || !strcmp(path, "/")))
			path = strstr(line, ":name=systemd:") + strlen(":name=systemd:");
	}
	return path;
}

int cgroup_of_process(struct cgroup_name *name, int pid_dir)
{
	char lines[4096];
	const char *path;
	int length = file_text(pid_dir, "cgroup", lines, sizeof(lines));

	*name = (struct cgroup_name){ 0 };
	if (length < 0)
		return length;
	path = path_in(lines);
	if (!path)
		return -ENOENT;
	cgroup_parse(name, path);
	return 0;
}

static bool has_line(const char *file, const char *line)
{
	char text[256];

	file_text(AT_FDCWD, file, text, sizeof(text));
	return strstr(text, line);
}

/* "0::/system.slice/web.service", "5:freezer:/docker/ID" */
static bool is_frozen(const char *line)
{
	const char *controllers = strchr(line, ':'), *path;
	char file[CGROUP_PATH_MAX + 64];

	path = controllers ? strchr(controllers + 1, ':') : NULL;
	if (!path)
		return false;
	path++;
	if (!strncmp(controllers, ":freezer:", strlen(":freezer:"))) {
		snprintf(file, sizeof(file), "/sys/fs/cgroup/freezer%s/freezer.state", path);
		return has_line(file, "FROZEN\n");
	}
	if (strncmp(line, "0::", 3))
		return false;
	snprintf(file, sizeof(file), "/sys/fs/cgroup%s/cgroup.events", path);
	if (has_line(file, "frozen 1\n"))
		return true;
	snprintf(file, sizeof(file), "/sys/fs/cgroup/unified%s/cgroup.events", path);
	return has_line(file, "frozen 1\n");
}

bool cgroup_is_frozen(int pid_dir)
{
	char lines[4096], *line, *rest = NULL;

	file_text(pid_dir, "cgroup", lines, sizeof(lines));
	for (line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (is_frozen(line))
			return true;
	return false;
}

static int path_by_id(const char *mount, uint64_t id, char *path, size_t size)
{
	struct {
		struct file_handle handle;
		uint64_t id;
	} by = { .handle = { .handle_bytes = sizeof(uint64_t), .handle_type = FILEID_KERNFS } };
	int root = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;
	char link[64];
	ssize_t length;

	if (root < 0)
		return -errno;
	memcpy(by.handle.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(root, &by.handle, O_PATH | O_CLOEXEC);
	close(root);
	if (fd < 0)
		return -errno;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, size - 1);
	close(fd);
	if (length < 0)
		return -errno;
	path[length] = '\0';
	return 0;
}

int cgroup_by_id(struct cgroup_name *name, uint64_t id)
{
	static const char *const mounts[] = { "/sys/fs/cgroup/unified", "/sys/fs/cgroup" };
	char path[CGROUP_PATH_MAX];
	int err = -ENOENT;
	size_t i, n;

	*name = (struct cgroup_name){ 0 };
	for (i = 0; i < ARRAY_SIZE(mounts); i++) {
		err = path_by_id(mounts[i], id, path, sizeof(path));
		n = strlen(mounts[i]);
		if (err)
			continue;
		if (!strncmp(path, mounts[i], n))
			cgroup_parse(name, path[n] ? path + n : "/");
		else
			err = -ENOENT;
		break;
	}
	return err;
}
