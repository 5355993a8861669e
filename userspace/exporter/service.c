// SPDX-License-Identifier: GPL-2.0
/*
 * systemd's protocol: a datagram to the socket that NOTIFY_SOCKET names, and listening
 * sockets that are open already when LISTEN_PID is this process.
 */
#include "userspace/exporter/service.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int notify_fd = -1;

void service_open(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = path ? strlen(path) : 0;

	if (!len || len >= sizeof(address.sun_path))
		return;
	memcpy(address.sun_path, path, len);
	if (path[0] == '@')
		address.sun_path[0] = '\0'; /* an abstract name */
	notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notify_fd >= 0 && connect(notify_fd, (struct sockaddr *)&address,
				      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len))) {
		close(notify_fd);
		notify_fd = -1;
	}
}

void service_tell(const char *state)
{
	if (notify_fd >= 0)
		send(notify_fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static int is_ours(const char *variable)
{
	const char *pid = getenv(variable);

	return pid && strtol(pid, NULL, 10) == getpid();
}

uint64_t service_watchdog_ns(void)
{
	const char *usec = getenv("WATCHDOG_USEC");

	if (!usec || (getenv("WATCHDOG_PID") && !is_ours("WATCHDOG_PID")))
		return 0;
	/* Twice as often as asked for, as the manual wants it. */
	return strtoull(usec, NULL, 10) * 1000 / 2;
}

int service_listening(void)
{
	const char *count = getenv("LISTEN_FDS");
	int n, i;

	if (!count || !is_ours("LISTEN_PID"))
		return 0;
	n = (int)strtol(count, NULL, 10);
	for (i = 0; i < n; i++) {
		fcntl(SERVICE_FIRST_FD + i, F_SETFD, FD_CLOEXEC);
		fcntl(SERVICE_FIRST_FD + i, F_SETFL, O_NONBLOCK);
	}
	return n;
}
