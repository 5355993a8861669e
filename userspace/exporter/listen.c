// SPDX-License-Identifier: GPL-2.0
/*
 * Listening sockets: the address as text, both ways, and the socket. Addresses are numbers:
 * a name would need a resolver, and could mean another address at the next start.
 */
#include "userspace/exporter/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "userspace/base/address.h"

#define BACKLOG 256

int listen_parse(struct sockaddr_storage *address, const char *s)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;
	struct endpoint end;

	memset(address, 0, sizeof(*address));
	if (endpoint_parse(s, &end) || !end.has_address || !end.has_port || end.prefix != 128)
		return -EINVAL;
	if (address_is_ipv4(end.address)) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(end.port);
		memcpy(&v4->sin_addr, end.address + 12, 4);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(end.port);
	memcpy(&v6->sin6_addr, end.address, 16);
	return sizeof(*v6);
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
	struct sockaddr_storage name = { 0 };
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&name;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&name;
	uint8_t address[16] = { [10] = 0xff, [11] = 0xff };
	socklen_t len = sizeof(name);

	getsockname(fd, (struct sockaddr *)&name, &len);
	if (name.ss_family == AF_INET6)
		memcpy(address, &v6->sin6_addr, 16);
	else
		memcpy(address + 12, &v4->sin_addr, 4);
	/* Of both families the port stands at the same place. */
	*put_endpoint(text, address, ntohs(v4->sin_port)) = '\0';
}
