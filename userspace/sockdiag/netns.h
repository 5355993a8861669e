/* SPDX-License-Identifier: GPL-2.0 */
/* What a network namespace is set to, and what it is called. */
#ifndef SOCKDIAG_NETNS_H
#define SOCKDIAG_NETNS_H

#include <stddef.h>
#include <stdint.h>

#include "userspace/base/kernel_view.h"

/**
 * struct netns_info - one namespace
 * @netns: its inode number
 * @fin_timeout_ns: net.ipv4.tcp_fin_timeout; 0: not known
 * @ports: what connect() chooses source ports from; Linux's own where it is not
 *	known
 * @name: under /run/netns, cut off at its size; empty if it has none. May hold
 *	any byte but zero
 */
struct netns_info {
	uint32_t netns;
	uint64_t fin_timeout_ns;
	struct source_ports ports;
	char name[NETNS_NAME_MAX];
};

/** netns_read() - the settings of the calling thread's namespace, whose number is @netns */
void netns_read(struct netns_info *info, uint32_t netns);

/** netns_number() - the inode number of a namespace file; 0 or -errno */
int netns_number(const char *path, uint32_t *netns);

/** netns_sort() - by number; and give those their names that have one */
void netns_sort(struct netns_info *list, size_t count);

/** netns_find() - by number, in a sorted list; NULL if it is not there */
struct netns_info *netns_find(const struct netns_info *list, size_t count, uint32_t netns);

#endif
