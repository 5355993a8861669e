// SPDX-License-Identifier: GPL-2.0
/* Numbers in few columns. */
#include <stdio.h>
#include <string.h>

#include "userspace/top/panes.h"

const char *number_count(char to[NUMBER_MAX], uint64_t n, int width)
{
	*put_grouped(to, n) = '\0';
	if ((int)strlen(to) > width && n >= 1000)
		*put_short(to, n) = '\0';
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
