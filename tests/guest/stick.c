// SPDX-License-Identifier: GPL-2.0
/*
 * One TCP socket after the other, brought into a state and left there:
 *
 *	stick STEP...
 *
 *	listen ADDRESS PORT BACKLOG   a listener
 *	accept       the next connection from it
 *	hold         accept all that come, for ever, and do nothing with them
 *	serve        accept all that come, for ever; close each when its client has
 *	dismiss      accept all that come, for ever; close each at once
 *	connect ADDRESS PORT
 *	try ADDRESS PORT              begin to connect, do not wait
 *	spoof ADDRESS PORT N          likewise N times, from 10.0.7.1, 10.0.7.2 ...
 *	swarm ADDRESS PORT N          likewise, from one address
 *	leave ADDRESS PORT N          connect and close, N times
 *	visit ADDRESS PORT N          connect, wait for the end, close, N times
 *	write N      bytes
 *	fill         write until there is no room
 *	eof          read to the end
 *	shut         shut down our half
 *	close        close the connection
 *	fork         from here on two processes do the same
 *	until FILE   wait for a file to be there
 *	wait         for ever
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IP_TRANSPARENT
#define IP_TRANSPARENT 19
#endif

static int listener = -1, connection = -1;
static char **argument;

static void die(const char *what)
{
	fprintf(stderr, "stick: %s: %s\n", what, strerror(errno));
	exit(1);
}

static const char *next(void)
{
	if (!*argument) {
		fprintf(stderr, "stick: a step lacks its argument; see stick.c\n");
		exit(2);
	}
	return *argument++;
}

static struct sockaddr_in next_address(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };

	if (inet_pton(AF_INET, next(), &at.sin_addr) != 1)
		die("address");
	at.sin_port = htons((uint16_t)atoi(next()));
	return at;
}

static int new_socket(int flags)
{
	int fd = socket(AF_INET, SOCK_STREAM | flags, 0);

	if (fd < 0)
		die("socket");
	return fd;
}

static int connect_to(const struct sockaddr_in *at, int fd)
{
	if (connect(fd, (const struct sockaddr *)at, sizeof(*at)) && errno != EINPROGRESS)
		die("connect");
	return fd;
}

static void do_listen(void)
{
	struct sockaddr_in at = next_address();
	int one = 1;

	listener = new_socket(0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&at, sizeof(at)) || listen(listener, atoi(next())))
		die("listen");
}

static void do_accept(void)
{
	connection = accept(listener, NULL, NULL);
	if (connection < 0)
		die("accept");
}

static void do_eof(void)
{
	char block[4096];

	while (read(connection, block, sizeof(block)) > 0)
		;
}

static void do_fill(void)
{
	static char block[65536];
	int tries;

	/* What the peer's kernel takes makes room again: until nothing moves. */
	for (tries = 0; tries < 10; tries++) {
		while (send(connection, block, sizeof(block), MSG_DONTWAIT) > 0)
			tries = 0;
		usleep(50000);
	}
}

static void do_connect(void)
{
	struct sockaddr_in at = next_address();

	connection = connect_to(&at, new_socket(0));
}

static void do_try(void)
{
	struct sockaddr_in at = next_address();

	connection = connect_to(&at, new_socket(SOCK_NONBLOCK));
}

static void do_spoof(void)
{
	struct sockaddr_in at = next_address(), from = { .sin_family = AF_INET };
	int count = atoi(next()), one = 1, fd, i;

	for (i = 1; i <= count; i++) {
		fd = new_socket(SOCK_NONBLOCK);
		from.sin_addr.s_addr = htonl(0x0a000700 + (uint32_t)i);
		if (setsockopt(fd, SOL_IP, IP_TRANSPARENT, &one, sizeof(one)))
			die("IP_TRANSPARENT");
		if (bind(fd, (struct sockaddr *)&from, sizeof(from)))
			die("bind");
		connect_to(&at, fd);
	}
}

static void do_swarm(void)
{
	struct sockaddr_in at = next_address();
	int count = atoi(next());

	while (count-- > 0)
		connect_to(&at, new_socket(SOCK_NONBLOCK));
}

static void repeat(void (*each)(void))
{
	struct sockaddr_in at = next_address();
	int count = atoi(next());

	while (count-- > 0) {
		connection = connect_to(&at, new_socket(0));
		if (each)
			each();
		close(connection);
	}
}

static void accept_all(void (*each)(void))
{
	for (;;) {
		do_accept();
		if (!each)
			continue;
		each();
		close(connection);
	}
}

static void nothing(void)
{
}

static void do_write(void)
{
	size_t size = (size_t)atoi(next());
	char *block = calloc(1, size);

	if (!block || write(connection, block, size) != (ssize_t)size)
		die("write");
	free(block);
}

static void do_until(void)
{
	const char *file = next();

	while (access(file, F_OK))
		usleep(20000);
}

static void step(const char *name)
{
	if (!strcmp(name, "listen"))
		do_listen();
	else if (!strcmp(name, "accept"))
		do_accept();
	else if (!strcmp(name, "hold"))
		accept_all(NULL);
	else if (!strcmp(name, "serve"))
		accept_all(do_eof);
	else if (!strcmp(name, "dismiss"))
		accept_all(nothing);
	else if (!strcmp(name, "connect"))
		do_connect();
	else if (!strcmp(name, "try"))
		do_try();
	else if (!strcmp(name, "spoof"))
		do_spoof();
	else if (!strcmp(name, "swarm"))
		do_swarm();
	else if (!strcmp(name, "leave"))
		repeat(NULL);
	else if (!strcmp(name, "visit"))
		repeat(do_eof);
	else if (!strcmp(name, "write"))
		do_write();
	else if (!strcmp(name, "fill"))
		do_fill();
	else if (!strcmp(name, "eof"))
		do_eof();
	else if (!strcmp(name, "shut"))
		shutdown(connection, SHUT_WR);
	else if (!strcmp(name, "close"))
		close(connection);
	else if (!strcmp(name, "fork"))
		fork();
	else if (!strcmp(name, "until"))
		do_until();
	else if (!strcmp(name, "wait"))
		pause();
	else {
		fprintf(stderr, "stick: %s: no such step; see stick.c\n", name);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	argument = argv + 1;
	while (*argument)
		step(next());
	return 0;
}
