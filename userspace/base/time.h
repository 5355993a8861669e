/* SPDX-License-Identifier: GPL-2.0 */
/* Units of time and the time now. All times are nanoseconds of CLOCK_MONOTONIC, as in records. */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdint.h>
#include <time.h>

#define US 1000ULL
#define MS (1000 * US)
#define SEC (1000 * MS)
#define MINUTE (60 * SEC)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/** time_read_ns() - what a clock of the kernel says */
static inline uint64_t time_read_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * SEC + (uint64_t)t.tv_nsec;
}

/** time_now_ns() - CLOCK_MONOTONIC, the time of the records */
static inline uint64_t time_now_ns(void)
{
	return time_read_ns(CLOCK_MONOTONIC);
}

/** time_between() - from @from_ns to @to_ns; 0 if @to_ns is earlier */
static inline uint64_t time_between(uint64_t from_ns, uint64_t to_ns)
{
	return to_ns > from_ns ? to_ns - from_ns : 0;
}

/** time_lower() - set *@ns to @other_ns if that is earlier */
static inline void time_lower(uint64_t *ns, uint64_t other_ns)
{
	if (other_ns < *ns)
		*ns = other_ns;
}

/**
 * time_again() - when to do again what took from @begun_ns to @ended_ns
 * @begun_ns: when it was begun
 * @ended_ns: when it was done
 * @every_ns: from one time to the next, at the least
 * @share: it takes no more than one part in so many of the time
 */
static inline uint64_t time_again(uint64_t begun_ns, uint64_t ended_ns, uint64_t every_ns,
				  unsigned int share)
{
	uint64_t cost_ns = time_between(begun_ns, ended_ns) * share;

	return begun_ns + (cost_ns > every_ns ? cost_ns : every_ns);
}

/** time_poll_ms() - a span as poll() wants it: milliseconds, rounded up so that it has passed */
static inline int time_poll_ms(uint64_t ns)
{
	uint64_t ms = ns / MS + (ns % MS > 0);

	return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

/** time_spec() - a span as nanosleep() and ppoll() want it */
static inline struct timespec time_spec(uint64_t ns)
{
	return (struct timespec){ (time_t)(ns / SEC), (long)(ns % SEC) };
}

#endif
