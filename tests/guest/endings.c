// SPDX-License-Identifier: GPL-2.0
/*
 * One end of a TCP connection that does as it is told:
 *
 *	endings serve|connect ADDRESS PORT STEP...
 *
 * serve listens, connect has a socket. The steps, in order:
 *
 *	bind=P		the local port (before open)
 *	open		connect(), or accept(); a failure ends the program in peace
 *	write=N read=N	so many bytes; a failure is nothing, either
 *	drain		read up to the end of file
 *	shutdown	the sending side only
 *	close abort	the connection, with linger 0 the latter
 *	unlisten	close the listening socket
 *	keepalive	probe after a second, twice
 *	patience=MS	TCP_USER_TIMEOUT
 *	wait=MS
 *	await=FILE	until it is there
 *
 * At the end it waits to be killed unless the last step is "exit".
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct ending {
	struct sockaddr_in at;
	int listener; /* -1: it connects */
	int fd;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void set(int fd, int level, int option, int value)
{
	if (setsockopt(fd, level, option, &value, sizeof(value)))
		die("endings: setsockopt");
}

static void open_it(struct ending *e)
{
	if (e->listener >= 0)
		e->fd = accept(e->listener, NULL, NULL);
	else if (connect(e->fd, (struct sockaddr *)&e->at, sizeof(e->at)))
		exit(0);
}

static void bind_it(int fd, const struct sockaddr_in *at)
{
	set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (bind(fd, (const struct sockaddr *)at, sizeof(*at)))
		die("endings: bind");
}

static void transfer(struct ending *e, size_t bytes, int out)
{
	static char data[65536];

	while (bytes) {
		size_t most = bytes < sizeof(data) ? bytes : sizeof(data);
		ssize_t n = out ? write(e->fd, data, most) : read(e->fd, data, most);

		if (n <= 0)
			return;
		bytes -= (size_t)n;
	}
}

static void abort_it(int fd)
{
	struct linger now = { 1, 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

static void step(struct ending *e, const char *what)
{
	const char *value = strchr(what, '=');
	int n = value ? atoi(value + 1) : 0;
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_port = htons((uint16_t)n) };

	if (!strncmp(what, "bind=", 5)) {
		bind_it(e->fd, &from);
	} else if (!strcmp(what, "open")) {
		open_it(e);
	} else if (!strncmp(what, "write=", 6)) {
		transfer(e, (size_t)n, 1);
	} else if (!strncmp(what, "read=", 5)) {
		transfer(e, (size_t)n, 0);
	} else if (!strcmp(what, "drain")) {
		transfer(e, SIZE_MAX, 0);
	} else if (!strcmp(what, "shutdown")) {
		shutdown(e->fd, SHUT_WR);
	} else if (!strcmp(what, "close")) {
		close(e->fd);
	} else if (!strcmp(what, "abort")) {
		abort_it(e->fd);
	} else if (!strcmp(what, "unlisten")) {
		close(e->listener);
	} else if (!strcmp(what, "keepalive")) {
		set(e->fd, IPPROTO_TCP, TCP_KEEPIDLE, 1);
		set(e->fd, IPPROTO_TCP, TCP_KEEPINTVL, 1);
		set(e->fd, IPPROTO_TCP, TCP_KEEPCNT, 2);
		set(e->fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	} else if (!strncmp(what, "patience=", 9)) {
		set(e->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, n);
	} else if (!strncmp(what, "wait=", 5)) {
		usleep((unsigned int)n * 1000);
	} else if (!strncmp(what, "await=", 6)) {
		while (access(what + 6, F_OK))
			usleep(10000);
	} else if (!strcmp(what, "exit")) {
		exit(0);
	} else {
		fprintf(stderr, "endings: %s: no such step\n", what);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct ending e = { .at = { .sin_family = AF_INET }, .listener = -1 };

	if (argc < 4 || inet_pton(AF_INET, argv[2], &e.at.sin_addr) != 1) {
		fprintf(stderr, "usage: endings serve|connect ADDRESS PORT STEP...\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	e.at.sin_port = htons((uint16_t)atoi(argv[3]));
	e.fd = socket(AF_INET, SOCK_STREAM, 0);
	if (!strcmp(argv[1], "serve")) {
		e.listener = e.fd;
		bind_it(e.fd, &e.at);
		if (listen(e.fd, 16))
			die("endings: listen");
	}
	for (int i = 4; i < argc; i++)
		step(&e, argv[i]);
	pause();
	return 0;
}
