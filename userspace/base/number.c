// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers to text and from text. Digits are written in pairs from a table: most of what is
 * printed for a record is numbers.
 */
#include "userspace/base/number.h"

#include <errno.h>
#include <stdlib.h>

/* "0" to "255" */
#define TEN(t) t "0", t "1", t "2", t "3", t "4", t "5", t "6", t "7", t "8", t "9"

const char put_small_text[256][4] = {
	TEN(""),   TEN("1"),  TEN("2"),	 TEN("3"),  TEN("4"),  TEN("5"),  TEN("6"),  TEN("7"),
	TEN("8"),  TEN("9"),  TEN("10"), TEN("11"), TEN("12"), TEN("13"), TEN("14"), TEN("15"),
	TEN("16"), TEN("17"), TEN("18"), TEN("19"), TEN("20"), TEN("21"), TEN("22"), TEN("23"),
	TEN("24"), "250",     "251",	 "252",	    "253",     "254",	  "255",
};

const char put_pairs[201] = "00010203040506070809"
			    "10111213141516171819"
			    "20212223242526272829"
			    "30313233343536373839"
			    "40414243444546474849"
			    "50515253545556575859"
			    "60616263646566676869"
			    "70717273747576777879"
			    "80818283848586878889"
			    "90919293949596979899";

/* Below 10,000, without zeros in front. */
static char *put_first(char *p, uint32_t n)
{
	uint32_t hundreds = n / 100;

	if (n < 10) {
		*p = (char)('0' + n);
		return p + 1;
	}
	if (n < 100)
		return put_2(p, n);
	if (hundreds < 10)
		*p++ = (char)('0' + hundreds);
	else
		p = put_2(p, hundreds);
	return put_2(p, n % 100);
}

char *put_u64(char *p, uint64_t n)
{
	if (n < 10000)
		return put_first(p, (uint32_t)n);
	if (n < 100000000) {
		p = put_first(p, (uint32_t)n / 10000);
		return put_4(p, (uint32_t)n % 10000);
	}
	p = put_u64(p, n / 100000000);
	p = put_4(p, (uint32_t)(n % 100000000) / 10000);
	return put_4(p, (uint32_t)(n % 100000000) % 10000);
}

char *put_grouped(char *p, uint64_t n)
{
	if (n < 1000)
		return put_u64(p, n);
	p = put_grouped(p, n / 1000);
	*p++ = ',';
	return put_digits(p, n % 1000, 3);
}

char *put_digits(char *p, uint64_t n, unsigned int digits)
{
	for (unsigned int i = digits; i--; n /= 10)
		p[i] = (char)('0' + n % 10);
	return p + digits;
}

char *put_short(char *p, uint64_t n)
{
	static const char units[] = "kMGTPE";
	const char *unit = units;
	uint64_t thousandth = n;

	if (n < 10000)
		return put_u64(p, n);
	for (n /= 1000; n >= 1000; n /= 1000) {
		thousandth /= 1000;
		unit++;
	}
	p = put_u64(p, n);
	if (n < 100) {
		*p++ = '.';
		p = put_u64(p, thousandth % 1000 / 100);
	}
	*p++ = *unit;
	return p;
}

int number_parse(const char *s, uint64_t max, uint64_t *n)
{
	char *end;

	if (*s < '0' || *s > '9')
		return -EINVAL;
	errno = 0;
	*n = strtoull(s, &end, 10);
	return errno || *end || *n > max ? -EINVAL : 0;
}
