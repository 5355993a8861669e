/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIAGNOSE_STUCK_OWNERS_H
#define DIAGNOSE_STUCK_OWNERS_H

#include "userspace/diagnose/stuck.h"
#include "userspace/procfs/owners.h"

/**
 * stuck_owners() - who holds what was found, now
 * @result: with its close_waits: where one of the findings is a leak, all are looked for
 * @owners: filled; freed by owners_free(), also after an error
 *
 * Return: 0 or -errno
 */
int stuck_owners(const struct stuck_result *result, struct owners *owners);

#endif
