// SPDX-License-Identifier: GPL-2.0
#include "userspace/diagnose/stuck_owners.h"

#include <errno.h>
#include <stdlib.h>

static uint32_t inode_of(const struct stuck_result *r, const struct finding *f)
{
	const struct conn *listener = tracker_listener(r->query.tracker, f->conn);

	if (f->conn->inode)
		return f->conn->inode;
	return listener ? listener->inode : 0;
}

/* What has no file is not looked for: /proc is large. With a leak all its sockets count, those that are not old enough, too. */
int stuck_owners(const struct stuck_result *r, struct owners *owners)
{
	uint32_t *inodes = calloc(r->count + r->close_wait_count + 1, sizeof(*inodes));
	size_t i, wanted = 0;
	bool leaks = false;
	int err;

	if (!inodes)
		return -ENOMEM;
	for (i = 0; i < r->count; i++) {
		inodes[wanted] = inode_of(r, &r->findings[i]);
		wanted += inodes[wanted] != 0;
		leaks |= r->findings[i].state == TCPTRAIL_CLOSE_WAIT && r->findings[i].conn->inode;
	}
	for (i = 0; leaks && i < r->close_wait_count; i++)
		inodes[wanted++] = r->close_waits[i].inode;
	err = owners_find(owners, inodes, wanted);
	free(inodes);
	return err;
}
