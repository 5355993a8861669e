/* SPDX-License-Identifier: GPL-2.0 */
/* Commands that are programs of their own, as git has them: they need more libraries. */
#ifndef CLI_ELSEWHERE_H
#define CLI_ELSEWHERE_H

/** cmd_top() - tcptrail-top; returns only if it cannot be run: CMD_FAILED after a message */
int cmd_top(int argc, char *argv[]);

/** cmd_export() - tcptrail-exporter, likewise */
int cmd_export(int argc, char *argv[]);

#endif
