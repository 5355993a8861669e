/* SPDX-License-Identifier: GPL-2.0 */
/* The time of a record, for people and for machines. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "userspace/base/time.h"

/**
 * struct clock - turns nanoseconds into text; calls libc once a second only
 * @offset_ns: CLOCK_REALTIME minus the records' clock
 * @utc: or the local time zone
 * @known: @start_ns, @date and @time are valid
 * @start_ns: record time at which the second began that @date and @time tell
 * @date: "2026-11-23", zero-terminated
 * @time: "12:34:56", zero-terminated
 */
struct clock {
	int64_t offset_ns;
	bool utc;
	bool known;
	uint64_t start_ns;
	char date[16];
	char time[12];
};

void clock_init(struct clock *c, int64_t offset_ns, bool utc);

void clock_set_second(struct clock *c, uint64_t time_ns); /* the slow part of clock_at() */

/** clock_at() - set @date and @time to the second of @time_ns; returns the nanoseconds after it */
static inline uint32_t clock_at(struct clock *c, uint64_t time_ns)
{
	if (!c->known || time_ns - c->start_ns >= SEC)
		clock_set_second(c, time_ns);
	return (uint32_t)(time_ns - c->start_ns);
}

#define PUT_TIME_OF_DAY 15

/** put_time_of_day() - 12:34:56.123456, PUT_TIME_OF_DAY bytes; returns the end */
char *put_time_of_day(char *p, struct clock *c, uint64_t time_ns);

#define PUT_RFC3339_MAX 40

/** put_rfc3339() - 2026-11-23T12:34:56.123456789Z; the clock must be a UTC one */
char *put_rfc3339(char *p, struct clock *c, uint64_t time_ns);

#endif
