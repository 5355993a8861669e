/* SPDX-License-Identifier: GPL-2.0 */
/* What tcptrail export was told on its command line. */
#ifndef EXPORTER_OPTIONS_H
#define EXPORTER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "userspace/exporter/groups.h"
#include "userspace/exporter/units.h"
#include "userspace/session/source.h"

#define EXPORT_LISTEN_MAX 8

/**
 * struct export_options - zero at the start
 * @source: which trail, from the start of its history
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
	struct source source;
	const char *textfile;
	const char *user;
	bool replay;
	bool once;
	bool stuck;
	int fds[EXPORT_LISTEN_MAX];
	unsigned int fds_count;
	uint64_t interval_ns;
	uint64_t max_conns;
	struct groups *groups;
	struct units *units;
};

/** export_options_parse() - CMD_OK, then sockets are open; or CMD_* after a message or the help */
int export_options_parse(struct export_options *options, int argc, char *argv[]);
void export_options_free(struct export_options *options);

#endif
