/* SPDX-License-Identifier: GPL-2.0 */
/* Of a destination that may have a burst: who takes its ports, how fast, and when they come free. */
#ifndef DIAGNOSE_PORT_DETAILS_H
#define DIAGNOSE_PORT_DETAILS_H

#include "userspace/diagnose/port_usage.h"
#include "userspace/diagnose/trend.h"

#define PORT_MAKERS 16 /* so many programs are told apart */
#define PORT_STEPS 60 /* so finely is told when ports come free */

/** struct port_maker - a program that made connections */
struct port_maker {
	char comm[16];
	uint32_t pid; /* 0: several */
	uint32_t made;
};

/**
 * struct port_details - while it is counted
 * @hold_ns: for how long a TIME-WAIT keeps its port from connect()
 * @frees: how many of the ports that TIME-WAITs keep come free in each PORT_STEPS-th part
 *	of it
 * @makers: the programs
 * @maker_count: how many
 * @taken: ports: taken by connections, freed by those that leave no TIME-WAIT
 * @live: connections: until they end, or become TIME-WAITs
 */
struct port_details {
	uint64_t hold_ns;
	uint32_t frees[PORT_STEPS];
	struct port_maker makers[PORT_MAKERS];
	uint32_t maker_count;
	struct trend taken;
	struct trend live;
};

/** port_details_new() - NULL without memory; free() frees it */
struct port_details *port_details_new(const struct port_usages *usages,
				      const struct tracker *tracker);

/** port_details_maker() - whose a connection is; NULL: not known */
void port_details_maker(struct port_details *details, const struct task *task);

/** port_details_live() - a connection that lives */
void port_details_live(struct port_details *details, const struct conn *conn);

/** port_details_timewait() - a TIME-WAIT; it keeps its port for @hold_ns in all */
void port_details_timewait(struct port_details *details, const struct conn *conn, uint64_t age_ns,
			   uint64_t hold_ns);

/** port_details_end() - into @usage: what is made of all these; they are freed */
void port_details_end(struct port_usage *usage, const struct tracker *tracker);

#endif
