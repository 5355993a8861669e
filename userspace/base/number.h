/* SPDX-License-Identifier: GPL-2.0 */
/* Whole numbers as users write them: decimal digits and nothing else. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdint.h>

/**
 * number_parse() - "80"
 * @s: what the user wrote: no sign, no space, no unit
 * @max: the highest number that is taken
 * @n: set
 *
 * Return: 0 or -EINVAL
 */
int number_parse(const char *s, uint64_t max, uint64_t *n);

#endif
