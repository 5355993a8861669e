// SPDX-License-Identifier: GPL-2.0
/* tcptrail-top: the live screen. `tcptrail top` runs it. */
#include "userspace/session/program.h"
#include "userspace/top/top.h"

int main(int argc, char *argv[])
{
	return program_run("top", cmd_top, argc, argv);
}
