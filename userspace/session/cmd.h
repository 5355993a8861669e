/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The commands: one file each, one line each in main.c's table; and what they
 * share: messages, opening a trail, following it.
 */
#ifndef SESSION_CMD_H
#define SESSION_CMD_H

#include <stdbool.h>

#include "userspace/trail/tcptrail.h"

/**
 * struct command - a line of the table
 * @name: as typed
 * @run: the command; argv[0] is its name; returns the exit status. It knows
 *	--help: main() calls it so for `tcptrail help NAME`
 * @description: one line for the overview
 */
struct command {
	const char *name;
	int (*run)(int argc, char *argv[]);
	const char *description;
};

/* Exit statuses. Commands may add their own above. */
#define CMD_OK 0
#define CMD_FAILED 1
#define CMD_USAGE 2

int cmd_watch(int argc, char *argv[]);
int cmd_record(int argc, char *argv[]);
int cmd_status(int argc, char *argv[]);
int cmd_stuck(int argc, char *argv[]);
int cmd_explain(int argc, char *argv[]);
int cmd_life(int argc, char *argv[]);

/*
 * message.c: one clear line each on standard error, after "tcptrail watch: ".
 * They return what the command shall return.
 */

/** cmd_name() - main() tells which command runs */
void cmd_name(const char *name);

/** cmd_fail() - CMD_FAILED */
int cmd_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** cmd_usage() - CMD_USAGE; adds "(try: tcptrail help watch)" */
int cmd_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** cmd_note() - something to know; nothing to return */
void cmd_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** cmd_bad_option() - getopt_long() returned '?' or ':' (opterr is 0, optstring begins with ':') */
int cmd_bad_option(char *argv[]);

/* open.c */

/**
 * cmd_open() - a trail, or a message why not
 * @trail: set on success
 * @device: path of the device, NULL for the usual one
 * @file: path of a recorded trail, or NULL: the device
 * @from: for the device
 *
 * Return: CMD_OK or CMD_FAILED
 */
int cmd_open(struct tcptrail **trail, const char *device, const char *file,
	     enum tcptrail_from from);

/** cmd_read_failed() - tcptrail_read() returned an error: say so; CMD_FAILED */
int cmd_read_failed(const char *device, const char *file, int err);

/**
 * cmd_check_source() - after getopt_long(): nothing but options, of which a file has fewer
 * @argv: the arguments
 * @file: from -i
 * @device: from --device
 * @history: --history was given
 *
 * Return: CMD_OK or CMD_USAGE
 */
int cmd_check_source(char *argv[], const char *file, const char *device, bool history);

/** cmd_take_count() - the value of --count, from 1 up; CMD_OK or CMD_USAGE */
int cmd_take_count(const char *s, uint64_t *n);

/** cmd_take_duration() - that of --duration, above 0 (see duration.h); CMD_OK or CMD_USAGE */
int cmd_take_duration(const char *s, uint64_t *ns);

#endif
