// SPDX-License-Identifier: GPL-2.0
#include "userspace/exporter/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BACKLOG 256

static int parse_port(const char *s, in_port_t *port)
{
	unsigned long n;
	char *end;

	if (*s < '0' || *s > '9')
		return -EINVAL;
	errno = 0;
	n = strtoul(s, &end, 10);
	if (errno || *end || n > 65535)
		return -EINVAL;
	*port = htons((in_port_t)n);
	return 0;
}

int listen_parse(struct sockaddr_storage *address, const char *s)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;
	char host[INET6_ADDRSTRLEN];
	const char *end;
	size_t len;

	memset(address, 0, sizeof(*address));
	end = *s == '[' ? strstr(s, "]:") : strchr(s, ':');
	if (!end)
		return -EINVAL;
	len = (size_t)(end - s) - (*s == '[');
	if (len >= sizeof(host))
		return -EINVAL;
	memcpy(host, s + (*s == '['), len);
	host[len] = '\0';
	if (*s == '[') {
		v6->sin6_family = AF_INET6;
		if (inet_pton(AF_INET6, host, &v6->sin6_addr) != 1 ||
		    parse_port(end + 2, &v6->sin6_port))
			return -EINVAL;
		return sizeof(*v6);
	}
	v4->sin_family = AF_INET;
	if (inet_pton(AF_INET, host, &v4->sin_addr) != 1 || parse_port(end + 1, &v4->sin_port))
		return -EINVAL;
	return sizeof(*v4);
}

int listen_open(const struct sockaddr_storage *address, socklen_t len)
{
	int fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1, off = 0, err = 0;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	/* Whatever the machine's default is. */
	if (address->ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(fd, (const struct sockaddr *)address, len) || listen(fd, BACKLOG))
		err = -errno;
	if (err)
		close(fd);
	return err ? err : fd;
}

void listen_text(int fd, char text[LISTEN_TEXT_MAX])
{
	struct sockaddr_storage address = { 0 };
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address;
	socklen_t len = sizeof(address);
	char host[INET6_ADDRSTRLEN] = "";

	getsockname(fd, (struct sockaddr *)&address, &len);
	if (address.ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
		snprintf(text, LISTEN_TEXT_MAX, "[%s]:%u", host, ntohs(v6->sin6_port));
	} else {
		inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
		snprintf(text, LISTEN_TEXT_MAX, "%s:%u", host, ntohs(v4->sin_port));
	}
}
