/* SPDX-License-Identifier: GPL-2.0 */
/* What tcptrail export was told on its command line. */
#ifndef EXPORTER_OPTIONS_H
#define EXPORTER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "userspace/exporter/groups.h"
#include "userspace/exporter/units.h"

#define EXPORT_LISTEN_MAX 8

/**
 * struct export_options - zero at the start
 * @device: from --device
 * @file: from -i
 * @textfile: from --textfile
 * @user: from --user
 * @replay: serve the file's numbers
 * @once: print the numbers, and end
 * @stuck: offer /stuck
 * @fds: listening sockets
 * @fds_count: how many; none: not by HTTP
 * @interval_ns: from one text file to the next
 * @max_conns: as in struct tracker_config
 * @groups: from --by-port and --by-unit
 * @units: for @groups
 */
struct export_options {
	const char *device;
	const char *file;
	const char *textfile;
	const char *user;
	int replay;
	int once;
	int stuck;
	int fds[EXPORT_LISTEN_MAX];
	unsigned int fds_count;
	uint64_t interval_ns;
	uint64_t max_conns;
	struct groups *groups;
	struct units *units;
};

/** export_options_help() - what --help prints */
extern const char export_options_help[];

/** export_options_take() - CMD_OK, or CMD_* after a message; sockets are open then */
int export_options_take(struct export_options *options, int argc, char *argv[]);
void export_options_free(struct export_options *options);

#endif
