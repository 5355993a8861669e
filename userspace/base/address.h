/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses as people write them: 192.0.2.1:80, [2001:db8::1]:80, *:80. */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "module/uapi/tcptrail.h"

#define ADDRESS_MAX 46 /* an IPv6 address, with room for inet_ntop()'s terminator */
#define ENDPOINT_MAX (ADDRESS_MAX + 8)

/** address_ipv4 - what an IPv4 address begins with: it is held as ::ffff:a.b.c.d */
extern const uint8_t address_ipv4[12];

static inline bool address_is_ipv4(const uint8_t address[16])
{
	return !memcmp(address, address_ipv4, sizeof(address_ipv4));
}

/** address_is_loopback() - 127.0.0.0/8 or ::1 */
bool address_is_loopback(const uint8_t address[16]);

/** put_address() - at most ADDRESS_MAX bytes, no terminator; returns the end */
char *put_address(char *p, const uint8_t address[16]);

/**
 * put_local() - a record's local end, at most ENDPOINT_MAX bytes, no
 * terminator; unknown parts are "*"; returns the end
 */
char *put_local(char *p, const struct tcptrail_record *r);

/** put_remote() - its other end, likewise */
char *put_remote(char *p, const struct tcptrail_record *r);

/** put_endpoint() - any end, all known */
char *put_endpoint(char *p, const uint8_t address[16], uint16_t port);

/**
 * address_parse() - "192.0.2.1", "2001:db8::/32", "10.0.0.0/8"
 * @s: what the user wrote
 * @address: set, IPv4 as ::ffff:a.b.c.d
 * @prefix: set to how many of its 128 bits count
 *
 * Return: 0 or -EINVAL
 */
int address_parse(const char *s, uint8_t address[16], unsigned int *prefix);

/**
 * struct endpoint - one end of a connection, as far as a user names it
 * @has_address: @address and @prefix are set
 * @has_port: @port is set
 * @address: IPv4 as ::ffff:a.b.c.d
 * @prefix: how many bits of @address count
 * @port: 0 to 65535
 */
struct endpoint {
	bool has_address;
	bool has_port;
	uint8_t address[16];
	unsigned int prefix;
	uint16_t port;
};

/**
 * endpoint_parse() - "80", ":80", "10.0.0.2", "10.0.0.0/8", "10.0.0.2:80", "2001:db8::1",
 *	"[2001:db8::1]", "[2001:db8::1]:80"
 *
 * Return: 0 or -EINVAL
 */
int endpoint_parse(const char *s, struct endpoint *endpoint);

/** address_match() - do the first @prefix bits agree? */
bool address_match(const uint8_t a[16], const uint8_t b[16], unsigned int prefix);

#endif
