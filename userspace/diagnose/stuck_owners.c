// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>

#include "userspace/diagnose/stuck_owners.h"

static bool is_leak(const struct conn *c)
{
	return !c->end && c->state == TCPTRAIL_CLOSE_WAIT && c->inode;
}

/* With a leak all its sockets count, those that are not old enough, too. */
static size_t add_leaks(const struct tracker *m, uint32_t *inodes)
{
	const struct conn *c;
	size_t count = 0;

	for (c = tracker_next(m, NULL); c; c = tracker_next(m, c)) {
		if (is_leak(c) && inodes)
			inodes[count] = c->inode;
		count += is_leak(c);
	}
	return count;
}

int stuck_owners(const struct tracker *m, const struct stuck *list, size_t count,
		 struct owners *owners)
{
	size_t i, wanted = 0, leaks = 0;
	const struct conn *listener;
	uint32_t *inodes;
	int err;

	for (i = 0; i < count && !leaks; i++)
		if (is_leak(list[i].conn))
			leaks = add_leaks(m, NULL);
	inodes = calloc(2 * count + leaks + 1, sizeof(*inodes));
	if (!inodes)
		return -ENOMEM;
	if (leaks)
		wanted = add_leaks(m, inodes);
	for (i = 0; i < count; i++) {
		listener = tracker_listener(m, list[i].conn);
		if (list[i].conn->inode)
			inodes[wanted++] = list[i].conn->inode;
		else if (listener && listener->inode)
			inodes[wanted++] = listener->inode;
	}
	err = owners_find(owners, inodes, wanted);
	free(inodes);
	return err;
}
