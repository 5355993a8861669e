// SPDX-License-Identifier: GPL-2.0
/*
 * Arrays that grow: the room is doubled when it is full, so that adding n elements copies
 * at most 2n of them.
 */
#include "userspace/base/array.h"

#include <stdlib.h>

#define FIRST_ROOM 64

void *array_grow(void *array, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : FIRST_ROOM;
	void *bigger;

	if (count < *room)
		return array;
	bigger = reallocarray(array, more, size);
	if (bigger)
		*room = more;
	return bigger;
}
