// SPDX-License-Identifier: GPL-2.0
/*
 * One process with very many sockets:
 *
 *	crowd SOCKETS STUCK
 *
 * Opens SOCKETS established ones, both ends of connections to itself over the
 * loopback, and STUCK more whose peer has closed; writes "ready" and waits. It
 * is the hard case for finding out who holds a socket: all descriptors of a
 * process have to be looked at.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define FIRST_PORT 7000
#define PER_PORT 4000 /* so that connect() finds a free source port at once */

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int checked(int fd, const char *what)
{
	if (fd < 0)
		die(what);
	return fd;
}

static int listen_at(struct sockaddr_in *at)
{
	int fd = checked(socket(AF_INET, SOCK_STREAM, 0), "crowd: socket");
	int one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)at, sizeof(*at)) || listen(fd, 16))
		die("crowd: listen");
	return fd;
}

static int connect_to(const struct sockaddr_in *at)
{
	int fd = checked(socket(AF_INET, SOCK_STREAM, 0), "crowd: socket");

	if (connect(fd, (const struct sockaddr *)at, sizeof(*at)))
		die("crowd: connect");
	return fd;
}

int main(int argc, char **argv)
{
	int sockets = argc == 3 ? atoi(argv[1]) : 0, stuck = argc == 3 ? atoi(argv[2]) : 0;
	int made, listener = -1, client;
	struct sockaddr_in at = { .sin_family = AF_INET };
	struct rlimit files;

	if (sockets <= 0 || stuck < 0) {
		fprintf(stderr, "usage: crowd SOCKETS STUCK\n");
		return 2;
	}
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (made = 0; made < sockets / 2 + stuck; made++) {
		if (made % PER_PORT == 0) {
			at.sin_port = htons((uint16_t)(FIRST_PORT + made / PER_PORT));
			listener = listen_at(&at);
		}
		client = connect_to(&at);
		checked(accept(listener, NULL, NULL), "crowd: accept");
		/* The stuck ones lie among the others. */
		if (stuck && made % (sockets / 2 / stuck + 1) == 0)
			close(client);
	}
	if (puts("ready") < 0 || fflush(stdout))
		die("crowd");
	pause();
	return 0;
}
