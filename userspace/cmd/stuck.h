/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of tcptrail stuck share. */
#ifndef TCPTRAIL_CMD_STUCK_H
#define TCPTRAIL_CMD_STUCK_H

#include "feed.h"
#include "userspace/model/stuck.h"
#include "userspace/snapshot/owners.h"

/**
 * struct stuck_run - a running command
 * @device: from --device
 * @file: from -i
 * @json: from --json
 * @all: from --all
 * @query: what is asked
 * @feed: the connections; a snapshot only live
 * @have_trail: there is one beside the snapshot
 */
struct stuck_run {
	const char *device;
	const char *file;
	int json;
	int all;
	struct stuck_query query;
	struct feed feed;
	bool have_trail;
};

/**
 * stuck_owners() - who holds these now
 * @model: the connections; where one of the list is a leak, all CLOSE-WAITs are looked for
 * @list: from stuck_find()
 * @count: how many
 * @owners: filled; freed by owners_free(), also after an error
 *
 * Return: 0 or -errno
 */
int stuck_owners(const struct model *model, const struct stuck *list, size_t count,
		 struct owners *owners);

/** stuck_print() - what was found: who holds it, and the rest that /proc knows; CMD_OK or CMD_FAILED */
int stuck_print(struct stuck_run *run, const struct stuck *list, size_t count);

#endif
