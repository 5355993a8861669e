// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "live.h"

/* Below the ephemeral range, so that no client gets one by chance. */
static uint16_t next_port = 20000;

void sleep_ms(unsigned int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (n != (ssize_t)strlen(text))
		fail_msg("%s: cannot write %s: %m", path, text);
	close(fd);
}

void run(const char *format, ...)
{
	char command[512];
	va_list args;
	int status;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	status = system(command);
	if (status)
		fail_msg("%s: status %d", command, status);
}

/* Loopback, or every address. */
static socklen_t address(struct sockaddr_storage *a, int family, uint16_t port, bool loopback)
{
	struct sockaddr_in6 *in6 = (void *)a;
	struct sockaddr_in *in = (void *)a;

	memset(a, 0, sizeof(*a));
	a->ss_family = (sa_family_t)family;
	if (family == AF_INET6) {
		in6->sin6_addr = loopback ? in6addr_loopback : in6addr_any;
		in6->sin6_port = htons(port);
		return sizeof(*in6);
	}
	in->sin_addr.s_addr = htonl(loopback ? INADDR_LOOPBACK : INADDR_ANY);
	in->sin_port = htons(port);
	return sizeof(*in);
}

uint16_t local_port(int fd)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	return ntohs(a.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&a)->sin6_port :
					       ((struct sockaddr_in *)&a)->sin_port);
}

void pair_listen(struct pair *p, int family)
{
	struct sockaddr_storage a;
	socklen_t len;
	int one = 1;

	p->client = p->server = -1;
	p->cport = 0;
	p->sport = next_port++;
	len = address(&a, family, p->sport, false);
	p->listener = socket(family, SOCK_STREAM, 0);
	assert_true(p->listener >= 0);
	setsockopt(p->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	assert_int_equal(bind(p->listener, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(p->listener, 16), 0);
}

void pair_connect(struct pair *p, int family)
{
	pair_listen(p, family);
	pair_connect_more(p, family);
}

void pair_connect_more(struct pair *p, int family)
{
	struct sockaddr_storage a;
	socklen_t len;

	len = address(&a, family, p->sport, true);
	p->client = socket(family, SOCK_STREAM, 0);
	assert_true(p->client >= 0);
	assert_int_equal(connect(p->client, (struct sockaddr *)&a, len), 0);
	p->cport = local_port(p->client);
	p->server = accept(p->listener, NULL, NULL);
	assert_true(p->server >= 0);
}

void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void close_now(int *fd)
{
	struct linger now = { 1, 0 };

	assert_int_equal(setsockopt(*fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
	close_fd(fd);
}

void pair_end(struct pair *p)
{
	close_fd(&p->client);
	close_fd(&p->server);
	close_fd(&p->listener);
}

int open_device(void)
{
	int fd = open(TCPTRAIL_DEVICE, O_RDONLY | O_NONBLOCK);

	assert_true(fd >= 0);
	return fd;
}

bool kernel_is_at_least(int major, int minor)
{
	struct utsname name;
	int version[2];

	assert_int_equal(uname(&name), 0);
	assert_int_equal(sscanf(name.release, "%d.%d", &version[0], &version[1]), 2);
	return version[0] > major || (version[0] == major && version[1] >= minor);
}

struct tcptrail_info info_of(int fd)
{
	struct tcptrail_info info = { .size = sizeof(info) };

	assert_int_equal(ioctl(fd, TCPTRAIL_IOC_INFO, &info), 0);
	return info;
}
