/* SPDX-License-Identifier: GPL-2.0 */
/* The exporter's command line, from its first to its last line. */
#ifndef EXPORTER_EXPORT_H
#define EXPORTER_EXPORT_H

/** cmd_export() - the command; the exit status */
int cmd_export(int argc, char *argv[]);

#endif
