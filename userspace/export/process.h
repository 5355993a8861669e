/* SPDX-License-Identifier: GPL-2.0 */
/* What the exporter itself takes, under the names that every exporter has. */
#ifndef EXPORT_PROCESS_H
#define EXPORT_PROCESS_H

#include "userspace/export/expo.h"

void process_metrics(struct expo *e);

#endif
