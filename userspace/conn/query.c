// SPDX-License-Identifier: GPL-2.0
/* What may be asked of a connection: its addresses, its listener. */
#include <string.h>

#include "userspace/conn/tracker_internal.h"

const struct conn *tracker_find(const struct tracker *m, const struct tcptrail_record *r)
{
	return feed_find(m, r);
}

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

const struct conn *tracker_listener(const struct tracker *m, const struct conn *c)
{
	static const uint8_t any[16];
	uint8_t laddr[16];
	struct tuple t = { .netns = c->netns, .lport = c->lport, .laddr = laddr, .raddr = any };
	const struct conn *found;

	/* Bound to the address, to all IPv4 addresses, to all of both families. */
	tracker_laddr(m, c, laddr);
	t.ipv6 = c->flags & CONN_IPV6;
	t.addr4[0] = c->addr4[0];
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
