/* SPDX-License-Identifier: GPL-2.0 */
/* What the exporter itself takes, under the names that every exporter has. */
#ifndef EXPORTER_PROCESS_H
#define EXPORTER_PROCESS_H

#include "userspace/exporter/openmetrics.h"

void process_metrics(struct openmetrics *e);

#endif
