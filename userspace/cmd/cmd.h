/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The commands: one file each, one line each in main.c's table.
 */
#ifndef TCPTRAIL_CMD_H
#define TCPTRAIL_CMD_H

/**
 * struct command - a line of the table
 * @name: as typed
 * @run: the command; argv[0] is its name; returns the exit status
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

/* One clear line each on standard error; both return what main() shall. */

/** cmd_fail() - "tcptrail watch: <message>", CMD_FAILED */
int cmd_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** cmd_usage() - likewise, with "(try: tcptrail help watch)", CMD_USAGE */
int cmd_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
