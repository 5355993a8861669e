/* SPDX-License-Identifier: GPL-2.0 */
/* Which trail a command reads, as its options say, and how long. */
#ifndef SESSION_SOURCE_H
#define SESSION_SOURCE_H

#include "userspace/session/options.h"
#include "userspace/trail/tcptrail.h"

/**
 * struct source - zero at the start
 * @device: from --device; NULL: TCPTRAIL_DEVICE
 * @file: from -i; NULL: a device
 * @history: from --history: of a device also what the rings hold from before
 * @once: from --no-follow: of a device only what is recorded already
 * @duration_ns: from --duration: of a device no longer than this; 0: without end
 */
struct source {
	const char *device;
	const char *file;
	bool history;
	bool once;
	uint64_t duration_ns;
};

/* Rows of a table of options. */
struct option_row option_device(struct source *source);
struct option_row option_no_follow(struct source *source);
struct option_row option_duration(struct source *source);
struct option_row option_count(const char *help, uint64_t *to);

/**
 * source_check() - after options_parse(): are there only options, and none that a file has not?
 * @source: as the options say
 * @extra: the first word that is no option, or NULL
 *
 * Return: CMD_OK, or CMD_USAGE after a message
 */
int source_check(const struct source *source, const char *extra);

/** source_try() - open it; 0 or -errno */
int source_try(const struct source *source, struct tcptrail **trail);

/** source_open() - likewise; CMD_OK, or CMD_FAILED after a message */
int source_open(const struct source *source, struct tcptrail **trail);

/** source_failed() - tcptrail_read() returned this: say so. CMD_FAILED */
int source_failed(const struct source *source, int err);

#endif
