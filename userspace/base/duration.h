/* SPDX-License-Identifier: GPL-2.0 */
/* Spans of time as people read and write them. */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include "userspace/base/number.h"

#define DURATION_MAX NUMBER_TEXT_MAX

/*
 * Each writes at most DURATION_MAX bytes, without a terminator, and returns the end. The
 * first two cut off what they do not show, put_brief() and put_rounded() round.
 */

/** put_span() - to a thousandth: "35us", "20.061ms", "1.040s", then as put_age(): "16m40s" */
char *put_span(char *p, uint64_t ns);

/** put_age() - to the second, later to the hour: "350ms", "9.1s", "14m03s", "2h03m", "12d04h" */
char *put_age(char *p, uint64_t ns);

/** put_brief() - in 5 columns: "152us", "9.9ms", "204ms", "60.0s", "16.6m", "99.9h", "124d" */
char *put_brief(char *p, uint64_t ns);

/** put_rounded() - in three digits: "35us", "20.1ms", "1.04s", then as put_age(): "16m40s" */
char *put_rounded(char *p, uint64_t ns);

/** put_about() - in words: "3 s", "47 minutes", "5 hours", "12 days" */
char *put_about(char *p, uint64_t ns);

/**
 * duration_parse() - "10s", "500ms", "5m", "2h", "1d"; a bare number is seconds
 *
 * Return: 0 or -EINVAL
 */
int duration_parse(const char *s, uint64_t *ns);

#endif
