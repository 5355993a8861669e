/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What /stuck answers: the entries of the last scan, some lines at a time, so that the
 * reader waits for no more than these. In between the tracker moves on; what is no more
 * as it was is left out.
 */
#ifndef EXPORTER_STUCK_LINES_H
#define EXPORTER_STUCK_LINES_H

#include "userspace/print/stuck_out.h"

#define STUCK_LINES_MAX 1000
#define STUCK_LINES_SLICE 32 /* lines that one call makes at most */

/**
 * struct stuck_lines - how far the telling has come; zero at the start
 * @scan: which scan's findings that are
 * @next: what comes next
 */
struct stuck_lines {
	uint64_t scan;
	size_t next;
};

/**
 * stuck_lines_more() - the next few lines, as tcptrail stuck --json has them
 * @lines: moved on
 * @o: what they are made from
 * @result: of the last whole scan
 * @out: appended to; emptied first if there was another scan since the last call
 *
 * Return: is there more?
 */
bool stuck_lines_more(struct stuck_lines *lines, const struct stuck_out *o,
		      const struct stuck_result *result, struct buf *out);

#endif
