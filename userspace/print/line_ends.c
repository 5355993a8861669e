// SPDX-License-Identifier: GPL-2.0
/*
 * Each name has one place in the table, and whoever comes last has the place: two that share one
 * cost time, and nothing else.
 */
#include "userspace/print/line_ends.h"

#include "userspace/base/address.h"
#include "userspace/base/buf.h"

#define GOLDEN 0x9e3779b97f4a7c15ULL /* 2^64 by the golden ratio: spreads neighbours */

_Static_assert(2 * (1 + ENDPOINT_MAX) <= LINE_ENDS_MAX, "two ends fit");
_Static_assert(LINE_ENDS == 256, "place_of() has 8 bits");

static void name_of(uint64_t name[5], const struct tcptrail_record *r)
{
	memcpy(&name[0], r->laddr, 16);
	memcpy(&name[2], r->raddr, 16);
	name[4] = (uint64_t)r->lport << 32 | (uint64_t)r->rport << 16 |
		  (r->flags & RECORD_NAME_PARTS);
}

static bool is_same(const uint64_t a[5], const uint64_t b[5])
{
	return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) | (a[4] ^ b[4]));
}

static uint8_t place_of(const uint64_t name[5])
{
	return (uint8_t)((name[3] ^ name[4]) * GOLDEN >> 56);
}

static void write_anew(struct line_ends *e, const uint64_t name[5], const struct tcptrail_record *r)
{
	char *p = e->text, *start = p;

	memcpy(e->name, name, sizeof(e->name));
	*p++ = ' ';
	p = put_local(p, r);
	p = put_pad(p, start + 1 + LINE_END_WIDTH);
	*p++ = ' ';
	start = p;
	p = put_remote(p, r);
	p = put_pad(p, start + LINE_END_WIDTH);
	e->len = (uint8_t)(p - e->text);
}

char *put_line_ends(char *p, struct line_ends *lately, const struct tcptrail_record *r)
{
	struct line_ends *e;
	uint64_t name[5];

	name_of(name, r);
	e = &lately[place_of(name)];
	if (!e->len || !is_same(e->name, name))
		write_anew(e, name, r);
	memcpy(p, e->text, sizeof(e->text));
	return p + e->len;
}
