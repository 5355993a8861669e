/* SPDX-License-Identifier: GPL-2.0 */
/* For node_exporter's textfile collector: a file that is there whole, or not. */
#ifndef EXPORTER_TEXTFILE_H
#define EXPORTER_TEXTFILE_H

#include "userspace/exporter/metrics.h"

#define TEXTFILE_NAME "tcptrail.prom"

/** textfile_write() - into @directory: written beside the target, then renamed; 0 or -errno */
int textfile_write(const char *directory, const struct metrics *metrics, uint64_t begun_ns);

#endif
