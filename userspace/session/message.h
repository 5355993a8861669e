/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages: one clear line each on standard error, after "tcptrail watch: ". They return
 * the exit status that the command shall return.
 */
#ifndef SESSION_MESSAGE_H
#define SESSION_MESSAGE_H

#include "userspace/base/buf.h"

/* Exit statuses. */
#define CMD_OK 0
#define CMD_FAILED 1
#define CMD_USAGE 2
#define CMD_HELP (-1) /* the help was printed: nothing more to do; program_run() makes it 0 */

/** cmd_name() - which command runs: its messages begin with it; NULL for none */
void cmd_name(const char *name);

/** cmd_fail() - CMD_FAILED */
int cmd_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** cmd_usage() - CMD_USAGE; adds "(try: tcptrail help watch)" */
int cmd_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** cmd_note() - something to know; nothing to return */
#define cmd_note(...) ((void)cmd_fail(__VA_ARGS__))

/**
 * cmd_flush() - send all output; CMD_OK, or CMD_FAILED after a message
 *
 * A pipe whose reader has seen enough is no failure.
 */
int cmd_flush(struct buf *out);

#endif
