// SPDX-License-Identifier: GPL-2.0
/*
 * Options from their table: rows become what getopt_long() wants, and the help text; a value
 * that a row refuses gives a message made from the row.
 */
#include "userspace/session/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/base/duration.h"
#include "userspace/base/number.h"
#include "userspace/session/message.h"

#define ROWS_MAX 32
#define NAME_MAX_LENGTH 32
#define FLAG_WIDTH 17 /* of the help's first column, unless a flag is longer */
#define LONG_OPTION 256 /* getopt_long()'s value for a long option: this, and the row's number */

/**
 * struct parser - the rows as getopt_long() takes them
 * @letters: the short ones
 * @options: the long ones
 * @names: of these
 */
struct parser {
	char letters[2 * ROWS_MAX + 2];
	struct option options[ROWS_MAX + 1];
	char names[ROWS_MAX][NAME_MAX_LENGTH];
};

static int set_flag(const struct option_row *row, const char *value)
{
	*(bool *)row->to = true;
	return 0;
}

struct option_row option_flag(const char *flag, const char *help, bool *to)
{
	return (struct option_row){ .flag = flag, .help = help, .set = set_flag, .to = to };
}

static int set_string(const struct option_row *row, const char *value)
{
	*(const char **)row->to = value;
	return 0;
}

struct option_row option_string(const char *flag, const char *help, const char **to)
{
	return (struct option_row){ .flag = flag, .help = help, .set = set_string, .to = to };
}

static int set_in_range(const struct option_row *row, uint64_t n)
{
	if (n < row->min || (row->max && n > row->max))
		return -EINVAL;
	*(uint64_t *)row->to = n;
	return 0;
}

static int set_number(const struct option_row *row, const char *value)
{
	uint64_t n;

	return number_parse(value, UINT64_MAX, &n) ? -EINVAL : set_in_range(row, n);
}

struct option_row option_number(const char *flag, const char *help, const char *want, uint64_t *to,
				uint64_t min, uint64_t max)
{
	return (struct option_row){ flag, help, want, set_number, to, min, max, 0 };
}

static int set_span(const struct option_row *row, const char *value)
{
	uint64_t ns;

	return duration_parse(value, &ns) ? -EINVAL : set_in_range(row, ns);
}

struct option_row option_span(const char *flag, const char *help, const char *want, uint64_t *to,
			      uint64_t min_ns, uint64_t max_ns)
{
	return (struct option_row){ flag, help, want, set_span, to, min_ns, max_ns, 0 };
}

static int set_filter(const struct option_row *row, const char *value)
{
	return filter_add(row->to, row->sort, value);
}

struct option_row option_filter(const char *flag, const char *help, const char *want,
				struct filter *to, enum filter_sort sort)
{
	return (struct option_row){ flag, help, want, set_filter, to, 0, FILTER_MAX, sort };
}

struct option_row option_other(const char *flag, const char *help, const char *want,
			       int (*set)(const struct option_row *row, const char *value),
			       void *to)
{
	return (struct option_row){ flag, help, want, set, to, 0, 0, 0 };
}

static bool is_last(const struct option_row *row)
{
	return !row->flag && !row->help;
}

static void print_help(const char *usage, const struct option_row *rows)
{
	const struct option_row *row;
	int width = FLAG_WIDTH;
	const char *line;

	for (row = rows; !is_last(row); row++)
		if (row->flag && (int)strlen(row->flag) > width)
			width = (int)strlen(row->flag);
	fputs(usage, stdout);
	for (row = rows; !is_last(row); row++) {
		if (!row->flag) {
			fputs(row->help, stdout);
			continue;
		}
		printf("  %-*s  ", width, row->flag);
		for (line = row->help; strchr(line, '\n'); line = strchr(line, '\n') + 1)
			printf("%.*s\n%*s", (int)strcspn(line, "\n"), line, width + 4, "");
		puts(line);
	}
}

/* "-v, --verbose", "--port N", "--by-unit[=N]", "-i FILE" */
static void add_row(struct parser *p, const char *flag, int number)
{
	const char *name = strstr(flag, "--");
	const char *end = flag + strcspn(flag, name ? "[" : " ");
	struct option *option = p->options;
	int argument;

	if (name)
		end = name + strcspn(name, " [");
	argument = *end == '[' ? optional_argument : *end ? required_argument : no_argument;
	if (flag[1] != '-')
		sprintf(p->letters + strlen(p->letters), "%c%s", flag[1], argument ? ":" : "");
	if (!name)
		return;
	while (option->name)
		option++;
	snprintf(p->names[number], NAME_MAX_LENGTH, "%.*s", (int)(end - name - 2), name + 2);
	*option = (struct option){ p->names[number], argument, NULL, LONG_OPTION + number };
}

static const struct option_row *row_of(const struct option_row *rows, int option)
{
	if (option >= LONG_OPTION)
		return &rows[option - LONG_OPTION];
	while (!rows->flag || rows->flag[1] != option)
		rows++;
	return rows;
}

/* getopt_long() returned ':' or '?'. */
static int bad_option(int option, char *argv[])
{
	const char *word = argv[optind - 1];

	/* optopt: 0 of a long option that is not known, else its value or letter */
	if (word && !strncmp(word, "--", 2))
		return cmd_usage(option == ':' ? "option '%s': needs a value" :
				 optopt	       ? "option '%s': takes no value" :
						 "option '%s': not known, or not clear",
				 word);
	return cmd_usage(option == ':' ? "option '-%c': needs a value" : "option '-%c': not known",
			 optopt);
}

char *option_error(const struct option_row *row, const char *value, int err)
{
	int len = (int)strcspn(row->flag, " [");
	char between = row->flag[len] == '[' ? '=' : ' ';
	char *text = NULL;
	int n;

	if (err == -EINVAL)
		n = asprintf(&text, "%.*s%c%s: has to be %s", len, row->flag, between, value,
			     row->want);
	else if (err == -E2BIG)
		n = asprintf(&text, "%.*s%c%s: too many: %llu is the most", len, row->flag, between,
			     value, (unsigned long long)row->max);
	else
		n = asprintf(&text, "%.*s: %s", len, row->flag, strerror(-err));
	return n < 0 ? NULL : text;
}

static int use(const struct option_row *row, const char *value)
{
	int err = row->set(row, value);
	char *text;

	if (err >= 0)
		return err;
	text = option_error(row, value, err);
	err = !text ? cmd_fail("%s", strerror(ENOMEM)) : cmd_usage("%s", text);
	free(text);
	return err;
}

int options_parse(const char *usage, const struct option_row *rows, int argc, char *argv[])
{
	struct parser p = { .letters = ":" };
	int option, status = CMD_OK;

	if (argc > 1 && !strcmp(argv[1], "--help")) {
		print_help(usage, rows);
		return CMD_HELP;
	}
	for (int i = 0; !is_last(&rows[i]) && i < ROWS_MAX; i++)
		if (rows[i].flag)
			add_row(&p, rows[i].flag, i);
	optind = 0;
	opterr = 0; /* bad_option() says it */
	while (!status && (option = getopt_long(argc, argv, p.letters, p.options, NULL)) != -1)
		status = option == '?' || option == ':' ? bad_option(option, argv) :
							  use(row_of(rows, option), optarg);
	return status;
}
