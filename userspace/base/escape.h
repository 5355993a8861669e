/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text that others chose (a process's name, its command line, a path) for a
 * terminal: what could steer it is written as \x1b.
 */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include <stddef.h>

/**
 * escape() - copy a string, made harmless
 * @to: zero-terminated, cut off between characters where it does not fit
 * @size: bytes there, at least 1
 * @from: anything
 * @length: at most so many bytes of it; it ends before them at a zero byte
 *
 * Control characters, C1 ones too, and bytes that are not UTF-8 become \xNN.
 * Return: bytes written, without the terminator
 */
size_t escape(char *to, size_t size, const char *from, size_t length);

#endif
