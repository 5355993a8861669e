/* SPDX-License-Identifier: GPL-2.0 */
/* Inside the library: is what a module or a file says of sizes fit to walk records by? */
#ifndef TRAIL_LAYOUT_H
#define TRAIL_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "module/uapi/tcptrail.h"

/** layout_record_size_ok() - can records that lie so many bytes apart be walked? */
static inline bool layout_record_size_ok(uint32_t size)
{
	return size >= sizeof(struct tcptrail_record) && size <= 4096 && size % 64 == 0;
}

/**
 * layout_check() - may rings be mapped and walked by what the module says of them?
 *
 * Return: 0; -EPROTO if the ABI major is another; -EBADMSG if it makes no sense
 */
int layout_check(const struct tcptrail_info *info);

#endif
