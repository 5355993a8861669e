/* SPDX-License-Identifier: GPL-2.0 */
/* The live screen's own help. */
#ifndef TOP_HELP_H
#define TOP_HELP_H

/* What the keys do, and what the columns mean. */
extern const char help_keys[];

#endif
