/* SPDX-License-Identifier: GPL-2.0 */
/* What a client wants, from the headers of its request. They may hold anything. */
#ifndef EXPORTER_ACCEPT_HEADER_H
#define EXPORTER_ACCEPT_HEADER_H

#include <stdbool.h>

/** wants_openmetrics() - Accept ranks OpenMetrics 1.0 not below plain text; NULL: no header */
bool wants_openmetrics(const char *accept);

/** wants_gzip() - Accept-Encoding admits gzip; NULL: no header */
bool wants_gzip(const char *accept_encoding);

#endif
