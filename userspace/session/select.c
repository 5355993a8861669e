// SPDX-License-Identifier: GPL-2.0
#include "userspace/session/select.h"

#include <errno.h>
#include <stdio.h>

#include "userspace/session/cmd.h"

static const struct {
	const char *name;
	int (*add)(struct filter *f, const char *s);
	const char *want;
} sorts[] = {
	[SELECT_PORT - SELECT_PORT] = { "--port", filter_add_port, "a port from 1 to 65535" },
	[SELECT_ADDR -
		SELECT_PORT] = { "--addr", filter_add_address,
				 "an address, or one with a prefix: 10.0.0.0/8, 2001:db8::1" },
	[SELECT_STATE - SELECT_PORT] = { "--state", filter_add_state,
					 "a TCP state, e.g. CLOSE-WAIT or time_wait" },
	[SELECT_NETNS - SELECT_PORT] = { "--netns", filter_add_netns,
					 "the inode number of a network namespace" },
	[SELECT_COMM -
		SELECT_PORT] = { "--comm", filter_add_comm, "a task's name, 16 bytes at most" },
	[SELECT_PID - SELECT_PORT] = { "--pid", filter_add_pid, "a process id" },
	[SELECT_KIND - SELECT_PORT] = { "--kind", filter_add_kind,
					"transitions, segments, socket, request, timewait, accept "
					"or snapshot" },
};

int select_value(struct filter *f, int option, const char *value, char *why, size_t size)
{
	unsigned int i = (unsigned int)option - SELECT_PORT;
	int err = sorts[i].add(f, value);

	if (err == -E2BIG)
		snprintf(why, size, "%s %s: too many: %d is the most", sorts[i].name, value,
			 FILTER_MAX);
	else if (err)
		snprintf(why, size, "%s %s: has to be %s", sorts[i].name, value, sorts[i].want);
	return err;
}

int select_option(struct filter *f, int option, const char *value)
{
	char why[256];

	return select_value(f, option, value, why, sizeof(why)) ? cmd_usage("%s", why) : CMD_OK;
}
