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
#include "userspace/base/array.h"
#include "userspace/base/duration.h"
#include "userspace/trail/filter.h"
#include "userspace/base/names.h"

static void try_filters(const char *word)
{
	static int (*const add[])(struct filter *, const char *) = {
		filter_add_port, filter_add_address, filter_add_netns, filter_add_pid,
		filter_add_comm, filter_add_state,   filter_add_kind,
	};
	struct tcptrail_record r = { .kind = TCPTRAIL_SOCKET };
	struct filter f = { 0 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(add); i++) {
		add[i](&f, word);
		add[i](&f, word);
	}
	filter_match(&f, &r);
	if (f.nports > FILTER_MAX || f.naddresses > FILTER_MAX || f.nnetns > FILTER_MAX ||
	    f.npids > FILTER_MAX || f.ncomms > FILTER_MAX)
		abort();
}

static void try_selector(const char *word)
{
	struct tcptrail_record r = { .kind = TCPTRAIL_SOCKET, .lport = 80, .rport = 40000 };
	struct selector s;

	if (selector_parse(&s, word))
		return;
	selector_match(&s, &r);
	if (s.cookie ? s.count : !s.count || s.count > 2)
		abort();
	for (unsigned int i = 0; i < s.count; i++)
		if (!s.ends[i].has_address && !s.ends[i].has_port)
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
