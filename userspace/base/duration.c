// SPDX-License-Identifier: GPL-2.0
/* Spans of time: to text with the largest unit that fits, and from text with one unit. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/base/buf.h"
#include "userspace/base/array.h"
#include "userspace/base/duration.h"
#include "userspace/base/time.h"

static char *put_two(char *p, uint64_t big, char big_unit, uint64_t small, char small_unit)
{
	p = put_u64(p, big);
	*p++ = big_unit;
	p = put_digits(p, small, 2);
	*p++ = small_unit;
	return p;
}

static char *put_long(char *p, uint64_t ns)
{
	if (ns < HOUR)
		return put_two(p, ns / MINUTE, 'm', ns % MINUTE / SEC, 's');
	if (ns < DAY)
		return put_two(p, ns / HOUR, 'h', ns % HOUR / MINUTE, 'm');
	return put_two(p, ns / DAY, 'd', ns % DAY / HOUR, 'h');
}

static char *put_decimal(char *p, uint64_t n, uint64_t unit, unsigned int digits, const char *name)
{
	unsigned int i;

	p = put_u64(p, n / unit);
	if (digits) {
		for (i = 0, n %= unit; i < digits; i++)
			unit /= 10;
		*p++ = '.';
		p = put_digits(p, n / unit, digits);
	}
	return put_str(p, name);
}

char *put_span(char *p, uint64_t ns)
{
	if (ns < MS)
		return put_decimal(p, ns, US, 0, "us");
	if (ns < SEC)
		return put_decimal(p, ns, MS, 3, "ms");
	if (ns < 1000 * SEC)
		return put_decimal(p, ns, SEC, 3, "s");
	return put_long(p, ns);
}

char *put_age(char *p, uint64_t ns)
{
	if (ns < SEC)
		return put_decimal(p, ns, MS, 0, "ms");
	if (ns < MINUTE)
		return put_decimal(p, ns, SEC, 1, "s");
	return put_long(p, ns);
}

int duration_parse(const char *s, uint64_t *ns)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = { { "", SEC },     { "s", SEC },  { "ms", MS }, { "us", US },
		      { "m", MINUTE }, { "h", HOUR }, { "d", DAY } };
	unsigned long long n;
	unsigned int i;
	char *end;

	if (*s < '0' || *s > '9')
		return -EINVAL;
	errno = 0;
	n = strtoull(s, &end, 10);
	if (errno)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(end, units[i].name))
			continue;
		return __builtin_mul_overflow(n, units[i].ns, ns) ? -EINVAL : 0;
	}
	return -EINVAL;
}
