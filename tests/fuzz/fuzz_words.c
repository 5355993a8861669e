// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as what a user may write on the command line: filters, selectors,
 * addresses, states, spans of time. What is taken can be said again.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "userspace/trail/selector.h"
#include "userspace/base/address.h"
#include "userspace/base/duration.h"
#include "userspace/trail/filter.h"
#include "userspace/base/names.h"

static void try_filters(const char *word)
{
	struct tcptrail_record r = { .kind = TCPTRAIL_SOCKET };
	struct filter f = { 0 };

	for (int sort = FILTER_PORT; sort <= FILTER_KIND; sort++) {
		filter_add(&f, sort, word);
		filter_add(&f, sort, word);
	}
	filter_match(&f, &r);
	filter_states(&f);
	if (f.count > FILTER_MAX)
		abort();
}

static void try_selector(const char *word)
{
	struct tcptrail_record r = { .kind = TCPTRAIL_SOCKET, .lport = 80, .rport = 40000 };
	struct selector s;

	if (selector_parse(&s, word))
		return;
	selector_match(&s, &r);
	if (!s.cookie && !s.ends[0].has_address && !s.ends[0].has_port)
		abort();
}

static void try_address(const char *word)
{
	uint8_t address[16], again[16];
	char text[ADDRESS_MAX + 1];
	unsigned int prefix;

	if (address_parse(word, address, &prefix))
		return;
	if (prefix > 128)
		abort();
	*put_address(text, address) = '\0';
	if (address_parse(text, again, &prefix) || memcmp(address, again, 16))
		abort();
	if (!address_match(address, again, prefix))
		abort();
}

static void try_duration(const char *word)
{
	char text[DURATION_MAX + 1];
	uint64_t ns;

	if (duration_parse(word, &ns))
		return;
	if (put_span(text, ns) > text + DURATION_MAX || put_age(text, ns) > text + DURATION_MAX)
		abort();
}

static void try_names(const char *word)
{
	int state = state_parse(word), kind = kind_parse(word);

	if (state >= 0 && state_parse(state_name((uint8_t)state)) != state)
		abort();
	if (state >= 0 && state_parse(state_key((uint8_t)state)) != state)
		abort();
	if (kind >= 0 && strcmp(kind_key((uint8_t)kind), "") == 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *word = malloc(size + 1);

	if (!word)
		abort();
	if (size)
		memcpy(word, data, size);
	word[size] = '\0';
	try_filters(word);
	try_selector(word);
	try_address(word);
	try_duration(word);
	try_names(word);
	free(word);
	return 0;
}
