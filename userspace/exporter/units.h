/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which systemd unit or container a control group belongs to, found without any
 * privilege: a group's id is the inode number of its directory, so the tree is
 * walked when an id is met that is not known. The names of groups that are gone by
 * then are not to be had.
 */
#ifndef EXPORTER_UNITS_H
#define EXPORTER_UNITS_H

#include "userspace/exporter/groups.h"

#define UNITS_GROUPS_MAX 16384 /* control groups that are looked at */

struct units;

/** units_create() - NULL without memory */
struct units *units_create(void);
void units_free(struct units *units);

/** units_name() - a groups_unit_fn */
bool units_name(void *units, uint64_t cgroup, char name[GROUPS_NAME_MAX]);

#endif
