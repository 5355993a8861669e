// SPDX-License-Identifier: GPL-2.0
/*
 * tcptrail-verdicts(7) has an entry for each statement that the programs make, says for each
 * what must be on record, and has none for a statement that nobody makes. What a verdict
 * rests on is compared with its rule. The names of explain are compared by
 * tests/native/manual.sh.
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
#include "userspace/conn/ending.h"
#include "userspace/diagnose/evidence.h"
#include "userspace/diagnose/verdict.h"

#define PAGE "userspace/man/tcptrail-verdicts.7" /* tests run at the top of the tree */

#define ENTRIES_MAX 256
#define WORDS_MAX 256

/* Words with a space before and after each, so that " unread " is found as a whole. */
struct words {
	char text[WORDS_MAX];
};

/**
 * struct entry - an entry of the page
 * @section: its .SH
 * @heading: its .SS; empty if there is none
 * @names: of what
 * @record: the words in bold after "On record:"
 * @refuted: likewise, after "Not if:"
 * @has_record: "On record:" is there
 */
struct entry {
	char section[48];
	char heading[64];
	struct words names;
	struct words record;
	struct words refuted;
	bool has_record;
};

static struct entry entries[ENTRIES_MAX];
static unsigned int entry_count;

static void add_word(struct words *words, const char *word, size_t len)
{
	size_t used = strlen(words->text);

	assert_true(used + len + 3 < sizeof(words->text));
	snprintf(words->text + used, sizeof(words->text) - used, "%s%.*s ", used ? "" : " ",
		 (int)len, word);
}

static bool has_word(const struct words *words, const char *word)
{
	char spaced[64];

	snprintf(spaced, sizeof(spaced), " %s ", word);
	return strstr(words->text, spaced);
}

/* The words of a line ".B a" or '.BR a ", " b': small letters, digits, "-" and "_". */
static void add_words(struct words *words, const char *line)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *at = line + strcspn(line, " ");
	size_t len;

	for (; *at; at += len ? len : 1) {
		len = strspn(at, letters);
		if (len > 1)
			add_word(words, at, len);
	}
}

static void take_line(const char *line)
{
	static char section[sizeof(entries->section)], heading[sizeof(entries->heading)];
	static enum { OTHER, NAMES, RECORD, REFUTED } part;
	struct entry *entry = entries + entry_count - 1;
	bool bold = !strncmp(line, ".B", 2);

	if (!strncmp(line, ".SH ", 4)) {
		snprintf(section, sizeof(section), "%.47s", line + 4);
		heading[0] = '\0';
		part = OTHER;
	} else if (!strncmp(line, ".SS ", 4)) {
		snprintf(heading, sizeof(heading), "%.63s", line + 4);
		part = OTHER;
	} else if (!strcmp(line, ".TP")) {
		assert_true(entry_count < ENTRIES_MAX);
		entry = entries + entry_count++;
		memcpy(entry->section, section, sizeof(section));
		memcpy(entry->heading, heading, sizeof(heading));
		part = NAMES;
	} else if (!strncmp(line, "On record:", 10)) {
		entry->has_record = true;
		part = RECORD;
	} else if (!strncmp(line, "Not if:", 7)) {
		part = REFUTED;
	} else if (part == NAMES) {
		add_words(&entry->names, line);
		part = OTHER;
	} else if (bold && part == RECORD) {
		add_words(&entry->record, line);
	} else if (bold && part == REFUTED) {
		add_words(&entry->refuted, line);
	}
}

static int read_page(void **state)
{
	FILE *file = fopen(PAGE, "r");
	char line[256];

	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		take_line(line);
	}
	if (file)
		fclose(file);
	return 0;
}

static const struct entry *find(const char *section, const char *name)
{
	unsigned int i;

	for (i = 0; i < entry_count; i++)
		if (!strcmp(entries[i].section, section) && has_word(&entries[i].names, name))
			return &entries[i];
	return NULL;
}

static const char *end_key(unsigned int i)
{
	return i < CONN_ENDS ? conn_end_key((uint8_t)i) : NULL;
}

static const char *why_key(unsigned int i)
{
	return conn_why_key((uint8_t)(i + 1)); /* the first says that there is none */
}

/* life.1 has two more, for "us" and "peer" of a connection with both ends here. */
static const char *by_key(unsigned int i)
{
	static const char *const both[] = { "client", "server" };

	if (i <= ENDING_BY_UNKNOWN)
		return ending_by_key((uint8_t)i);
	i -= ENDING_BY_UNKNOWN + 1;
	return i < ARRAY_SIZE(both) ? both[i] : NULL;
}

/**
 * struct vocabulary - the statements of one kind
 * @section: of the page
 * @key: the name with a number; NULL: from there on there is none
 */
static const struct vocabulary {
	const char *section;
	const char *(*key)(unsigned int i);
} vocabularies[] = {
	{ "VERDICTS", verdict_name }, { "EVIDENCE OF A VERDICT", finding_evidence_key },
	{ "END", end_key },	      { "WHY", why_key },
	{ "ENDED_BY", by_key },	      { "EVIDENCE OF AN END", ending_evidence_key },
};

static bool is_key(const struct vocabulary *v, const char *word, size_t len)
{
	const char *key;
	unsigned int i;

	for (i = 0; (key = v->key(i)); i++)
		if (strlen(key) == len && !memcmp(key, word, len))
			return true;
	return false;
}

static void test_each_has_an_entry(void **state)
{
	const struct vocabulary *v;
	const char *key;
	unsigned int i;

	if (!entry_count)
		skip(); /* without the source tree */
	for (v = vocabularies; v < vocabularies + ARRAY_SIZE(vocabularies); v++)
		for (i = 0; (key = v->key(i)); i++)
			if (!find(v->section, key))
				fail_msg("%s, %s: add an entry for %s", PAGE, v->section, key);
}

/* Evidence is itself what is on record. */
static void test_each_says_what_is_on_record(void **state)
{
	const struct entry *entry;

	for (entry = entries; entry < entries + entry_count; entry++)
		if (!entry->has_record && strncmp(entry->section, "EVIDENCE", 8) != 0)
			fail_msg("%s, %s: add \"On record:\" to%s", PAGE, entry->section,
				 entry->names.text);
}

static void test_no_entry_without_a_statement(void **state)
{
	const struct vocabulary *v;
	const char *word;
	unsigned int i;
	size_t len;

	for (i = 0; i < entry_count; i++)
		for (v = vocabularies; v < vocabularies + ARRAY_SIZE(vocabularies); v++) {
			if (strcmp(entries[i].section, v->section) != 0)
				continue;
			for (word = entries[i].names.text; *word; word += len ? len : 1) {
				len = strcspn(word, " ");
				if (len && !is_key(v, word, len))
					fail_msg("%s, %s: no program says %.*s: remove the entry",
						 PAGE, v->section, (int)len, word);
			}
		}
}

static struct words words_of(uint64_t evidence)
{
	struct words words = { "" };
	const char *key;
	unsigned int i;

	for (i = 0; (key = finding_evidence_key(i)); i++)
		if (evidence & 1ULL << i)
			add_word(&words, key, strlen(key));
	return words;
}

static bool same_words(const struct words *told, uint64_t evidence)
{
	const struct words words = words_of(evidence);
	const char *key;
	unsigned int i;

	if (strlen(told->text) != strlen(words.text))
		return false;
	for (i = 0; (key = finding_evidence_key(i)); i++)
		if (evidence & 1ULL << i && !has_word(told, key))
			return false;
	return true;
}

static void test_grounds_of_verdicts(void **state)
{
	static const char *const headings[] = {
		[VERDICT_HARMLESS] = "What does no harm",
		[VERDICT_PASSES] = "What passes by itself",
		[VERDICT_LASTS] = "What lasts until somebody does something",
		[VERDICT_AFFECTS_OTHERS] = "What keeps other connections from working",
	};
	uint64_t needs, refuted_by;
	const struct entry *entry;
	const char *name;
	unsigned int i;

	for (i = 0; (name = verdict_name(i)); i++) {
		entry = find("VERDICTS", name);
		if (!entry)
			continue;
		verdict_grounds(i, &needs, &refuted_by);
		if (!same_words(&entry->record, needs))
			fail_msg("%s, %s: \"On record:\" has%s, its rule needs%s", PAGE, name,
				 entry->record.text, words_of(needs).text);
		if (!same_words(&entry->refuted, refuted_by))
			fail_msg("%s, %s: \"Not if:\" has%s, its rule is refuted by%s", PAGE, name,
				 entry->refuted.text, words_of(refuted_by).text);
		if (strcmp(entry->heading, headings[verdict_weight((int)i)]) != 0)
			fail_msg("%s: move %s to \"%s\"", PAGE, name,
				 headings[verdict_weight((int)i)]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_has_an_entry),
		cmocka_unit_test(test_each_says_what_is_on_record),
		cmocka_unit_test(test_no_entry_without_a_statement),
		cmocka_unit_test(test_grounds_of_verdicts),
	};

	return cmocka_run_group_tests_name("statements", tests, read_page, NULL);
}
