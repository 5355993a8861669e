// SPDX-License-Identifier: GPL-2.0
/* Commands that are programs of their own. */
#include "userspace/cli/cmd.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "userspace/session/message.h"

/* Beside this program first: a build that was not installed runs its own parts. */
static int run(const char *program, char *argv[])
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (n > 0) {
		path[n] = '\0';
		slash = strrchr(path, '/');
		snprintf(slash + 1, sizeof(path) - (size_t)(slash + 1 - path), "%s", program);
		execv(path, argv);
	}
	execvp(program, argv);
	if (errno == ENOENT)
		return cmd_fail(
			"%s is not installed: it is the package %s, and `make tools` builds "
			"it where its libraries are",
			program, program);
	return cmd_fail("%s: %s", program, strerror(errno));
}

int cmd_top(int argc, char *argv[])
{
	return run("tcptrail-top", argv);
}

int cmd_export(int argc, char *argv[])
{
	return run("tcptrail-exporter", argv);
}
