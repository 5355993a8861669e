/* SPDX-License-Identifier: GPL-2.0 */
/* Time and memory, for benchmarks and for the tests that set them limits. */
#ifndef TESTS_MEASURE_H
#define TESTS_MEASURE_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "userspace/base/file.h"
#include "userspace/base/time.h"

/** seconds() - of a clock; CLOCK_THREAD_CPUTIME_ID does not count what other programs take */
static inline double seconds(clockid_t clock)
{
	return (double)time_read_ns(clock) / 1e9;
}

/** resident_bytes() - memory that this process has now; 0: not known */
static inline size_t resident_bytes(void)
{
	char text[128], *second;

	file_text(AT_FDCWD, "/proc/self/statm", text, sizeof(text));
	second = strchr(text, ' ');
	return second ? strtoul(second, NULL, 10) * (size_t)getpagesize() : 0;
}

#endif
