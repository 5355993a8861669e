/* SPDX-License-Identifier: GPL-2.0 */
/* The options that choose records, the same for every command that has them. */
#ifndef SESSION_SELECT_H
#define SESSION_SELECT_H

#include <getopt.h>

#include "userspace/trail/filter.h"

enum select_option {
	SELECT_PORT = 0x100,
	SELECT_ADDR,
	SELECT_STATE,
	SELECT_NETNS,
	SELECT_COMM,
	SELECT_PID,
	SELECT_KIND,
	SELECT_END,
};

/* For an array of struct option: of connections, and of records, which have a kind, too. */
#define SELECT_CONNECTIONS                                          \
	{ "port", required_argument, NULL, SELECT_PORT },           \
		{ "addr", required_argument, NULL, SELECT_ADDR },   \
		{ "state", required_argument, NULL, SELECT_STATE }, \
		{ "netns", required_argument, NULL, SELECT_NETNS }, \
		{ "comm", required_argument, NULL, SELECT_COMM },   \
	{                                                           \
		"pid", required_argument, NULL, SELECT_PID          \
	}
#define SELECT_RECORDS                                       \
	SELECT_CONNECTIONS,                                  \
	{                                                    \
		"kind", required_argument, NULL, SELECT_KIND \
	}

/* For a command's help. */
#define SELECT_HELP                                                                           \
	"Which records (lists with commas; losses are always shown):\n"                       \
	"  --port N           either end's port\n"                                            \
	"  --addr A[/PREFIX]  either end's address\n"                                         \
	"  --state S          old or new state: CLOSE-WAIT, close_wait\n"                     \
	"  --netns INUM       network namespace, as `ls -Li /proc/PID/ns/net` shows it\n"     \
	"  --comm NAME        name of the task that did it\n"                                 \
	"  --pid N            its process\n"                                                  \
	"  --kind K           transitions, segments; or socket, request, timewait, accept,\n" \
	"                     snapshot\n"

/**
 * select_value() - likewise, and say why not
 * @f: gets it
 * @option: enum select_option
 * @value: what a user wrote
 * @why: set if it cannot be taken
 * @size: of @why
 *
 * Return: 0, -EINVAL, -E2BIG
 */
int select_value(struct filter *f, int option, const char *value, char *why, size_t size);

/** select_option() - take an option that getopt_long() returned; CMD_OK or CMD_USAGE */
int select_option(struct filter *f, int option, const char *value);

#endif
