// SPDX-License-Identifier: GPL-2.0
/*
 * Network namespaces: their settings, as /proc/sys/net shows them to the calling thread, and
 * their names, which are files that `ip netns` bind-mounts under /run/netns.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "userspace/sockdiag/netns.h"
#include "userspace/base/file.h"
#include "userspace/base/order.h"
#include "userspace/base/time.h"

#define NAMED "/run/netns"

/* /proc/sys/net shows the calling thread's namespace. */
static const char *read_setting(const char *name, char *text, size_t size)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/%s", name);
	file_text(AT_FDCWD, path, text, size);
	return text;
}

/* How many ports from @first to @last stand in a list like "8080,9000-9010". */
static unsigned int count_reserved(const char *list, unsigned int first, unsigned int last)
{
	unsigned long from, to;
	unsigned int count = 0;
	char *end;

	while (*list >= '0' && *list <= '9') {
		from = strtoul(list, &end, 10);
		to = *end == '-' ? strtoul(end + 1, &end, 10) : from;
		if (from < first)
			from = first;
		if (to > last)
			to = last;
		if (from <= to)
			count += to - from + 1;
		list = *end == ',' ? end + 1 : end;
	}
	return count;
}

static void read_ports(struct source_ports *ports)
{
	char text[4096];
	unsigned int first, last, reserved;

	*ports = SOURCE_PORTS_DEFAULT;
	if (sscanf(read_setting("ip_local_port_range", text, sizeof(text)), "%u %u", &first,
		   &last) == 2 &&
	    first <= last && last <= UINT16_MAX) {
		ports->first = (uint16_t)first;
		ports->last = (uint16_t)last;
		ports->assumed = false;
	}
	first = ports->first;
	last = ports->last;
	reserved = count_reserved(read_setting("ip_local_reserved_ports", text, sizeof(text)),
				  first, last);
	ports->count = reserved < last - first + 1 ? (uint16_t)(last - first + 1 - reserved) : 0;
	if (read_setting("tcp_tw_reuse", text, sizeof(text))[0])
		ports->tw_reuse = (uint8_t)strtoul(text, NULL, 10);
}

void netns_read(struct netns_info *info, uint32_t netns)
{
	char text[32];
	unsigned long seconds =
		strtoul(read_setting("tcp_fin_timeout", text, sizeof(text)), NULL, 10);

	*info = (struct netns_info){ .netns = netns };
	if (seconds <= UINT32_MAX)
		info->fin_timeout_ns = seconds * SEC;
	read_ports(&info->ports);
}

int netns_number(const char *path, uint32_t *netns)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	*netns = (uint32_t)st.st_ino;
	return 0;
}

ORDER(by_number, struct netns_info, COMPARE(x->netns, y->netns))

struct netns_info *netns_find(const struct netns_info *list, size_t count, uint32_t netns)
{
	const struct netns_info key = { .netns = netns };

	return count ? bsearch(&key, list, count, sizeof(*list), by_number) : NULL;
}

void netns_sort(struct netns_info *list, size_t count)
{
	char path[sizeof(NAMED) + NAME_MAX + 1];
	struct netns_info *info;
	struct dirent *entry;
	uint32_t netns = 0;
	DIR *dir = opendir(NAMED);

	if (count)
		qsort(list, count, sizeof(*list), by_number);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		snprintf(path, sizeof(path), NAMED "/%s", entry->d_name);
		if (*entry->d_name == '.' || netns_number(path, &netns))
			continue;
		info = netns_find(list, count, netns);
		if (info)
			snprintf(info->name, sizeof(info->name), "%.*s", NETNS_NAME_MAX - 1,
				 entry->d_name);
	}
	closedir(dir);
}
