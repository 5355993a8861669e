// SPDX-License-Identifier: GPL-2.0
#include "userspace/base/number.h"

#include <errno.h>
#include <stdlib.h>

int number_parse(const char *s, uint64_t max, uint64_t *n)
{
	char *end;

	if (*s < '0' || *s > '9')
		return -EINVAL;
	errno = 0;
	*n = strtoull(s, &end, 10);
	return errno || *end || *n > max ? -EINVAL : 0;
}
