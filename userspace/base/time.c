// SPDX-License-Identifier: GPL-2.0
/* The clocks, and spans as poll() wants them. */
#include "userspace/base/time.h"

#include <limits.h>

uint64_t time_read_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * SEC + (uint64_t)t.tv_nsec;
}

uint64_t time_now_ns(void)
{
	return time_read_ns(CLOCK_MONOTONIC);
}

int time_poll_ms(uint64_t ns)
{
	uint64_t ms = ns / MS + (ns % MS > 0);

	return ms > INT_MAX ? INT_MAX : (int)ms;
}
