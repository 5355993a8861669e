// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/trail/selector.h"
#include "userspace/base/address.h"

static int parse_port(const char *text, uint16_t *port)
{
	unsigned long n;
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	n = strtoul(text, &end, 10);
	if (*end || n > UINT16_MAX)
		return -EINVAL;
	*port = (uint16_t)n;
	return 0;
}

/* "80", ":80", "10.0.0.2", "10.0.0.2:80", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:80" */
static int parse_end(struct selector *s, char *text)
{
	char *colon = strrchr(text, ':'), *port = NULL, *close;
	unsigned int n = s->count;

	if (s->count == 2 || !*text)
		return -EINVAL;
	if (!text[strspn(text, "0123456789")]) {
		port = text;
		text += strlen(text);
	} else if (*text == '[') {
		close = strchr(text, ']');
		if (!close || (close[1] && close[1] != ':'))
			return -EINVAL;
		if (close[1])
			port = close + 2;
		*close = '\0';
		text++;
	} else if (colon && colon == strchr(text, ':')) {
		*colon = '\0';
		port = colon + 1;
	}
	if (*text) {
		s->ends[n].has_address = true;
		if (address_parse(text, s->ends[n].address, &s->ends[n].prefix))
			return -EINVAL;
	}
	if (port) {
		s->ends[n].has_port = true;
		if (parse_port(port, &s->ends[n].port))
			return -EINVAL;
	}
	if (!*text && !port)
		return -EINVAL; /* "[]" */
	s->count++;
	return 0;
}

/* As watch --json writes it; or as ss -e does, in hexadecimal. */
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
	err = parse_end(s, copy);
	if (!err && dash)
		err = parse_end(s, dash + 1);
	return err;
}

static bool match_end(const struct selector *s, unsigned int n, const uint8_t address[16],
		      bool no_address, uint16_t port, bool no_port)
{
	if (s->ends[n].has_address && !no_address &&
	    !address_match(s->ends[n].address, address, s->ends[n].prefix))
		return false;
	return !s->ends[n].has_port || no_port || s->ends[n].port == port;
}

static bool match_local(const struct selector *s, unsigned int n, const struct tcptrail_record *r)
{
	return n >= s->count || match_end(s, n, r->laddr, r->flags & TCPTRAIL_F_NO_LADDR, r->lport,
					  r->flags & TCPTRAIL_F_NO_LPORT);
}

static bool match_remote(const struct selector *s, unsigned int n, const struct tcptrail_record *r)
{
	return n >= s->count || match_end(s, n, r->raddr, r->flags & TCPTRAIL_F_NO_RADDR, r->rport,
					  r->flags & TCPTRAIL_F_NO_RPORT);
}

bool selector_match(const struct selector *s, const struct tcptrail_record *r)
{
	if (s->cookie)
		return true; /* received segments have none: the whole conversation decides */
	return (match_local(s, 0, r) && match_remote(s, 1, r)) ||
	       (match_remote(s, 0, r) && match_local(s, 1, r));
}
