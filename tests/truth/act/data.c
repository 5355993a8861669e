// SPDX-License-Identifier: GPL-2.0
/*
 * act's steps on connections: data, and the ends of connections.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/truth/act/act.h"

static char data[65536];

void step_only(void)
{
	me.first = (int)next_number();
	me.last = me.first + (int)next_number();
	if (me.last > me.count)
		me.last = me.count;
}

void step_all(void)
{
	me.first = 0;
	me.last = me.count;
}

static void send_all(const char *bytes, size_t count)
{
	int fd;

	for_each_connection(fd)
	{
		for (size_t done = 0; done < count;) {
			size_t rest = count - done;
			ssize_t n = write(fd, bytes, rest < sizeof(data) ? rest : sizeof(data));

			if (n < 0) {
				complain("write");
				break;
			}
			done += (size_t)n;
		}
	}
}

void step_write(void)
{
	send_all(data, (size_t)next_number());
}

void step_send(void)
{
	const char *text = next_word();
	size_t length = strlen(text);

	memcpy(data, text, length);
	send_all(data, length);
	memset(data, 0, length);
}

/* Full is a socket that takes nothing for a second: what was under way is there then. */
void step_fill(void)
{
	int fd;

	for_each_connection(fd) for (int full = 0; full < 5; full++)
	{
		while (send(fd, data, sizeof(data), MSG_DONTWAIT) > 0)
			full = 0;
		sleep_ms(200);
	}
}

void step_fillblock(void)
{
	for (;;) {
		int fd;

		for_each_connection(fd) if (write(fd, data, sizeof(data)) < 0)
		{
			complain("write");
			return;
		}
	}
}

void step_read(void)
{
	size_t most = (size_t)next_number();
	int fd;

	for_each_connection(fd) if (read(fd, data, most < sizeof(data) ? most : sizeof(data)) < 0)
		complain("read");
}

void step_eof(void)
{
	int fd;

	for_each_connection(fd)
	{
		ssize_t n;

		while ((n = read(fd, data, sizeof(data))) > 0)
			;
		if (n < 0)
			complain("read");
	}
}

void step_sip(void)
{
	size_t most = (size_t)next_number();
	long ms = next_number();

	for (;;) {
		int fd;

		for_each_connection(fd) if (recv(fd, data, most, MSG_DONTWAIT) < 0) continue;
		sleep_ms(ms);
	}
}

void step_beat(void)
{
	long ms = next_number();

	for (;;) {
		int fd;

		for_each_connection(fd) if (send(fd, "b", 1, MSG_DONTWAIT) < 0) continue;
		sleep_ms(ms);
	}
}

void step_shut(void)
{
	int fd;

	for_each_connection(fd) if (shutdown(fd, SHUT_WR)) complain("shutdown");
}

void step_shutboth(void)
{
	int fd;

	for_each_connection(fd) if (shutdown(fd, SHUT_RDWR)) complain("shutdown");
}

static void forget(void)
{
	int many = me.last - me.first;

	memmove(me.connections + me.first, me.connections + me.last,
		(size_t)(me.count - me.last) * sizeof(me.connections[0]));
	me.count -= many;
	me.first = 0;
	me.last = me.count;
}

void step_close(void)
{
	int fd;

	for_each_connection(fd) close(fd);
	forget();
}

void step_abort(void)
{
	const struct linger now = { 1, 0 };
	int fd;

	for_each_connection(fd) if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)))
		complain("SO_LINGER");
	step_close();
}

void step_disconnect(void)
{
	const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
	int fd;

	for_each_connection(fd) if (connect(fd, &nowhere, sizeof(nowhere)))
		complain("connect(AF_UNSPEC)");
}

void step_repairclose(void)
{
	const int on = TCP_REPAIR_ON;
	int fd;

	for_each_connection(fd) if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)))
		complain("TCP_REPAIR");
	step_close();
}
