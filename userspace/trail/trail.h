/* SPDX-License-Identifier: GPL-2.0 */
/* Inside the library: what a device and a file have in common. */
#ifndef TRAIL_TRAIL_H
#define TRAIL_TRAIL_H

#include "userspace/trail/tcptrail.h"

/**
 * struct trail_source - what a kind of trail can do; as the functions of
 *	tcptrail.h with the same names say
 */
struct trail_source {
	bool live;
	int (*read)(struct tcptrail *trail, const struct tcptrail_record **batch);
	int (*wait)(struct tcptrail *trail, int timeout_ms);
	int (*fd)(const struct tcptrail *trail);
	int (*get_info)(struct tcptrail *trail, struct tcptrail_info *info);
	int (*count)(struct tcptrail *trail, unsigned int cpu, struct tcptrail_count *count);
	void (*close)(struct tcptrail *trail);
};

/** struct tcptrail - the first member of struct device and struct file */
struct tcptrail {
	const struct trail_source *source;
	struct tcptrail_origin origin;
};

/** trail_origin_here() - this machine's, now */
void trail_origin_here(struct tcptrail_origin *origin);

/** trail_record_size_ok() - can records of this size be walked? */
static inline bool trail_record_size_ok(uint32_t size)
{
	return size >= sizeof(struct tcptrail_record) && size <= 4096 && size % 64 == 0;
}

#endif
