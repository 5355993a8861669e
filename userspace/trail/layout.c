// SPDX-License-Identifier: GPL-2.0
/*
 * Checks what the module says of its rings, before a pointer is made of it. The module may
 * be another version, and the file that claims to be a device may be anything.
 */
#include "userspace/trail/layout.h"

#include <errno.h>
#include <unistd.h>

#define MAX_CPUS 65536

int layout_check(const struct tcptrail_info *info)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t slots = (uint64_t)info->ring_records * info->record_size;

	if (info->size < TCPTRAIL_INFO_MIN)
		return -EBADMSG;
	if (info->abi_major != TCPTRAIL_ABI_MAJOR)
		return -EPROTO;
	if (!layout_record_size_ok(info->record_size))
		return -EBADMSG;
	if (!info->ring_records || (info->ring_records & (info->ring_records - 1)))
		return -EBADMSG;
	if (info->ring_offset < sizeof(struct tcptrail_ring) || info->ring_offset % 64)
		return -EBADMSG;
	if (!info->map_stride || info->map_stride % page || info->map_stride > SIZE_MAX / 2 ||
	    info->map_stride < info->ring_offset || info->map_stride - info->ring_offset < slots)
		return -EBADMSG;
	if (!info->cpus || info->cpus > MAX_CPUS || info->cpus > INT64_MAX / info->map_stride)
		return -EBADMSG;
	if (info->nports > TCPTRAIL_MAX_PORTS)
		return -EBADMSG;
	return 0;
}
