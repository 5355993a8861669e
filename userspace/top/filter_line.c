// SPDX-License-Identifier: GPL-2.0
/* A filter in words, as it is typed into the screen. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "userspace/session/select.h"
#include "userspace/base/array.h"
#include "userspace/top/top.h"
#include "userspace/base/names.h"

static const struct {
	const char *key;
	int option;
} keys[] = {
	{ "port=", SELECT_PORT },   { "addr=", SELECT_ADDR }, { "state=", SELECT_STATE },
	{ "netns=", SELECT_NETNS }, { "comm=", SELECT_COMM }, { "pid=", SELECT_PID },
};

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

/* A word without a key says by its looks what it is. */
static int guess(const char **word)
{
	if (**word == ':' && is_number(*word + 1)) {
		++*word;
		return SELECT_PORT;
	}
	if (is_number(*word))
		return SELECT_PORT;
	if (is_address(*word))
		return SELECT_ADDR;
	return state_parse(*word) >= 0 ? SELECT_STATE : SELECT_COMM;
}

static int add_word(struct filter *f, const char *word, char *why, size_t size)
{
	const char *value = word;
	int option = 0;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strncmp(word, keys[i].key, strlen(keys[i].key)))
			continue;
		option = keys[i].option;
		value = word + strlen(keys[i].key);
	}
	if (!option)
		option = guess(&value);
	return select_value(f, option, value, why, size);
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
	if (f->states & 1ULL << TCPTRAIL_NEW_SYN_RECV)
		top->filter.states |= 1ULL << TCPTRAIL_SYN_RECV;
	top->filtered = !filter_is_empty(f);
}

void top_show_option(struct top *top, int option, const char *value)
{
	char *to = top->look.filter;
	size_t at = strlen(to), i;

	for (i = 0; keys[i].option != option; i++)
		;
	snprintf(to + at, sizeof(top->look.filter) - at,
		 strchr(value, ' ') ? "%s%s\"%s\"" : "%s%s%s", at ? " " : "", keys[i].key, value);
}
