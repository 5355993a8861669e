// SPDX-License-Identifier: GPL-2.0
/*
 * Record time to time of day. Records have CLOCK_MONOTONIC; the offset to CLOCK_REALTIME
 * is added. libc is asked once for each second, not for each record: the text of that
 * second is kept, and only the fraction is written anew.
 */
#include "userspace/base/clock.h"

#include <string.h>
#include <time.h>

#include "userspace/base/buf.h"

void clock_init(struct clock *c, int64_t offset_ns, bool utc)
{
	*c = (struct clock){ .offset_ns = offset_ns, .utc = utc };
}

void clock_set_second(struct clock *c, uint64_t time_ns)
{
	/* Wraps for nonsense from a hostile file, and is nonsense then. */
	int64_t ns = (int64_t)(time_ns + (uint64_t)c->offset_ns);
	int64_t rest = ns % (int64_t)SEC;
	time_t second = ns / (int64_t)SEC;
	struct tm tm = { 0 };

	if (rest < 0) {
		rest += (int64_t)SEC;
		second--;
	}
	if (c->utc)
		gmtime_r(&second, &tm);
	else
		localtime_r(&second, &tm);
	strftime(c->date, sizeof(c->date), "%Y-%m-%d", &tm);
	strftime(c->time, sizeof(c->time), "%H:%M:%S", &tm);
	c->start_ns = time_ns - (uint64_t)rest;
	c->known = true;
}

char *put_time_of_day(char *p, struct clock *c, uint64_t time_ns)
{
	uint32_t us = clock_at(c, time_ns) / 1000;

	p = put_mem(p, c->time, 8);
	*p++ = '.';
	p = put_2(p, us / 10000);
	return put_4(p, us % 10000);
}

char *put_rfc3339(char *p, struct clock *c, uint64_t time_ns)
{
	uint32_t ns = clock_at(c, time_ns);

	p = put_mem(p, c->date, 10);
	*p++ = 'T';
	p = put_mem(p, c->time, 8);
	*p++ = '.';
	*p++ = (char)('0' + ns / 100000000);
	p = put_4(p, ns / 10000 % 10000);
	p = put_4(p, ns % 10000);
	*p++ = 'Z';
	return p;
}
