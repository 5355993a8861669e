// SPDX-License-Identifier: GPL-2.0
/* The kernel gives such a file by one read(), as it is at that instant. */
#include "userspace/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int file_text(int dir, const char *path, char *text, size_t size)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC), n;

	text[0] = '\0';
	if (fd < 0)
		return -errno;
	n = (int)read(fd, text, size - 1);
	if (n < 0)
		n = -errno;
	else
		text[n] = '\0';
	close(fd);
	return n;
}

DIR *file_dir(int dir, const char *path)
{
	int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !list)
		close(fd);
	return list;
}
