/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIAGNOSE_JUDGE_H
#define DIAGNOSE_JUDGE_H

#include "userspace/diagnose/stuck.h"

/**
 * judge() - is this connection stuck, or was it asked for?
 * @query: what is asked
 * @waiting: all who wait, of the same moment
 * @conn: the connection; it lives
 * @finding: filled if so, with its rule
 * @next_ns: lowered to the time from which the answer is another one, if no record comes
 */
bool judge(const struct stuck_query *query, const struct waiting *waiting, const struct conn *conn,
	   struct finding *finding, uint64_t *next_ns);

#endif
