// SPDX-License-Identifier: GPL-2.0
/*
 * Very many connections, all of them well, of every kind that a busy host has:
 *
 *	healthy serve|connect ADDRESS CONNECTIONS
 *
 * The kinds are in the table below, each with a port of its own. The server says "ready"
 * when all have come. Both sides do something once in so many seconds for each connection,
 * and not for all in the same second.
 *
 * What is half closed stays so, for it has data to carry: so do tunnels, and clients that
 * shut their side after a request. Where a connection ends for reading, epoll_wait() would
 * tell that for ever: it is not asked any more.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FIRST_PORT 7000
#define BUFFER 4096

/* struct side - what one side does */
struct side {
	int writes_each; /* seconds; 0: only when it is asked */
	bool fills; /* it writes as much as the socket takes */
	bool shuts; /* its sending side, at the beginning */
	bool answers; /* at once, each time something comes */
	int reads_each; /* seconds; 0: whatever comes, when it comes */
};

static const struct kind {
	const char *name;
	int percent; /* of the connections */
	struct side server;
	struct side client;
} kinds[] = {
	{ "idle pool", 40, { 0 }, { 0 } },
	{ "long poll", 20, { .writes_each = 60 }, { .answers = true } },
	{ "websocket with pings", 18, { .writes_each = 20 }, { .answers = true } },
	{ "half-closed download", 15, { .writes_each = 6 }, { .shuts = true } },
	{ "half-closed upload", 5, { .shuts = true }, { .writes_each = 7 } },
	{ "slow reader", 2, { .writes_each = 1, .fills = true }, { .reads_each = 3 } },
};

#define KINDS ((int)(sizeof(kinds) / sizeof(kinds[0])))

/* struct end - a socket, be it a listener or one end of a connection */
struct end {
	int fd;
	bool listens;
	const struct kind *kind;
	const struct side *side;
};

static struct end *ends;
static int count, room;
static int poller;
static bool serves;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void watch(int index)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = (uint32_t)index };

	if (epoll_ctl(poller, EPOLL_CTL_ADD, ends[index].fd, &event))
		die("healthy: epoll_ctl");
}

static void write_to(const struct end *e)
{
	static const char data[BUFFER];
	size_t size = e->side->fills ? BUFFER : BUFFER / 16;
	ssize_t n;

	do {
		n = send(e->fd, data, size, MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN)
			die("healthy: send");
	} while (e->side->fills && n > 0);
}

static void add(int fd, const struct kind *kind, bool listens)
{
	struct end *e = &ends[count];

	if (count == room)
		die("healthy: one too many");
	*e = (struct end){ fd, listens, kind, serves ? &kind->server : &kind->client };
	if (listens || !e->side->reads_each)
		watch(count);
	count++;
	if (listens)
		return;
	if (!serves)
		write_to(e); /* a request */
	if (e->side->shuts)
		shutdown(fd, SHUT_WR);
}

static void read_from(const struct end *e)
{
	char data[BUFFER];
	ssize_t n = recv(e->fd, data, sizeof(data), MSG_DONTWAIT);

	if (n < 0 && errno != EAGAIN)
		die("healthy: recv");
	if (n == 0)
		epoll_ctl(poller, EPOLL_CTL_DEL, e->fd, NULL);
	if (n > 0 && e->side->answers)
		write_to(e);
}

static void each_second(long second)
{
	for (int i = 0; i < count; i++) {
		const struct end *e = &ends[i];

		if (e->listens)
			continue;
		if (e->side->writes_each && (second + i) % e->side->writes_each == 0)
			write_to(e);
		if (e->side->reads_each && (second + i) % e->side->reads_each == 0)
			read_from(e);
	}
}

static void take_event(const struct end *e)
{
	int fd;

	if (!e->listens) {
		read_from(e);
		return;
	}
	fd = accept(e->fd, NULL, NULL);
	if (fd < 0)
		die("healthy: accept");
	add(fd, e->kind, false);
	if (count == room && puts("ready") + fflush(stdout) < 0)
		die("healthy");
}

/* Whatever comes until that second is over. */
static void until(time_t second)
{
	struct epoll_event events[64];
	struct timespec now;
	int n;

	for (;;) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec >= second)
			return;
		n = epoll_wait(poller, events, 64, 1000 - (int)(now.tv_nsec / 1000000));
		for (int i = 0; i < n; i++)
			take_event(&ends[events[i].data.u32]);
	}
}

/* With small buffers a slow reader's window is closed most of the time. */
static int open_socket(const struct kind *kind)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), size = BUFFER;

	if (fd < 0)
		die("healthy: socket");
	if (kind->client.reads_each) {
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	}
	return fd;
}

static void open_kind(const struct kind *kind, struct sockaddr_in *at, int connections)
{
	int fd;

	at->sin_port = htons((uint16_t)(FIRST_PORT + (kind - kinds)));
	if (serves) {
		fd = open_socket(kind);
		if (bind(fd, (struct sockaddr *)at, sizeof(*at)) || listen(fd, 4096))
			die("healthy: listen");
		add(fd, kind, true);
		return;
	}
	for (int i = 0; i < connections * kind->percent / 100; i++) {
		fd = open_socket(kind);
		if (connect(fd, (struct sockaddr *)at, sizeof(*at)))
			die("healthy: connect");
		add(fd, kind, false);
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int connections = argc == 4 ? atoi(argv[3]) : 0;
	struct timespec now;
	struct rlimit files;

	if (connections <= 0 || inet_pton(AF_INET, argv[2], &at.sin_addr) != 1) {
		fprintf(stderr, "usage: healthy serve|connect ADDRESS CONNECTIONS\n");
		return 2;
	}
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	serves = !strcmp(argv[1], "serve");
	room = serves ? KINDS : 0;
	for (int k = 0; k < KINDS; k++)
		room += connections * kinds[k].percent / 100;
	ends = calloc((size_t)room, sizeof(*ends));
	poller = epoll_create1(0);
	if (!ends || poller < 0)
		die("healthy");
	for (int k = 0; k < KINDS; k++)
		open_kind(&kinds[k], &at, connections);
	clock_gettime(CLOCK_MONOTONIC, &now);
	for (time_t second = now.tv_sec;; second++) {
		each_second(second);
		until(second + 1);
	}
}
