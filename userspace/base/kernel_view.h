/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel says now, for those who judge and word connections: they ask by cookie
 * or namespace, and know neither sock_diag nor /proc/sys. Who took the snapshot fills it.
 */
#ifndef BASE_KERNEL_VIEW_H
#define BASE_KERNEL_VIEW_H

#include "userspace/base/kernel_socket.h"

/**
 * struct source_ports - the source ports that a namespace's connect() chooses from
 * @first: net.ipv4.ip_local_port_range
 * @last: its end, itself one of them
 * @count: how many they are, without those of ip_local_reserved_ports
 * @tw_reuse: net.ipv4.tcp_tw_reuse: 1: connect() takes ports whose TIME-WAIT is
 *	older than a second, 2: to loopback addresses only
 * @assumed: the namespace's own settings are not known
 */
struct source_ports {
	uint16_t first;
	uint16_t last;
	uint16_t count;
	uint8_t tw_reuse;
	bool assumed;
};

/* What Linux begins with; where a namespace's own setting is not known. */
#define SOURCE_PORTS_DEFAULT    \
	((struct source_ports){ \
		.first = 32768, .last = 60999, .count = 28232, .tw_reuse = 2, .assumed = true })

#define NETNS_NAME_MAX 64

/**
 * struct kernel_view - zero: nothing is known
 * @socket: a socket by its cookie, NULL if the kernel did not list it; or NULL
 * @ports: the source ports of a namespace; or NULL
 * @netns_name: what ip-netns(8) calls a namespace, shorter than NETNS_NAME_MAX; empty or
 *	NULL if nothing; or NULL
 * @arg: for all three
 * @at_ns: when the kernel was asked (CLOCK_MONOTONIC)
 */
struct kernel_view {
	const struct kernel_socket *(*socket)(const void *arg, uint64_t cookie);
	struct source_ports (*ports)(const void *arg, uint32_t netns);
	const char *(*netns_name)(const void *arg, uint32_t netns);
	const void *arg;
	uint64_t at_ns;
};

/** kernel_view_socket() - what is known of a socket; NULL if nothing. Here and below @view may be NULL */
static inline const struct kernel_socket *kernel_view_socket(const struct kernel_view *view,
							     uint64_t cookie)
{
	return view && view->socket && cookie ? view->socket(view->arg, cookie) : NULL;
}

/** kernel_view_ports() - a namespace's source ports; SOURCE_PORTS_DEFAULT if they are not known */
static inline struct source_ports kernel_view_ports(const struct kernel_view *view, uint32_t netns)
{
	return view && view->ports ? view->ports(view->arg, netns) : SOURCE_PORTS_DEFAULT;
}

/** kernel_view_netns_name() - a namespace's name; empty if it has none, or it is not known */
static inline const char *kernel_view_netns_name(const struct kernel_view *view, uint32_t netns)
{
	const char *name = view && view->netns_name ? view->netns_name(view->arg, netns) : NULL;

	return name ? name : "";
}

#endif
