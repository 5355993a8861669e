// SPDX-License-Identifier: GPL-2.0
#include "userspace/trail/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "userspace/base/address.h"
#include "userspace/base/names.h"

#define VALUE_MAX 64 /* longer than any value that can be right */

/* Hand the parts between commas to add(), one after the other. */
static int each(struct filter *f, const char *s, int (*add)(struct filter *f, const char *value))
{
	for (;;) {
		size_t len = strcspn(s, ",");
		char value[VALUE_MAX];
		int err;

		if (!len || len >= sizeof(value))
			return -EINVAL;
		memcpy(value, s, len);
		value[len] = '\0';
		err = add(f, value);
		if (err)
			return err;
		if (!s[len])
			return 0;
		s += len + 1;
	}
}

static int parse_number(const char *s, uint64_t max, uint64_t *n)
{
	char *end;

	if (*s < '0' || *s > '9')
		return -EINVAL;
	errno = 0;
	*n = strtoull(s, &end, 10);
	return errno || *end || *n > max ? -EINVAL : 0;
}

static int add_port(struct filter *f, const char *s)
{
	uint64_t n;

	if (parse_number(s, UINT16_MAX, &n) || !n)
		return -EINVAL;
	if (f->nports == FILTER_MAX)
		return -E2BIG;
	f->ports[f->nports++] = (uint16_t)n;
	return 0;
}

static int add_address(struct filter *f, const char *s)
{
	if (f->naddresses == FILTER_MAX)
		return -E2BIG;
	if (address_parse(s, f->addresses[f->naddresses], &f->prefixes[f->naddresses]))
		return -EINVAL;
	f->naddresses++;
	return 0;
}

static int add_netns(struct filter *f, const char *s)
{
	uint64_t n;

	if (parse_number(s, UINT32_MAX, &n))
		return -EINVAL;
	if (f->nnetns == FILTER_MAX)
		return -E2BIG;
	f->netns[f->nnetns++] = (uint32_t)n;
	return 0;
}

static int add_pid(struct filter *f, const char *s)
{
	uint64_t n;

	if (parse_number(s, INT32_MAX, &n) || !n)
		return -EINVAL;
	if (f->npids == FILTER_MAX)
		return -E2BIG;
	f->pids[f->npids++] = (uint32_t)n;
	return 0;
}

static int add_comm(struct filter *f, const char *s)
{
	if (f->ncomms == FILTER_MAX)
		return -E2BIG;
	if (strlen(s) >= sizeof(f->comms[0]))
		return -EINVAL;
	strcpy(f->comms[f->ncomms++], s);
	return 0;
}

static int add_state(struct filter *f, const char *s)
{
	int state = state_parse(s);

	if (state < 0)
		return -EINVAL;
	f->states |= 1ULL << state;
	return 0;
}

static int add_kind(struct filter *f, const char *s)
{
	static const uint8_t transitions[] = { TCPTRAIL_SOCKET, TCPTRAIL_REQUEST, TCPTRAIL_TIMEWAIT,
					       TCPTRAIL_ACCEPT, TCPTRAIL_SNAPSHOT };
	int kind = strcasecmp(s, "segments") ? kind_parse(s) : TCPTRAIL_SEGMENT;

	if (!strcasecmp(s, "transitions")) {
		for (unsigned int i = 0; i < sizeof(transitions); i++)
			f->kinds[transitions[i]] = true;
	} else if (kind < 0) {
		return -EINVAL;
	} else {
		f->kinds[kind] = true;
	}
	f->by_kind = true;
	return 0;
}

int filter_add_port(struct filter *f, const char *s)
{
	return each(f, s, add_port);
}

int filter_add_address(struct filter *f, const char *s)
{
	return each(f, s, add_address);
}

int filter_add_netns(struct filter *f, const char *s)
{
	return each(f, s, add_netns);
}

int filter_add_pid(struct filter *f, const char *s)
{
	return each(f, s, add_pid);
}

int filter_add_comm(struct filter *f, const char *s)
{
	return each(f, s, add_comm);
}

int filter_add_state(struct filter *f, const char *s)
{
	return each(f, s, add_state);
}

int filter_add_kind(struct filter *f, const char *s)
{
	return each(f, s, add_kind);
}

static bool match_port(const struct filter *f, const struct tcptrail_record *r)
{
	for (unsigned int i = 0; i < f->nports; i++) {
		if ((f->ports[i] == r->lport && !(r->flags & TCPTRAIL_F_NO_LPORT)) ||
		    (f->ports[i] == r->rport && !(r->flags & TCPTRAIL_F_NO_RPORT)))
			return true;
	}
	return !f->nports;
}

static bool match_address(const struct filter *f, const struct tcptrail_record *r)
{
	for (unsigned int i = 0; i < f->naddresses; i++) {
		if (!(r->flags & TCPTRAIL_F_NO_LADDR) &&
		    address_match(f->addresses[i], r->laddr, f->prefixes[i]))
			return true;
		if (!(r->flags & TCPTRAIL_F_NO_RADDR) &&
		    address_match(f->addresses[i], r->raddr, f->prefixes[i]))
			return true;
	}
	return !f->naddresses;
}

static bool match_netns(const struct filter *f, const struct tcptrail_record *r)
{
	for (unsigned int i = 0; i < f->nnetns; i++) {
		if (f->netns[i] == r->netns)
			return true;
	}
	return !f->nnetns;
}

static bool has_state(const struct filter *f, uint8_t state)
{
	return state < 64 && f->states & 1ULL << state;
}

static bool match_state(const struct filter *f, const struct tcptrail_record *r)
{
	return !f->states || (record_is_transition(r) && (has_state(f, r->transition.old_state) ||
							  has_state(f, r->transition.new_state)));
}

static bool match_task(const struct filter *f, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;
	bool pid = !f->npids, comm = !f->ncomms;

	if (pid && comm)
		return true;
	if (!record_is_transition(r) || !(r->flags & TCPTRAIL_F_TASK))
		return false;
	for (unsigned int i = 0; i < f->npids; i++)
		pid |= f->pids[i] == t->pid;
	for (unsigned int i = 0; i < f->ncomms; i++)
		comm |= !strncmp(f->comms[i], t->comm, sizeof(t->comm));
	return pid && comm;
}

bool filter_is_empty(const struct filter *f)
{
	return !f->by_kind && !f->nports && !f->naddresses && !f->nnetns && !f->states &&
	       !f->npids && !f->ncomms;
}

bool filter_match(const struct filter *f, const struct tcptrail_record *r)
{
	if (r->kind == TCPTRAIL_LOSS)
		return true;
	return (!f->by_kind || f->kinds[r->kind]) && match_port(f, r) && match_address(f, r) &&
	       match_netns(f, r) && match_state(f, r) && match_task(f, r);
}
