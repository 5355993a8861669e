// SPDX-License-Identifier: GPL-2.0
/* Selectors: one word that names a connection, by ports, addresses or cookie. */
#include "userspace/trail/selector.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int parse_cookie(struct selector *s, const char *text, int base)
{
	char *end;

	errno = 0;
	s->cookie = strtoull(text, &end, base);
	return errno || *end || !s->cookie || *text == '-' || *text == '+' || *text == ' ' ?
		       -EINVAL :
		       0;
}

int selector_parse(struct selector *s, const char *text)
{
	char copy[160], *dash;
	int err;

	memset(s, 0, sizeof(*s));
	if (!strncmp(text, "cookie:", 7))
		return parse_cookie(s, text + 7, 0);
	if (!strncmp(text, "sk:", 3))
		return parse_cookie(s, text + 3, 16);
	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, text);
	dash = strchr(copy, '-');
	if (dash)
		*dash = '\0';
	err = endpoint_parse(copy, &s->ends[0]);
	return err || !dash ? err : endpoint_parse(dash + 1, &s->ends[1]);
}

static bool match_end(const struct endpoint *e, const uint8_t address[16], bool no_address,
		      uint16_t port, bool no_port)
{
	if (e->has_address && !no_address && !address_match(e->address, address, e->prefix))
		return false;
	return !e->has_port || no_port || e->port == port;
}

static bool match_ends(const struct endpoint *local, const struct endpoint *remote,
		       const struct tcptrail_record *r)
{
	return match_end(local, r->laddr, r->flags & TCPTRAIL_F_NO_LADDR, r->lport,
			 r->flags & TCPTRAIL_F_NO_LPORT) &&
	       match_end(remote, r->raddr, r->flags & TCPTRAIL_F_NO_RADDR, r->rport,
			 r->flags & TCPTRAIL_F_NO_RPORT);
}

bool selector_match(const struct selector *s, const struct tcptrail_record *r)
{
	if (s->cookie)
		return true; /* received segments have none: the whole conversation decides */
	return match_ends(&s->ends[0], &s->ends[1], r) || match_ends(&s->ends[1], &s->ends[0], r);
}
