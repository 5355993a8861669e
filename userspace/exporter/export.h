/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EXPORTER_EXPORT_H
#define EXPORTER_EXPORT_H

/** cmd_export() - the command; the exit status */
int cmd_export(int argc, char *argv[]);

#endif
