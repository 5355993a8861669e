// SPDX-License-Identifier: GPL-2.0
/* tcptrail-exporter: numbers for Prometheus. `tcptrail export` runs it. */
#include "userspace/exporter/export.h"
#include "userspace/session/program.h"

int main(int argc, char *argv[])
{
	return program_run("export", cmd_export, argc, argv);
}
