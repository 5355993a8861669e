// SPDX-License-Identifier: GPL-2.0
/* tcptrail: the table of commands. */
#include "userspace/cli/cmd.h"

#include <stdio.h>
#include <string.h>

#include "userspace/base/array.h"
#include "userspace/session/message.h"
#include "userspace/session/program.h"

static int cmd_help(int argc, char *argv[]);

static const struct command commands[] = {
	{ "watch", cmd_watch, "print records as they come, one line each" },
	{ "life", cmd_life, "print each connection when it ends: its times, how it ended" },
	{ "explain", cmd_explain,
	  "draw one connection as the textbook's ladder, and say what happened" },
	{ "stuck", cmd_stuck,
	  "list sockets that are too long in a state, who holds them, what to do" },
	{ "top", cmd_top, "show live: sockets by state, stuck sockets, who opens connections" },
	{ "record", cmd_record, "write the trail to a file, for the -i of any command" },
	{ "export", cmd_export, "serve metrics to Prometheus, by HTTP or in a file" },
	{ "status", cmd_status, "tell what the module records, and what was lost" },
	{ "help", cmd_help, "print this, or more about a command: tcptrail help watch" },
};

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	}
	return NULL;
}

static void overview(FILE *to)
{
	fputs("tcptrail: a flight recorder for TCP\n\n"
	      "Usage: tcptrail COMMAND [OPTION...]\n\n",
	      to);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].description);
	fputs("\nThe trail is written by the module: modprobe tcptrail.\n"
	      "Start with: tcptrail status; tcptrail watch --history\n",
	      to);
}

static int run(const struct command *command, int argc, char *argv[])
{
	cmd_name(command->name);
	return command->run(argc, argv);
}

static int cmd_help(int argc, char *argv[])
{
	char help[] = "--help";
	const struct command *command;

	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		overview(stdout);
		return CMD_OK;
	}
	if (argc > 2)
		return cmd_usage("%s: one command at a time", argv[2]);
	command = find(argv[1]);
	if (!command) {
		cmd_name(NULL);
		return cmd_usage("%s: no such command", argv[1]);
	}
	return run(command, 2, (char *[]){ argv[1], help, NULL });
}

static int obey(int argc, char *argv[])
{
	const struct command *command;

	if (argc < 2) {
		overview(stderr);
		return CMD_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		overview(stdout);
		return CMD_OK;
	}
	command = find(argv[1]);
	if (!command)
		return cmd_usage("%s: no such %s", argv[1], *argv[1] == '-' ? "option" : "command");
	return run(command, argc - 1, argv + 1);
}

int main(int argc, char *argv[])
{
	return program_run(NULL, obey, argc, argv);
}
