// SPDX-License-Identifier: GPL-2.0
/*
 * Handshakes by a clock of their own: connect, say how long it took, close.
 *
 *	handshakes ADDRESS PORT TIMES
 *
 * A line for each: its own port, microseconds that connect() took, and the
 * round trip in microseconds by the kernel's account (TCP_INFO).
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static unsigned int port_of(int fd)
{
	struct sockaddr_in6 address; /* the port is in the same place in both */
	socklen_t size = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &size))
		die("handshakes: getsockname");
	return ntohs(address.sin6_port);
}

static void shake(const struct addrinfo *at)
{
	int fd = socket(at->ai_family, SOCK_STREAM, 0);
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);
	uint64_t before_us = now_us(), after_us;

	if (fd < 0 || connect(fd, at->ai_addr, at->ai_addrlen))
		die("handshakes: connect");
	after_us = now_us();
	getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size);
	printf("%u %llu %u\n", port_of(fd), (unsigned long long)(after_us - before_us),
	       info.tcpi_rtt);
	close(fd);
}

int main(int argc, char **argv)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST };
	struct addrinfo *at;
	int i;

	if (argc != 4 || getaddrinfo(argv[1], argv[2], &hints, &at)) {
		fprintf(stderr, "usage: handshakes ADDRESS PORT TIMES\n");
		return 2;
	}
	for (i = atoi(argv[3]); i > 0; i--)
		shake(at);
	return 0;
}
