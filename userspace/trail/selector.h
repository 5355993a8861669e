/* SPDX-License-Identifier: GPL-2.0 */
/* Which connections a user means: :80, 10.0.0.2, 10.0.0.2:80, A:P-B:Q, cookie:N. */
#ifndef TRAIL_SELECTOR_H
#define TRAIL_SELECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "userspace/base/address.h"
#include "userspace/base/record.h"

/**
 * struct selector - one or two ends of a connection, or a cookie
 * @cookie: the socket's, if not 0; then nothing else counts
 * @ends: what is known of each, whichever side it is on; of one that is not named, nothing
 */
struct selector {
	uint64_t cookie;
	struct endpoint ends[2];
};

/**
 * selector_parse() - one end; two with "-" between them; "cookie:N" as watch --json writes
 *	it; "sk:N" as ss -e does, in hexadecimal
 *
 * Return: 0 or -EINVAL
 */
int selector_parse(struct selector *selector, const char *text);

/** selector_match() - could @r be of such a connection? Unknown parts match anything */
bool selector_match(const struct selector *selector, const struct tcptrail_record *r);

#endif
