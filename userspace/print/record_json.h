/* SPDX-License-Identifier: GPL-2.0 */
/* A record as a line of JSON; tcptrail-json(5) documents every field. */
#ifndef PRINT_RECORD_JSON_H
#define PRINT_RECORD_JSON_H

#include "userspace/base/buf.h"
#include "userspace/base/clock.h"
#include "userspace/base/record.h"

/** record_json() - one line; the clock must be a UTC one */
void record_json(struct buf *out, struct clock *c, const struct tcptrail_record *r);

#endif
