// SPDX-License-Identifier: GPL-2.0
/* A filter in words, as it is typed into the screen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/base/address.h"
#include "userspace/base/names.h"
#include "userspace/top/top.h"

/* "port" of "--port N" */
static size_t name_length(const char *flag)
{
	return strcspn(flag + 2, " [");
}

static bool is_number(const char *word)
{
	return *word && !word[strspn(word, "0123456789")];
}

static bool is_address(const char *word)
{
	uint8_t address[16];
	unsigned int prefix;

	return !address_parse(word, address, &prefix);
}

/* A word without a name says by its form what it is. */
static const char *guess(const char **word)
{
	if (**word == ':' && is_number(*word + 1)) {
		++*word;
		return "--port";
	}
	if (is_number(*word))
		return "--port";
	if (is_address(*word))
		return "--addr";
	return state_parse(*word) >= 0 ? "--state" : "--comm";
}

static int add_word(struct filter *f, const char *word, char *why, size_t size)
{
	const struct option_row rows[] = { OPTIONS_CONNECTIONS(f, "", ""), { 0 } };
	const struct option_row *row;
	const char *value = word, *flag;
	char *text;
	int err;

	for (row = rows; row->flag; row++) {
		value = word + name_length(row->flag);
		if (!strncmp(word, row->flag + 2, name_length(row->flag)) && *value++ == '=')
			break;
	}
	if (!row->flag) {
		value = word;
		flag = guess(&value);
		for (row = rows; strncmp(row->flag, flag, strlen(flag)) != 0; row++)
			;
	}
	err = row->set(row, value);
	if (err) {
		text = option_error(row, value, err);
		snprintf(why, size, "%s", text ? text : "");
		free(text);
	}
	return err;
}

/* The next word of @text into @word; quotes keep spaces in it. NULL: there is none. */
static const char *next_word(const char *text, char *word)
{
	bool quoted = false;

	text += strspn(text, " ");
	if (!*text)
		return NULL;
	for (; *text && (quoted || *text != ' '); text++) {
		if (*text == '"')
			quoted = !quoted;
		else
			*word++ = *text;
	}
	*word = '\0';
	return text;
}

int top_filter(struct top *top, const char *text, char *why, size_t size)
{
	char word[UI_EDIT_MAX + 1];
	struct filter f = { 0 };
	int err;

	while ((text = next_word(text, word))) {
		err = add_word(&f, word, why, size);
		if (err)
			return err;
	}
	top_use_filter(top, &f);
	return 0;
}

void top_use_filter(struct top *top, const struct filter *f)
{
	top->filter = *f;
	/* A request is shown in the state of the socket that it will become. */
	if (filter_states(f) & 1ULL << TCPTRAIL_NEW_SYN_RECV)
		filter_add(&top->filter, FILTER_STATE, state_key(TCPTRAIL_SYN_RECV));
}

void top_show_option(struct top *top, const char *flag, const char *value)
{
	char *to = top->ui.filter;
	size_t at = strlen(to);

	snprintf(to + at, sizeof(top->ui.filter) - at,
		 strchr(value, ' ') ? "%s%.*s=\"%s\"" : "%s%.*s=%s", at ? " " : "",
		 (int)name_length(flag), flag + 2, value);
}
