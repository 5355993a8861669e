/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The options of a command in one table: a row has the flag, its argument, its help, what
 * its value has to be, and where the value goes. Help and parsing are made from the rows.
 */
#ifndef SESSION_OPTIONS_H
#define SESSION_OPTIONS_H

#include <stdbool.h>

#include "userspace/trail/filter.h"

/**
 * struct option_row - an option, or a paragraph between options; all zero: the end
 * @flag: as the help shows it: "-i FILE", "-v, --verbose", "--by-unit[=N]"; NULL: a paragraph
 * @help: beside it, lines with '\n' between them; or the paragraph
 * @want: what a value has to be, as a message says it: "a port from 1 to 65535"
 * @set: use a value; NULL where none was given. Return: 0; -EINVAL: it is not what @want
 *	says; -E2BIG: there are more than @max; another -errno; or CMD_* after a message
 * @to: where the value goes
 * @min: the least value
 * @max: the highest, or how many values there may be; 0: any
 * @sort: of an option that belongs to a filter: what its values are; else 0
 */
struct option_row {
	const char *flag;
	const char *help;
	const char *want;
	int (*set)(const struct option_row *row, const char *value);
	void *to;
	uint64_t min;
	uint64_t max;
	enum filter_sort sort;
};

/* Rows by the type of their values: */

struct option_row option_flag(const char *flag, const char *help, bool *to);
struct option_row option_string(const char *flag, const char *help, const char **to);
struct option_row option_number(const char *flag, const char *help, const char *want, uint64_t *to,
				uint64_t min, uint64_t max);

/** option_span() - a span of time, see duration.h */
struct option_row option_span(const char *flag, const char *help, const char *want, uint64_t *to,
			      uint64_t min_ns, uint64_t max_ns);
struct option_row option_filter(const char *flag, const char *help, const char *want,
				struct filter *to, enum filter_sort sort);

/** option_other() - a value that @set takes, with all that it finds in its row */
struct option_row option_other(const char *flag, const char *help, const char *want,
			       int (*set)(const struct option_row *row, const char *value),
			       void *to);

#define OPTION_WANT_STATE "a TCP state, e.g. CLOSE-WAIT or time_wait"

/* The same for every command that has them: which connections, and which records. */
#define OPTIONS_CONNECTIONS(filter, state, task)                                                   \
	option_filter("--port N", "either end's port", "a port from 1 to 65535", filter,           \
		      FILTER_PORT),                                                                \
		option_filter("--addr A[/PREFIX]", "either end's address",                         \
			      "an address, or one with a prefix: 10.0.0.0/8, 2001:db8::1", filter, \
			      FILTER_ADDRESS),                                                     \
		option_filter("--state S", state, OPTION_WANT_STATE, filter, FILTER_STATE),        \
		option_filter("--netns INUM",                                                      \
			      "network namespace, as `ls -Li /proc/PID/ns/net` shows it",          \
			      "the inode number of a network namespace", filter, FILTER_NETNS),    \
		option_filter("--comm NAME", task, "a task's name, 16 bytes at most", filter,      \
			      FILTER_COMM),                                                        \
		option_filter("--pid N", "its process", "a process id", filter, FILTER_PID)

#define OPTIONS_RECORDS(filter)                                                                \
	{ .help = "\nWhich records (lists with commas; losses are always shown):\n" },         \
		OPTIONS_CONNECTIONS(filter, "old or new state: CLOSE-WAIT, close_wait",        \
				    "name of the task that did it"),                           \
		option_filter("--kind K",                                                      \
			      "transitions, segments; or socket, request, timewait, accept,\n" \
			      "snapshot",                                                      \
			      "transitions, segments, socket, request, timewait, accept or "   \
			      "snapshot",                                                      \
			      filter, FILTER_KIND)

/**
 * options_parse() - use what stands on a command line
 * @usage: the help before the rows
 * @rows: the table
 * @argc: of the command
 * @argv: likewise; the words that are no options stand from optind on, afterwards
 *
 * Return: CMD_OK; CMD_HELP after the help was printed; CMD_USAGE or CMD_FAILED after a message
 */
int options_parse(const char *usage, const struct option_row *rows, int argc, char *argv[]);

/**
 * option_error() - what is wrong with a value, as a message without its end
 * @row: its option
 * @value: what a user wrote
 * @err: that @row->set returned, below 0
 *
 * Return: to be freed; NULL without memory
 */
char *option_error(const struct option_row *row, const char *value, int err);

#endif
