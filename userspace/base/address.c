// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses and ports, to text and from text. Inside, every address has 16 bytes; an IPv4
 * address is ::ffff:a.b.c.d. So both families compare and match a prefix in the same way,
 * and only the text differs.
 */
#include "userspace/base/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "userspace/base/buf.h"
#include "userspace/base/number.h"

const uint8_t address_ipv4[12] = { [10] = 0xff, [11] = 0xff };

bool address_is_loopback(const uint8_t address[16])
{
	static const uint8_t v6[16] = { [15] = 1 };

	return address_is_ipv4(address) ? address[12] == 127 : !memcmp(address, v6, sizeof(v6));
}

char *put_address(char *p, const uint8_t address[16])
{
	if (!address_is_ipv4(address)) {
		if (!inet_ntop(AF_INET6, address, p, ADDRESS_MAX))
			*p = '\0';
		return p + strlen(p);
	}
	p = put_small(p, address[12]);
	*p++ = '.';
	p = put_small(p, address[13]);
	*p++ = '.';
	p = put_small(p, address[14]);
	*p++ = '.';
	return put_small(p, address[15]);
}

static char *put_end(char *p, const uint8_t address[16], uint16_t port, bool no_address,
		     bool no_port)
{
	if (no_address) {
		*p++ = '*';
	} else if (address_is_ipv4(address)) {
		p = put_address(p, address);
	} else {
		*p++ = '[';
		p = put_address(p, address);
		*p++ = ']';
	}
	*p++ = ':';
	if (no_port)
		*p++ = '*';
	else
		p = put_u64(p, port);
	return p;
}

char *put_local(char *p, const struct tcptrail_record *r)
{
	return put_end(p, r->laddr, r->lport, r->flags & TCPTRAIL_F_NO_LADDR,
		       r->flags & TCPTRAIL_F_NO_LPORT);
}

char *put_remote(char *p, const struct tcptrail_record *r)
{
	return put_end(p, r->raddr, r->rport, r->flags & TCPTRAIL_F_NO_RADDR,
		       r->flags & TCPTRAIL_F_NO_RPORT);
}

char *put_endpoint(char *p, const uint8_t address[16], uint16_t port)
{
	return put_end(p, address, port, false, false);
}

int address_parse(const char *s, uint8_t address[16], unsigned int *prefix)
{
	const char *slash = strchr(s, '/');
	size_t len = slash ? (size_t)(slash - s) : strlen(s);
	char text[ADDRESS_MAX];
	unsigned int skip = 0;
	uint64_t bits;

	if (len >= sizeof(text))
		return -EINVAL;
	memcpy(text, s, len);
	text[len] = '\0';
	if (inet_pton(AF_INET6, text, address) != 1) {
		memcpy(address, address_ipv4, sizeof(address_ipv4));
		if (inet_pton(AF_INET, text, address + 12) != 1)
			return -EINVAL;
		skip = 96;
	}
	*prefix = 128;
	if (!slash)
		return 0;
	if (number_parse(slash + 1, 128 - skip, &bits))
		return -EINVAL;
	*prefix = (unsigned int)bits + skip;
	return 0;
}

int endpoint_parse(const char *s, struct endpoint *e)
{
	char copy[ENDPOINT_MAX + 8], *address = copy, *port = NULL, *end;
	uint64_t n = 0;

	*e = (struct endpoint){ 0 };
	if (strlen(s) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, s);
	if (!s[strspn(s, "0123456789")]) {
		port = copy;
		address = NULL;
	} else if (*s == '[') {
		end = strchr(copy, ']');
		if (!end || (end[1] && end[1] != ':'))
			return -EINVAL;
		port = end[1] ? end + 2 : NULL;
		*end = '\0';
		address++;
		if (!strchr(address, ':')) /* brackets are for IPv6 */
			return -EINVAL;
	} else if ((end = strchr(copy, ':')) && !strchr(end + 1, ':')) {
		port = end + 1;
		*end = '\0';
	}
	e->has_address = address && *address;
	e->has_port = port;
	if ((e->has_address && address_parse(address, e->address, &e->prefix)) ||
	    (port && number_parse(port, UINT16_MAX, &n)))
		return -EINVAL;
	e->port = (uint16_t)n;
	return 0;
}

bool address_match(const uint8_t a[16], const uint8_t b[16], unsigned int prefix)
{
	unsigned int bytes = prefix / 8;
	unsigned int bits = prefix % 8;

	return !memcmp(a, b, bytes) && (!bits || (a[bytes] ^ b[bytes]) >> (8 - bits) == 0);
}
