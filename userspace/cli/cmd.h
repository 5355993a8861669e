/* SPDX-License-Identifier: GPL-2.0 */
/* The commands of tcptrail: one file each, one row each in the table of main.c. */
#ifndef CLI_CMD_H
#define CLI_CMD_H

/**
 * struct command - a row of the table
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

int cmd_watch(int argc, char *argv[]);
int cmd_record(int argc, char *argv[]);
int cmd_status(int argc, char *argv[]);
int cmd_stuck(int argc, char *argv[]);
int cmd_explain(int argc, char *argv[]);
int cmd_life(int argc, char *argv[]);

/*
 * elsewhere.c: commands that are programs of their own, as git has them: they need more
 * libraries. They return only if the program cannot be run: CMD_FAILED after a message.
 */
int cmd_top(int argc, char *argv[]);
int cmd_export(int argc, char *argv[]);

#endif
