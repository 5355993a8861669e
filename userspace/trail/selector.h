/* SPDX-License-Identifier: GPL-2.0 */
/* Which connections a user means: :80, 10.0.0.2, 10.0.0.2:80, A:P-B:Q, cookie:N. */
#ifndef TRAIL_SELECTOR_H
#define TRAIL_SELECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "userspace/base/record.h"

/**
 * struct selector - one or two ends of a connection, or a cookie
 * @cookie: the socket's, if not 0; then nothing else counts
 * @count: how many ends are named
 * @ends: what is known of each, whichever side it is on
 */
struct selector {
	uint64_t cookie;
	unsigned int count;
	struct {
		bool has_address;
		bool has_port;
		uint8_t address[16];
		unsigned int prefix;
		uint16_t port;
	} ends[2];
};

/** selector_parse() - 0 or -EINVAL */
int selector_parse(struct selector *selector, const char *text);

/** selector_match() - could @r be of such a connection? Unknown parts match anything */
bool selector_match(const struct selector *selector, const struct tcptrail_record *r);

#endif
