// SPDX-License-Identifier: GPL-2.0
/* Numbers in few columns. */
#include <stdio.h>
#include <string.h>

#include "userspace/top/panes.h"
#include "userspace/base/time.h"

/* Three digits that count and a letter. */
static void put_short(char *to, double n)
{
	static const char letters[] = "kMGTPE";
	int i = 0;

	for (n /= 1000; n >= 999.5 && letters[i + 1]; n /= 1000)
		i++;
	snprintf(to, NUMBER_MAX,
		 n < 9.995 ? "%.2f%c" :
		 n < 99.95 ? "%.1f%c" :
			     "%.0f%c",
		 n, letters[i]);
}

const char *number_count(char to[NUMBER_MAX], uint64_t n, int width)
{
	*put_grouped(to, n) = '\0';
	if ((int)strlen(to) > width && n >= 1000)
		put_short(to, (double)n);
	return to;
}

const char *number_rate(char to[NUMBER_MAX], uint64_t milli, int width)
{
	if (!milli)
		return strcpy(to, "0");
	if (milli < 9995)
		snprintf(to, NUMBER_MAX, "%.2f", (double)milli / 1000);
	else if (milli < 99950)
		snprintf(to, NUMBER_MAX, "%.1f", (double)milli / 1000);
	else
		number_count(to, milli / 1000 + (milli % 1000 >= 500), width);
	return to;
}

const char *number_span(char to[NUMBER_MAX], uint64_t ns)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = { { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };
	unsigned int i = 0;
	double n;

	if (ns >= 999500 * MS) {
		*put_age(to, ns) = '\0';
		return to;
	}
	while (i < 2 && (double)ns >= units[i].ns * 999.5)
		i++;
	n = (double)ns / units[i].ns;
	snprintf(to, NUMBER_MAX, n >= 9.95 ? "%.0f%s" : "%.1f%s", n, units[i].unit);
	return to;
}
