/* SPDX-License-Identifier: GPL-2.0 */
/* Small files, and directories, in which the kernel says something: /proc and /sys. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <dirent.h>
#include <stddef.h>

/**
 * file_text() - the beginning of a file
 * @dir: where @path begins, if it does not begin with "/"; or AT_FDCWD
 * @path: the file
 * @text: filled, zero-terminated; empty after an error
 * @size: bytes there
 *
 * Return: bytes read, or -errno
 */
int file_text(int dir, const char *path, char *text, size_t size);

/** file_dir() - a directory to be read, with @dir and @path likewise; NULL and errno */
DIR *file_dir(int dir, const char *path);

#endif
