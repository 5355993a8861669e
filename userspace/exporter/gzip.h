/* SPDX-License-Identifier: GPL-2.0 */
/* gzip for answers to clients that accept it. */
#ifndef EXPORTER_GZIP_H
#define EXPORTER_GZIP_H

#include <stddef.h>

/** gzip() - the bytes, smaller; the caller frees them; NULL without memory */
void *gzip(const void *data, size_t size, size_t *compressed);

#endif
