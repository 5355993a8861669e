/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIAGNOSE_STUCK_OWNERS_H
#define DIAGNOSE_STUCK_OWNERS_H

#include "userspace/diagnose/stuck.h"
#include "userspace/procfs/owners.h"

/**
 * stuck_owners() - who holds these now
 * @tracker: the connections; where one of the list is a leak, all CLOSE-WAITs are looked for
 * @list: from stuck_find()
 * @count: how many
 * @owners: filled; freed by owners_free(), also after an error
 *
 * Return: 0 or -errno
 */
int stuck_owners(const struct tracker *tracker, const struct stuck *list, size_t count,
		 struct owners *owners);

#endif
