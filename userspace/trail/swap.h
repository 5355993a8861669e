/* SPDX-License-Identifier: GPL-2.0 */
/* Inside the library: what a machine of the other byte order wrote. */
#ifndef TRAIL_SWAP_H
#define TRAIL_SWAP_H

#include "userspace/trail/file.h"

/** swap_header() - all numbers but those of info */
void swap_header(struct file_header *h);

void swap_info(struct tcptrail_info *info);

/** swap_record() - of a kind that we do not know, only what all kinds share */
void swap_record(struct tcptrail_record *r);

#endif
