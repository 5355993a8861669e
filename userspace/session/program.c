// SPDX-License-Identifier: GPL-2.0
/*
 * What every program does first and last: the locale, the version, and whether all that was
 * printed has arrived.
 */
#include "userspace/session/program.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "module/uapi/tcptrail.h"
#include "module/version.h"
#include "userspace/base/utf8.h"
#include "userspace/session/message.h"

int program_run(const char *name, int (*run)(int argc, char *argv[]), int argc, char *argv[])
{
	int status;

	setlocale(LC_CTYPE, "");
	utf8_output = !strcmp(nl_langinfo(CODESET), "UTF-8");
	signal(SIGPIPE, SIG_IGN); /* EPIPE says it, too */
	cmd_name(name);
	if (argc > 1 && (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))) {
		printf("tcptrail %s (ABI %d.%d)\n", TCPTRAIL_VERSION, TCPTRAIL_ABI_MAJOR,
		       TCPTRAIL_ABI_MINOR);
		status = CMD_OK;
	} else {
		status = run(argc, argv);
	}
	if (status == CMD_HELP)
		status = CMD_OK;
	/* What is printed by way of stdio: help, versions. */
	if (fflush(stdout) && errno != EPIPE && !status)
		return cmd_fail("standard output: %s", strerror(errno));
	return status;
}
