// SPDX-License-Identifier: GPL-2.0
/* Finding, naming and making connections. */
#include <string.h>
#include <sys/socket.h>

#include "userspace/base/address.h"
#include "userspace/conn/tracker_internal.h"

/* IPv4 addresses are held as four bytes; an unknown one is 0.0.0.0. */
static inline bool fits_ipv4(const uint8_t address[16], uint8_t family)
{
	static const uint8_t unknown[16];

	return address_is_ipv4(address) || (family != AF_INET6 && !memcmp(address, unknown, 16));
}

bool tuple_of(struct tuple *tuple, const struct tcptrail_record *r)
{
	uint16_t missing = r->flags & RECORD_NAME_PARTS;

	/* A listener has no other end: its name is whole without. */
	if (missing == (TCPTRAIL_F_NO_RADDR | TCPTRAIL_F_NO_RPORT) && r->kind != TCPTRAIL_SEGMENT &&
	    r->transition.new_state == TCPTRAIL_LISTEN)
		missing = 0;
	tuple->netns = r->netns;
	tuple->lport = r->lport;
	tuple->rport = r->rport;
	tuple->laddr = r->laddr;
	tuple->raddr = r->raddr;
	memcpy(&tuple->addr4[0], r->laddr + 12, 4);
	memcpy(&tuple->addr4[1], r->raddr + 12, 4);
	tuple->ipv6 = !fits_ipv4(r->laddr, r->family) || !fits_ipv4(r->raddr, r->family);
	return missing == 0;
}

uint32_t table_hash(const struct tracker *m, const struct tuple *t)
{
	uint64_t first = (uint64_t)t->netns << 32 | (uint32_t)t->lport << 16 | t->rport;

	if (!t->ipv6)
		return index_hash(m->key, first, (uint64_t)t->addr4[0] << 32 | t->addr4[1]);
	return index_hash(m->key, first ^ index_hash_16(m->key, t->laddr),
			  index_hash_16(m->key, t->raddr));
}

static uint32_t cookie_hash(const struct tracker *m, uint64_t cookie)
{
	return index_hash(m->key, cookie, cookie >> 32);
}

struct pair *table_pair(const struct tracker *m, const struct conn *c)
{
	return pool_at(&m->pairs, c->addr4[0]);
}

static bool same_tuple(const struct tracker *m, const struct conn *c, const struct tuple *t)
{
	const struct pair *pair;

	if (c->netns != t->netns || c->lport != t->lport || c->rport != t->rport)
		return false;
	if (!(c->flags & CONN_IPV6))
		return !t->ipv6 && c->addr4[0] == t->addr4[0] && c->addr4[1] == t->addr4[1];
	pair = table_pair(m, c);
	return t->ipv6 && !memcmp(pair->laddr, t->laddr, 16) && !memcmp(pair->raddr, t->raddr, 16);
}

struct tuple table_tuple(const struct tracker *m, const struct conn *c)
{
	struct tuple t = { .netns = c->netns, .lport = c->lport, .rport = c->rport };

	if (c->flags & CONN_IPV6) {
		t.ipv6 = true;
		t.laddr = table_pair(m, c)->laddr;
		t.raddr = table_pair(m, c)->raddr;
	} else {
		t.addr4[0] = c->addr4[0];
		t.addr4[1] = c->addr4[1];
	}
	return t;
}

struct conn *table_by_cookie(const struct tracker *m, uint64_t cookie)
{
	uint32_t hash = cookie_hash(m, cookie), at = 0, slot;

	while ((slot = index_find(&m->by_cookie, hash, &at)))
		if (conn_at(m, slot)->cookie == cookie)
			return conn_at(m, slot);
	return NULL;
}

static struct conn *by_hash(const struct tracker *m, const struct tuple *tuple, uint32_t hash)
{
	uint32_t at = 0, slot;

	while ((slot = index_find(&m->by_tuple, hash, &at)))
		if (same_tuple(m, conn_at(m, slot), tuple))
			return conn_at(m, slot);
	return NULL;
}

struct conn *table_by_tuple(const struct tracker *m, const struct tuple *tuple)
{
	return by_hash(m, tuple, table_hash(m, tuple));
}

bool table_is_shared(const struct tracker *m, const struct conn *c)
{
	struct tuple tuple = table_tuple(m, c);
	uint32_t hash = table_hash(m, &tuple), at = 0, slot;

	while ((slot = index_find(&m->by_tuple, hash, &at)))
		if (conn_at(m, slot) != c && same_tuple(m, conn_at(m, slot), &tuple))
			return true;
	return false;
}

const struct index_entry *table_cookie_home(const struct tracker *m, uint64_t cookie)
{
	return &m->by_cookie.entries[index_home(&m->by_cookie, cookie_hash(m, cookie))];
}

const struct index_entry *table_tuple_home(const struct tracker *m, const struct tuple *tuple)
{
	return &m->by_tuple.entries[index_home(&m->by_tuple, table_hash(m, tuple))];
}

const struct conn *table_likely(const struct tracker *m, const struct tcptrail_record *r)
{
	uint32_t hash, at = 0;
	struct tuple tuple;

	if (r->cookie) {
		hash = cookie_hash(m, r->cookie);
		return conn_at(m, index_find(&m->by_cookie, hash, &at));
	}
	tuple_of(&tuple, r);
	hash = table_hash(m, &tuple);
	return conn_at(m, index_find(&m->by_tuple, hash, &at));
}

static void unindex(struct tracker *m, struct conn *c)
{
	struct tuple tuple;

	if (!(c->flags & CONN_INDEXED))
		return;
	tuple = table_tuple(m, c);
	index_del(&m->by_tuple, table_hash(m, &tuple), conn_slot(m, c));
	c->flags &= ~CONN_INDEXED;
}

static void index_by_tuple(struct tracker *m, struct conn *c)
{
	struct tuple tuple = table_tuple(m, c);
	uint32_t hash = table_hash(m, &tuple);
	struct conn *before = by_hash(m, &tuple, hash);

	/*
	 * The newest life has the name; an earlier one still has its cookie. Listeners may
	 * share theirs (SO_REUSEPORT): it is any of them that is found by it.
	 */
	if (before && (before->state != TCPTRAIL_LISTEN || before->end))
		unindex(m, before);
	if (!index_add(&m->by_tuple, hash, conn_slot(m, c)))
		c->flags |= CONN_INDEXED;
}

void table_forget(struct tracker *m, struct conn *c)
{
	unindex(m, c);
	if (c->flags & CONN_COOKIE)
		index_del(&m->by_cookie, cookie_hash(m, c->cookie), conn_slot(m, c));
	c->flags &= ~CONN_COOKIE;
}

static void set_cookie(struct tracker *m, struct conn *c, uint64_t cookie)
{
	if (index_add(&m->by_cookie, cookie_hash(m, cookie), conn_slot(m, c)))
		return;
	c->cookie = cookie;
	c->flags |= CONN_COOKIE;
}

static void set_tuple(struct tracker *m, struct conn *c, const struct tuple *t)
{
	uint32_t pair;

	c->lport = t->lport;
	c->rport = t->rport;
	if (!t->ipv6) {
		c->addr4[0] = t->addr4[0];
		c->addr4[1] = t->addr4[1];
		return;
	}
	pair = c->flags & CONN_IPV6 ? c->addr4[0] : pool_alloc(&m->pairs);
	if (!pair)
		return;
	c->flags |= CONN_IPV6;
	c->addr4[0] = pair;
	memcpy(table_pair(m, c)->laddr, t->laddr, 16);
	memcpy(table_pair(m, c)->raddr, t->raddr, 16);
}

/*
 * Where a segment is seen to go its destination may be translated already; a
 * connecting socket, which lacks only its own port, has told whom it calls.
 */
static void keep_remote(const struct tracker *m, const struct conn *c, struct tuple *t,
			uint8_t raddr[16])
{
	struct tuple own = table_tuple(m, c);

	if (!own.rport || own.ipv6 != t->ipv6)
		return;
	t->rport = own.rport;
	t->addr4[1] = own.addr4[1];
	if (!own.ipv6)
		return;
	memcpy(raddr, own.raddr, 16);
	t->raddr = raddr;
}

static bool is_self(const struct tuple *t)
{
	return t->lport == t->rport &&
	       (t->ipv6 ? !memcmp(t->laddr, t->raddr, 16) : t->addr4[0] == t->addr4[1]);
}

void table_learn_name(struct tracker *m, struct conn *c, const struct tcptrail_record *r)
{
	struct tuple tuple;
	uint8_t raddr[16];
	bool whole;

	if (r->cookie && !c->cookie)
		set_cookie(m, c, r->cookie);
	if (c->flags & CONN_WHOLE)
		return;
	whole = tuple_of(&tuple, r);
	if (r->kind == TCPTRAIL_SEGMENT)
		keep_remote(m, c, &tuple, raddr);
	if (tuple.ipv6 || !(c->flags & CONN_IPV6))
		set_tuple(m, c, &tuple);
	if (r->family == AF_INET6)
		c->flags |= CONN_FAMILY_6;
	if (whole) {
		c->flags |= CONN_WHOLE | (is_self(&tuple) ? CONN_SELF : 0);
		index_by_tuple(m, c);
		if (m->has_early)
			join_named(m, c, table_hash(m, &tuple));
	}
}
