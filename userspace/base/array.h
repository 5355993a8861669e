/* SPDX-License-Identifier: GPL-2.0 */
/* Arrays that grow: whoever owns one has its first element, its count and its room, and frees it. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <errno.h>
#include <stddef.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/**
 * array_grow() - make room for one more element
 * @array: from malloc(), or NULL while there is none
 * @count: elements in use
 * @room: elements that fit; doubled where @count has reached it
 * @size: bytes of one element
 *
 * Return: the array, which may have moved; NULL without memory, and @array is as it was
 */
void *array_grow(void *array, size_t count, size_t *room, size_t size);

/**
 * array_add() - a new last element, its bytes not set
 * @array, @count, @room: variables of the owner, all updated
 *
 * Return: the element; NULL without memory
 */
#define array_add(array, count, room)                                                           \
	({                                                                                      \
		__typeof__(array) grown_ = array_grow(array, count, &(room), sizeof(*(array))); \
                                                                                                \
		grown_ ? ((array) = grown_, &(array)[(count)++]) : NULL;                        \
	})

/** array_push() - likewise, with its value, which comes last; 0 or -ENOMEM */
#define array_push(array, count, room, ...)                               \
	({                                                                \
		__typeof__(array) added_ = array_add(array, count, room); \
                                                                          \
		if (added_)                                               \
			*added_ = (__VA_ARGS__);                          \
		added_ ? 0 : -ENOMEM;                                     \
	})

#endif
