/* SPDX-License-Identifier: GPL-2.0 */
/* Inside the library: what a device and a file have in common. */
#ifndef TRAIL_TRAIL_H
#define TRAIL_TRAIL_H

#include "userspace/trail/tcptrail.h"

/**
 * struct trail_source - what a device and a file do differently
 * @live: a device
 * @read: tcptrail_read()
 * @wait: tcptrail_wait()
 * @get_info: tcptrail_get_info() of a device; a file has nothing newer than its header
 * @count: tcptrail_count() of a device
 * @close: tcptrail_close(); frees the trail
 */
struct trail_source {
	bool live;
	int (*read)(struct tcptrail *trail, const struct tcptrail_record **batch);
	int (*wait)(struct tcptrail *trail, int timeout_ms);
	int (*get_info)(struct tcptrail *trail, struct tcptrail_info *info);
	int (*count)(struct tcptrail *trail, unsigned int cpu, struct tcptrail_count *count);
	void (*close)(struct tcptrail *trail);
};

/**
 * struct tcptrail - the first member of struct device and struct file
 * @source: which of the two it is
 * @fd: what is read; -1 while nothing is open
 * @origin: where the records come from
 * @info: what the module said of itself when the trail was opened or recorded
 */
struct tcptrail {
	const struct trail_source *source;
	int fd;
	struct tcptrail_origin origin;
	struct tcptrail_info info;
};

#endif
