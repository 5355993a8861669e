// SPDX-License-Identifier: GPL-2.0
/* How long a life was in each state, from the steps that lead from one to the next. */
#include <string.h>

#include "userspace/conn/timing.h"

/* Our FIN was first, or both crossed. @in: the peer's, 0 if none. */
static void we_closed(uint64_t states[TIMING_STATES], const struct conn *c, uint64_t in,
		      uint64_t end_ns)
{
	uint64_t out = c->fin_out_ns;
	uint64_t acked = c->fin_out_acked_us ? out + c->fin_out_acked_us * 1000ULL : 0;

	if (c->flags & CONN_SIMULTANEOUS_CLOSE && in) {
		states[TCPTRAIL_FIN_WAIT1] = time_between(out, in);
		states[TCPTRAIL_CLOSING] = time_between(in, acked ? acked : end_ns);
		in = acked;
	} else {
		states[TCPTRAIL_FIN_WAIT1] = time_between(out, acked ? acked : end_ns);
		if (acked)
			states[TCPTRAIL_FIN_WAIT2] = time_between(acked, in ? in : end_ns);
	}
	if (in && acked && c->state == TCPTRAIL_TIME_WAIT)
		states[TCPTRAIL_TIME_WAIT] = time_between(in > acked ? in : acked, end_ns);
}

/* Before the first FIN, or the end. */
static void opened(uint64_t states[TIMING_STATES], const struct conn *c, uint64_t until_ns)
{
	uint64_t established_ns = c->begun_ns + c->established_us * 1000ULL;
	uint8_t opening = c->role == CONN_ACTIVE ? TCPTRAIL_SYN_SENT : TCPTRAIL_SYN_RECV;

	if (c->flags & CONN_FOUND)
		return;
	if (c->established_us)
		states[TCPTRAIL_ESTABLISHED] = time_between(established_ns, until_ns);
	if (c->flags & CONN_SIMULTANEOUS_OPEN || (c->role == CONN_PASSIVE && !c->synacks))
		return;
	states[opening] = time_between(c->begun_ns, c->established_us ? established_ns : until_ns);
}

void timing_states(uint64_t states[TIMING_STATES], const struct conn *c, uint64_t now_ns)
{
	uint64_t end_ns = c->end ? c->since_ns : now_ns;
	uint64_t out = c->fin_out_ns, in = c->fin_in_ns;
	uint64_t first = out && (!in || out < in) ? out : in;

	memset(states, 0, TIMING_STATES * sizeof(*states));
	opened(states, c, first ? first : end_ns);
	if (c->flags & CONN_AT_LEAST) {
		first = 0; /* a FIN that is on record is not the first one */
	} else if (first && first == out) {
		we_closed(states, c, in, end_ns);
	} else if (first) {
		states[TCPTRAIL_CLOSE_WAIT] = time_between(in, out ? out : end_ns);
		if (out)
			states[TCPTRAIL_LAST_ACK] = time_between(out, end_ns);
	}
	/* When it left its last state is not known. */
	if ((c->end == CONN_UNSEEN || c->end == CONN_EVICTED) && c->state < TIMING_STATES)
		states[c->state] = 0;
}
