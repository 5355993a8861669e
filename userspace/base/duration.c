// SPDX-License-Identifier: GPL-2.0
/* Spans of time: to text in several forms, each a table, and from text with one unit. */
#include "userspace/base/duration.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "userspace/base/array.h"
#include "userspace/base/buf.h"
#include "userspace/base/time.h"

/**
 * struct form - how spans below a limit are written
 * @below: the limit, 0: there is none
 * @unit: what is counted; 0: two units, as "2h03m"
 * @decimals: of it
 * @name: of the unit
 */
struct form {
	uint64_t below;
	uint64_t unit;
	unsigned int decimals;
	const char *name;
};

static char *put_one_unit(char *p, uint64_t ns, const struct form *form, uint64_t step)
{
	p = put_u64(p, ns / form->unit);
	if (form->decimals) {
		*p++ = '.';
		p = put_digits(p, ns % form->unit / step, form->decimals);
	}
	return put_str(p, form->name);
}

static char *put_pair(char *p, uint64_t big, char big_unit, uint64_t small, char small_unit)
{
	p = put_u64(p, big);
	*p++ = big_unit;
	p = put_digits(p, small, 2);
	*p++ = small_unit;
	return p;
}

static char *put_two_units(char *p, uint64_t ns)
{
	if (ns < HOUR)
		return put_pair(p, ns / MINUTE, 'm', ns % MINUTE / SEC, 's');
	if (ns < DAY)
		return put_pair(p, ns / HOUR, 'h', ns % HOUR / MINUTE, 'm');
	return put_pair(p, ns / DAY, 'd', ns % DAY / HOUR, 'h');
}

/* By the first form that fits: rounded to its last digit, or cut off behind it. */
static char *put_form(char *p, uint64_t ns, const struct form *form, bool rounded)
{
	uint64_t step, half;
	unsigned int i;

	for (; form->unit; form++) {
		for (step = form->unit, i = 0; i < form->decimals; i++)
			step /= 10;
		half = rounded && form->below ? step / 2 : 0;
		if (!form->below || ns < form->below - half)
			return put_one_unit(p, ns + half, form, step);
	}
	return put_two_units(p, ns);
}

char *put_span(char *p, uint64_t ns)
{
	static const struct form forms[] = {
		{ MS, US, 0, "us" }, { SEC, MS, 3, "ms" }, { 1000 * SEC, SEC, 3, "s" }, { 0 }
	};

	return put_form(p, ns, forms, false);
}

char *put_age(char *p, uint64_t ns)
{
	static const struct form forms[] = { { SEC, MS, 0, "ms" }, { MINUTE, SEC, 1, "s" }, { 0 } };

	return put_form(p, ns, forms, false);
}

char *put_brief(char *p, uint64_t ns)
{
	static const struct form forms[] = {
		{ MS, US, 0, "us" },	    { 10 * MS, MS, 1, "ms" }, { SEC, MS, 0, "ms" },
		{ 100 * SEC, SEC, 1, "s" }, { HOUR, MINUTE, 1, "m" }, { 100 * HOUR, HOUR, 1, "h" },
		{ 0, DAY, 0, "d" },
	};

	return put_form(p, ns, forms, true);
}

char *put_rounded(char *p, uint64_t ns)
{
	static const struct form forms[] = {
		{ MS, US, 0, "us" },	     { 10 * MS, MS, 2, "ms" },
		{ 100 * MS, MS, 1, "ms" },   { SEC, MS, 0, "ms" },
		{ 10 * SEC, SEC, 2, "s" },   { 100 * SEC, SEC, 1, "s" },
		{ 1000 * SEC, SEC, 0, "s" }, { 0 },
	};

	return put_form(p, ns, forms, true);
}

char *put_about(char *p, uint64_t ns)
{
	static const struct form forms[] = {
		{ 2 * MINUTE, SEC, 0, " s" },
		{ 2 * HOUR, MINUTE, 0, " minutes" },
		{ 2 * DAY, HOUR, 0, " hours" },
		{ 0, DAY, 0, " days" },
	};

	return put_form(p, ns > UINT64_MAX - SEC / 2 ? ns : ns + SEC / 2, forms, false);
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
