/* SPDX-License-Identifier: GPL-2.0 */
/* The page for people, at "/". */
#ifndef EXPORTER_PAGE_H
#define EXPORTER_PAGE_H

#include <stddef.h>

/** page - page.html, as it was when this was built */
extern const char page[];
extern const size_t page_size;

#endif
