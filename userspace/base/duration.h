/* SPDX-License-Identifier: GPL-2.0 */
/* Spans of time as people read and write them. */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include <stdint.h>

#define DURATION_MAX 16

/**
 * put_span() - a short span, exact to a thousandth: "35us", "20.061ms",
 *	"1.040s", "16m40.1s", "2h03m05s", "12d04h"; returns the end; at most
 *	DURATION_MAX bytes, no terminator
 */
char *put_span(char *p, uint64_t ns);

/** put_age() - a rough one: "350ms", "9.1s", "14m03s", "2h03m", "12d04h"; likewise */
char *put_age(char *p, uint64_t ns);

/**
 * duration_parse() - "10s", "500ms", "5m", "2h", "1d"; a bare number is seconds
 *
 * Return: 0 or -EINVAL
 */
int duration_parse(const char *s, uint64_t *ns);

#endif
