// SPDX-License-Identifier: GPL-2.0
/*
 * act's socket options: set on what is open, remembered for what will be.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/truth/act/act.h"

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

static const struct option {
	const char *name;
	int level;
	int option;
} known[] = {
	{ "keepalive", SOL_SOCKET, SO_KEEPALIVE }, { "linger", SOL_SOCKET, SO_LINGER },
	{ "mark", SOL_SOCKET, SO_MARK },	   { "rcvbuf", SOL_SOCKET, SO_RCVBUF },
	{ "reuseaddr", SOL_SOCKET, SO_REUSEADDR }, { "reuseport", SOL_SOCKET, SO_REUSEPORT },
	{ "sndbuf", SOL_SOCKET, SO_SNDBUF },	   { "noport", SOL_IP, IP_BIND_ADDRESS_NO_PORT },
	{ "defer", SOL_TCP, TCP_DEFER_ACCEPT },	   { "fastopen", SOL_TCP, TCP_FASTOPEN },
	{ "keepcnt", SOL_TCP, TCP_KEEPCNT },	   { "keepidle", SOL_TCP, TCP_KEEPIDLE },
	{ "keepintvl", SOL_TCP, TCP_KEEPINTVL },   { "linger2", SOL_TCP, TCP_LINGER2 },
	{ "nodelay", SOL_TCP, TCP_NODELAY },	   { "quickack", SOL_TCP, TCP_QUICKACK },
	{ "syncnt", SOL_TCP, TCP_SYNCNT },	   { "usertimeout", SOL_TCP, TCP_USER_TIMEOUT },
};

#define MAX_OPTIONS 16

static struct {
	const struct option *option;
	int value;
} chosen[MAX_OPTIONS];

static int chosen_count;

static void set_option(int fd, const struct option *o, int value)
{
	struct linger linger = { 1, value };
	int is_linger = o->level == SOL_SOCKET && o->option == SO_LINGER;
	const void *data = is_linger ? (void *)&linger : (void *)&value;
	socklen_t size = is_linger ? sizeof(linger) : sizeof(value);

	if (setsockopt(fd, o->level, o->option, data, size))
		complain(o->name);
}

void set_options(int fd)
{
	for (int i = 0; i < chosen_count; i++)
		set_option(fd, chosen[i].option, chosen[i].value);
}

void step_opt(void)
{
	const char *name = next_word();
	int value = (int)next_number(), fd;
	const struct option *o = known;

	while (o < known + sizeof(known) / sizeof(known[0]) && strcmp(name, o->name))
		o++;
	if (o == known + sizeof(known) / sizeof(known[0]) || chosen_count == MAX_OPTIONS) {
		fprintf(stderr, "act: opt %s: not known, or one too many\n", name);
		exit(2);
	}
	chosen[chosen_count].option = o;
	chosen[chosen_count++].value = value;
	for_each_connection(fd) set_option(fd, o, value);
}
