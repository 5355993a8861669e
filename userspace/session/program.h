/* SPDX-License-Identifier: GPL-2.0 */
/* What the three programs do alike, before and after their work. */
#ifndef SESSION_PROGRAM_H
#define SESSION_PROGRAM_H

/**
 * program_run() - run one command
 * @name: as messages call it: "top" in "tcptrail top: ..."; NULL for none
 * @run: the command; argv[0] is its name. It knows --help; --version is answered here
 * @argc: of main()
 * @argv: of main()
 *
 * Return: the exit status
 */
int program_run(const char *name, int (*run)(int argc, char *argv[]), int argc, char *argv[]);

#endif
