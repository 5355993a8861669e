// SPDX-License-Identifier: GPL-2.0
/*
 * Every word that JSON and the metrics may have as a value is in the manual page of the
 * command that prints it. test_statements.c has those that say what happened, and
 * tests/native/manual.sh the rest of the manual.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "userspace/base/array.h"
#include "userspace/base/names.h"
#include "userspace/base/record.h"
#include "userspace/conn/conn.h"

#define MAN "userspace/man/" /* tests run at the top of the tree */

/* A page with its "\-" as "-"; NULL without the source tree. */
static char *read_page(const char *page)
{
	char *text = calloc(1, 1 << 18), *to = text;
	FILE *file = fopen(page, "r");
	int c;

	if (!file || !text) {
		free(text);
		return NULL;
	}
	while ((c = fgetc(file)) != EOF && to < text + (1 << 18) - 1)
		if (c != '\\')
			*to++ = (char)c;
	fclose(file);
	return text;
}

static bool is_of_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);
	const char *at;

	for (at = strstr(text, word); at; at = strstr(at + 1, word))
		if ((at == text || !is_of_word(at[-1])) && !is_of_word(at[len]))
			return true;
	return false;
}

static const char *end_key(unsigned int i)
{
	return conn_end_key((uint8_t)i);
}

static const char *reason(unsigned int i)
{
	return reason_key((uint8_t)i);
}

static const char *reset_reason(unsigned int i)
{
	return reset_reason_key((uint8_t)i);
}

static const char *kind(unsigned int i)
{
	return kind_key((uint8_t)i);
}

static const char *cause(unsigned int i)
{
	return cause_key((uint8_t)i);
}

/**
 * struct vocabulary - the values of a field
 * @field: its name
 * @page: where they are told
 * @key: the word with a number; NULL: there is none
 * @first: the first number
 * @count: how many numbers at most; one without a name is called by its number
 */
struct vocabulary {
	const char *field;
	const char *page;
	const char *(*key)(unsigned int i);
	unsigned int first;
	unsigned int count;
};

static const struct vocabulary vocabularies[] = {
	{ "cause of tcptrail_connections_ended", MAN "tcptrail-metrics.5", end_key, CONN_LIVES + 1,
	  CONN_ENDS - 1 },
	{ "reason", MAN "tcptrail-json.5", reason, 1, UINT8_MAX },
	{ "reset_reason", MAN "tcptrail-json.5", reset_reason, 1, UINT8_MAX },
	{ "kind", MAN "tcptrail-json.5", kind, 1, UINT8_MAX },
	{ "cause", MAN "tcptrail-json.5", cause, TCPTRAIL_LOSS_OVERWRITTEN, 2 },
};

static void test_vocabulary(void **state)
{
	const struct vocabulary *v = *state;
	char *page = read_page(v->page);
	const char *word;
	unsigned int i, words = 0;

	if (!page)
		skip();
	for (i = v->first; i < v->first + v->count; i++) {
		word = v->key(i);
		if (!word || (*word >= '0' && *word <= '9'))
			continue;
		words++;
		if (!has_word(page, word))
			fail_msg("%s: %s is not in %s", v->field, word, v->page);
	}
	free(page);
	assert_true(words > 1);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(vocabularies)];

	for (size_t i = 0; i < ARRAY_SIZE(vocabularies); i++)
		tests[i] = (struct CMUnitTest){ vocabularies[i].field, test_vocabulary, NULL, NULL,
						(void *)&vocabularies[i] };
	return cmocka_run_group_tests_name("manual", tests, NULL, NULL);
}
