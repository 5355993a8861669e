/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of tcptrail stuck share. */
#ifndef CLI_STUCK_H
#define CLI_STUCK_H

#include "userspace/session/session.h"
#include "userspace/diagnose/stuck.h"

/**
 * struct stuck_run - a running command
 * @source: which trail
 * @json: from --json
 * @all: from --all
 * @query: what is asked
 * @session: the connections
 */
struct stuck_run {
	struct source source;
	bool json;
	bool all;
	struct stuck_query query;
	struct session session;
};

/** stuck_print() - what was found: who holds it, and the rest that /proc knows; CMD_OK or CMD_FAILED */
int stuck_print(const struct stuck_run *run, const struct stuck_result *result);

#endif
