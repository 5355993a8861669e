// SPDX-License-Identifier: GPL-2.0
/*
 * act's steps that open sockets, and those that serve for ever.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/truth/act/act.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static int protocol = IPPROTO_TCP;

void step_mptcp(void)
{
	protocol = IPPROTO_MPTCP;
}

static int new_socket(const struct endpoint *towards, int flags)
{
	int fd = socket(towards->address.ss_family, SOCK_STREAM | flags, protocol), one = 1;

	if (fd < 0) {
		complain("socket");
		return -1;
	}
	if (me.source.length &&
	    ((struct sockaddr_in *)&me.source.address)->sin_port) /* IPv6: the same place */
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	set_options(fd);
	if (me.source.length && bind(fd, (struct sockaddr *)&me.source.address, me.source.length)) {
		complain("bind");
		close(fd);
		return -1;
	}
	return fd;
}

void add_connection(int fd)
{
	if (me.count == MAX_CONNECTIONS)
		die("act: too many connections");
	if (me.last == me.count)
		me.last++;
	me.connections[me.count++] = fd;
}

void step_backlog(void)
{
	me.backlog = (int)next_number();
}

void step_listen(void)
{
	struct endpoint at = next_endpoint();
	int fd = socket(at.address.ss_family, SOCK_STREAM, protocol), one = 1;

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	set_options(fd);
	if (bind(fd, (struct sockaddr *)&at.address, at.length)) {
		complain("bind");
		close(fd);
		return;
	}
	if (listen(fd, me.backlog))
		die("listen");
	me.listener = fd;
}

void step_closel(void)
{
	close(me.listener);
	me.listener = -1;
}

/* One more, or -1, with the error told. */
static int accept_one(void)
{
	int fd = accept(me.listener, NULL, NULL);

	if (fd < 0)
		complain("accept");
	else
		set_options(fd);
	return fd;
}

void step_accept(void)
{
	for (long n = next_number_or(1); n > 0;) {
		int fd = accept_one();

		if (fd < 0) {
			sleep_ms(200);
			continue;
		}
		add_connection(fd);
		n--;
	}
}

void step_acceptall(void)
{
	for (;;) {
		int fd = accept_one();

		if (fd < 0)
			sleep_ms(1000);
		else
			add_connection(fd);
	}
}

void step_dismiss(void)
{
	for (;;)
		close(accept_one());
}

/* Send back what came. False when the peer has closed. */
static int echo_once(int fd)
{
	char data[4096];
	ssize_t n = read(fd, data, sizeof(data));

	return n > 0 && write(fd, data, (size_t)n) == n;
}

void step_echo(void)
{
	static struct pollfd polled[1 + MAX_CONNECTIONS];
	nfds_t n = 1;

	polled[0] = (struct pollfd){ me.listener, POLLIN, 0 };
	for (;;) {
		if (poll(polled, n, -1) < 0)
			die("poll");
		for (nfds_t i = n - 1; i > 0; i--) {
			if (!polled[i].revents || echo_once(polled[i].fd))
				continue;
			close(polled[i].fd);
			polled[i] = polled[--n];
		}
		if (polled[0].revents && n <= MAX_CONNECTIONS)
			polled[n++] = (struct pollfd){ accept_one(), POLLIN, 0 };
	}
}

void step_bind(void)
{
	me.source = next_endpoint();
}

/* A socket that has begun to connect, or -1, with the error told. */
static int begin_connection(const struct endpoint *to, int flags)
{
	int fd = new_socket(to, flags);

	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&to->address, to->length) &&
	    errno != EINPROGRESS) {
		complain("connect");
		close(fd);
		return -1;
	}
	return fd;
}

static void connect_many(int flags)
{
	struct endpoint to = next_endpoint();

	for (long n = next_number_or(1); n > 0; n--) {
		int fd = begin_connection(&to, flags);

		if (fd >= 0)
			add_connection(fd);
	}
}

void step_connect(void)
{
	connect_many(0);
}

void step_try(void)
{
	connect_many(SOCK_NONBLOCK);
}

void step_insist(void)
{
	struct endpoint to = next_endpoint();
	int fd = new_socket(&to, 0);

	for (long n = next_number(); n > 0 && fd >= 0; n--) {
		if (!connect(fd, (struct sockaddr *)&to.address, to.length)) {
			add_connection(fd);
			return;
		}
		complain("connect");
		sleep_ms(1000);
	}
	close(fd);
}

void step_fastopen(void)
{
	struct endpoint to = next_endpoint();
	const char *text = next_word();
	int fd = new_socket(&to, 0);

	if (fd < 0)
		return;
	if (sendto(fd, text, strlen(text), MSG_FASTOPEN, (struct sockaddr *)&to.address,
		   to.length) < 0)
		complain("sendto");
	add_connection(fd);
}

void step_visit(void)
{
	struct endpoint to = next_endpoint();
	long times = next_number(), ms = next_number();

	for (; times > 0; times--) {
		close(begin_connection(&to, 0));
		sleep_ms(ms);
	}
}

void step_sawtooth(void)
{
	struct endpoint to = next_endpoint();
	long ms = next_number(), seconds = next_number();
	long alive = seconds * 1000 / ms;

	for (long n = 0;; n++) {
		int *slot = &me.connections[n % alive];

		if (n >= alive)
			close(*slot);
		*slot = begin_connection(&to, 0);
		sleep_ms(ms);
	}
}
