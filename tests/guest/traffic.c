// SPDX-License-Identifier: GPL-2.0
/*
 * Small TCP programs to look at:
 *
 *	traffic serve [--forget] ADDRESS PORT
 *	traffic fetch ADDRESS PORT [TIMES]
 *
 * serve answers each line with "hello" and closes a moment after its client has,
 * so that its ACK and its FIN are two segments; or, with --forget, never. fetch asks once and closes, TIMES times.
 */
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_CLIENTS 1000

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static struct addrinfo *resolve(const char *address, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST };
	struct addrinfo *found;
	int err = getaddrinfo(address, port, &hints, &found);

	if (err) {
		fprintf(stderr, "traffic: %s %s: %s\n", address, port, gai_strerror(err));
		exit(2);
	}
	return found;
}

static int listen_at(const struct addrinfo *at)
{
	int fd = socket(at->ai_family, SOCK_STREAM, 0);
	int one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, at->ai_addr, at->ai_addrlen) || listen(fd, 128))
		die("traffic: bind");
	return fd;
}

/* Returns false when the client has closed. */
static bool answer(int fd)
{
	char line[256];
	ssize_t n = read(fd, line, sizeof(line));

	return n > 0 && write(fd, "hello\n", 6) == 6;
}

static void serve(const struct addrinfo *at, bool forget)
{
	struct pollfd fds[1 + MAX_CLIENTS] = { { listen_at(at), POLLIN, 0 } };
	int n = 1;

	for (;;) {
		if (poll(fds, (nfds_t)n, -1) < 0)
			die("traffic: poll");
		for (int i = n - 1; i > 0; i--) {
			if (!fds[i].revents || answer(fds[i].fd))
				continue;
			if (forget) {
				fds[i].fd = -1; /* poll passes it over; the socket stays open */
				continue;
			}
			usleep(100000); /* longer than an ACK is delayed */
			close(fds[i].fd);
			fds[i] = fds[--n];
		}
		if (fds[0].revents && n <= MAX_CLIENTS)
			fds[n++] = (struct pollfd){ accept(fds[0].fd, NULL, NULL), POLLIN, 0 };
	}
}

static void fetch(const struct addrinfo *at)
{
	int fd = socket(at->ai_family, SOCK_STREAM, 0);
	char text[256];

	if (connect(fd, at->ai_addr, at->ai_addrlen))
		die("traffic: connect");
	if (write(fd, "hi\n", 3) != 3 || read(fd, text, sizeof(text)) <= 0)
		die("traffic: no answer");
	close(fd);
}

int main(int argc, char **argv)
{
	bool forget = argc > 2 && !strcmp(argv[2], "--forget");

	if (argc == 4 + forget && !strcmp(argv[1], "serve")) {
		serve(resolve(argv[2 + forget], argv[3 + forget]), forget);
	} else if (argc >= 4 && !strcmp(argv[1], "fetch")) {
		for (int i = argc > 4 ? atoi(argv[4]) : 1; i > 0; i--)
			fetch(resolve(argv[2], argv[3]));
	} else {
		fprintf(stderr, "usage: traffic serve [--forget] ADDRESS PORT\n"
				"       traffic fetch ADDRESS PORT [TIMES]\n");
		return 2;
	}
	return 0;
}
