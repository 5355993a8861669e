// SPDX-License-Identifier: GPL-2.0
/* Filters: words of the command line into a list of values, and records against that list. */
#include "userspace/trail/filter.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "userspace/base/address.h"
#include "userspace/base/names.h"
#include "userspace/base/number.h"

#define VALUE_MAX 64 /* bytes; longer than any value that can be right */

static int put(struct filter *f, const struct filter_value *value)
{
	if (f->count == FILTER_MAX)
		return -E2BIG;
	f->values[f->count++] = *value;
	return 0;
}

static int add_number(struct filter *f, enum filter_sort sort, const char *s, uint64_t min,
		      uint64_t max)
{
	uint64_t n;

	if (number_parse(s, max, &n) || n < min)
		return -EINVAL;
	return put(f, &(struct filter_value){ .sort = sort, .number = (uint32_t)n });
}

static int add_address(struct filter *f, const char *s)
{
	struct filter_value v = { .sort = FILTER_ADDRESS };

	return address_parse(s, v.address, &v.prefix) ? -EINVAL : put(f, &v);
}

static int add_comm(struct filter *f, const char *s)
{
	struct filter_value v = { .sort = FILTER_COMM };

	if (strlen(s) > sizeof(v.comm))
		return -EINVAL;
	memcpy(v.comm, s, strlen(s));
	return put(f, &v);
}

/* A state or a kind, by the number of its name. */
static int add_named(struct filter *f, enum filter_sort sort, int number)
{
	if (number < 0)
		return -EINVAL;
	return put(f, &(struct filter_value){ .sort = sort, .number = (uint32_t)number });
}

static int add_kind(struct filter *f, const char *s)
{
	static const uint8_t transitions[] = { TCPTRAIL_SOCKET, TCPTRAIL_REQUEST, TCPTRAIL_TIMEWAIT,
					       TCPTRAIL_ACCEPT, TCPTRAIL_SNAPSHOT };
	int err = 0;

	if (!strcasecmp(s, "segments"))
		return add_named(f, FILTER_KIND, TCPTRAIL_SEGMENT);
	if (strcasecmp(s, "transitions") != 0)
		return add_named(f, FILTER_KIND, kind_parse(s));
	for (unsigned int i = 0; i < sizeof(transitions) && !err; i++)
		err = add_named(f, FILTER_KIND, transitions[i]);
	return err;
}

static int add(struct filter *f, enum filter_sort sort, const char *s)
{
	switch (sort) {
	case FILTER_PORT:
		return add_number(f, sort, s, 1, UINT16_MAX);
	case FILTER_ADDRESS:
		return add_address(f, s);
	case FILTER_NETNS:
		return add_number(f, sort, s, 0, UINT32_MAX);
	case FILTER_STATE:
		return add_named(f, sort, state_parse(s));
	case FILTER_COMM:
		return add_comm(f, s);
	case FILTER_PID:
		return add_number(f, sort, s, 1, INT32_MAX);
	case FILTER_KIND:
		return add_kind(f, s);
	}
	return -EINVAL;
}

int filter_add(struct filter *f, enum filter_sort sort, const char *s)
{
	for (;;) {
		size_t len = strcspn(s, ",");
		char value[VALUE_MAX];
		int err;

		if (!len || len >= sizeof(value))
			return -EINVAL;
		memcpy(value, s, len);
		value[len] = '\0';
		err = add(f, sort, value);
		if (err || !s[len])
			return err;
		s += len + 1;
	}
}

static bool has_port(const struct tcptrail_record *r, uint32_t port)
{
	return (port == r->lport && !(r->flags & TCPTRAIL_F_NO_LPORT)) ||
	       (port == r->rport && !(r->flags & TCPTRAIL_F_NO_RPORT));
}

static bool has_address(const struct tcptrail_record *r, const struct filter_value *v)
{
	return (!(r->flags & TCPTRAIL_F_NO_LADDR) &&
		address_match(v->address, r->laddr, v->prefix)) ||
	       (!(r->flags & TCPTRAIL_F_NO_RADDR) &&
		address_match(v->address, r->raddr, v->prefix));
}

static bool has_state(const struct tcptrail_record *r, uint32_t state)
{
	return record_is_transition(r) &&
	       (state == r->transition.old_state || state == r->transition.new_state);
}

static bool has_task(const struct tcptrail_record *r)
{
	return record_is_transition(r) && r->flags & TCPTRAIL_F_TASK;
}

static bool match(const struct filter_value *v, const struct tcptrail_record *r)
{
	switch (v->sort) {
	case FILTER_PORT:
		return has_port(r, v->number);
	case FILTER_ADDRESS:
		return has_address(r, v);
	case FILTER_NETNS:
		return v->number == r->netns;
	case FILTER_STATE:
		return has_state(r, v->number);
	case FILTER_COMM:
		return has_task(r) && !strncmp(v->comm, r->transition.comm, sizeof(v->comm));
	case FILTER_PID:
		return has_task(r) && v->number == r->transition.pid;
	case FILTER_KIND:
		return v->number == r->kind;
	}
	return false;
}

bool filter_match_values(const struct filter *f, const struct tcptrail_record *r)
{
	unsigned int asked = 0, met = 0; /* bit n: enum filter_sort n */

	if (r->kind == TCPTRAIL_LOSS)
		return true;
	for (unsigned int i = 0; i < f->count; i++) {
		const struct filter_value *v = &f->values[i];

		asked |= 1U << v->sort;
		if (!(met & 1U << v->sort) && match(v, r))
			met |= 1U << v->sort;
	}
	return met == asked;
}

uint64_t filter_states(const struct filter *f)
{
	uint64_t states = 0;

	for (unsigned int i = 0; i < f->count; i++) {
		if (f->values[i].sort == FILTER_STATE)
			states |= 1ULL << f->values[i].number;
	}
	return states;
}
