/* SPDX-License-Identifier: GPL-2.0 */
/* The facts under a line of tcptrail stuck, as paragraphs. */
#ifndef PRINT_STUCK_DETAILS_H
#define PRINT_STUCK_DETAILS_H

#include "userspace/print/stuck_out.h"

/** stuck_put_details() - where it is, whose it is, what lies in it, when something moved last */
void stuck_put_details(const struct stuck_out *o, struct buf *out, const struct stuck_group *group,
		       const struct stuck_words *words);

#define STUCK_INDENT 4 /* columns before what is said of a line */

/**
 * stuck_cgroup() - the control group of a socket
 * @o: what is known
 * @conn: the socket
 * @words: who holds it
 * @room: used if it has to be looked up
 *
 * That of the process that holds it; without one, that in which it was made.
 * Return: NULL if it is not known
 */
const struct cgroup_name *stuck_cgroup(const struct stuck_out *o, const struct conn *conn,
				       const struct stuck_words *words, struct cgroup_name *room);

#endif
