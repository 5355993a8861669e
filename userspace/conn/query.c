// SPDX-License-Identifier: GPL-2.0
/* What may be asked of a connection: its addresses, its listener. */
#include <string.h>

#include "userspace/conn/tracker_internal.h"

uint32_t tracker_slot(const struct tracker *m, const struct conn *c)
{
	return conn_slot(m, c);
}

static void address_of(const struct tracker *m, const struct conn *c, unsigned int which,
		       uint8_t address[16])
{
	if (c->flags & CONN_IPV6) {
		memcpy(address, which ? table_pair(m, c)->raddr : table_pair(m, c)->laddr, 16);
		return;
	}
	memset(address, 0, 10);
	memset(address + 10, 0xff, 2);
	memcpy(address + 12, &c->addr4[which], 4);
}

void tracker_laddr(const struct tracker *m, const struct conn *c, uint8_t address[16])
{
	address_of(m, c, 0, address);
}

void tracker_raddr(const struct tracker *m, const struct conn *c, uint8_t address[16])
{
	address_of(m, c, 1, address);
}

struct conn *table_listener(const struct tracker *m, struct tuple t)
{
	static const uint8_t any[16];
	struct conn *found;

	/* Bound to the address, to all IPv4 addresses, to all of both families. */
	t.rport = 0;
	t.raddr = any;
	t.addr4[1] = 0;
	found = table_by_tuple(m, &t);
	if (!found) {
		t.ipv6 = false;
		t.addr4[0] = 0;
		found = table_by_tuple(m, &t);
	}
	if (!found) {
		t.ipv6 = true;
		t.laddr = any;
		found = table_by_tuple(m, &t);
	}
	return found && found->state == TCPTRAIL_LISTEN ? found : NULL;
}

const struct conn *tracker_listener(const struct tracker *m, const struct conn *c)
{
	return table_listener(m, table_tuple(m, c));
}

const struct conn *tracker_syn_listener(const struct tracker *m, const struct conn *c)
{
	const struct conn *found;

	if (c->state != TCPTRAIL_SYN_SENT || !(c->flags & CONN_SYN_ARRIVED) ||
	    c->flags & CONN_HAS_BYTES || !c->syn_listener)
		return NULL;
	found = table_by_cookie(m, c->syn_listener);
	return found && found->state == TCPTRAIL_LISTEN ? found : NULL;
}
