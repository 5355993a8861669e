/* SPDX-License-Identifier: GPL-2.0 */
/* A record as a line of JSON; tcptrail-json(5) documents every field. */
#ifndef PRINT_RECORD_JSON_H
#define PRINT_RECORD_JSON_H

#include "userspace/base/buf.h"
#include "userspace/base/clock.h"
#include "userspace/base/json.h"
#include "userspace/base/record.h"

#define JSON_VERSION 2 /* raised when a field's meaning or type changes, or it goes */

/** record_json() - one line; the clock must be a UTC one */
void record_json(struct buf *out, struct clock *c, const struct tcptrail_record *r);

/** record_json_ends() - fields of both ends of @r in a line that is begun; none if unknown */
void record_json_ends(struct json *j, const struct tcptrail_record *r);

#endif
