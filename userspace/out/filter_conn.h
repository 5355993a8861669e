/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPTRAIL_FILTER_CONN_H
#define TCPTRAIL_FILTER_CONN_H

#include "filter.h"
#include "userspace/model/model.h"

/**
 * filter_conn() - is a connection one of those that a user asked for?
 * @f: what was asked; kinds do not matter here
 * @model: whose it is
 * @conn: the connection
 * @state: the state that it counts as being in
 *
 * The task is who opened or accepted it, or acted on it last.
 */
bool filter_conn(const struct filter *f, const struct model *model, const struct conn *conn,
		 uint8_t state);

#endif
