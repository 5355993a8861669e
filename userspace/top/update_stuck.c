// SPDX-License-Identifier: GPL-2.0
/* What is stuck, as tcptrail stuck tells it: live facts, holders, groups, verdicts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "userspace/base/time.h"
#include "userspace/top/top.h"
#include "userspace/conn/filter_conn.h"

/* Who holds what is looked up so often: /proc is large. */
#define HOLDERS_NS (2 * SEC)
#define HOLDERS_SHARE 50 /* and takes no more than so little of the time */

static bool is_listed(void *arg, const struct conn *c)
{
	const struct top *top = arg;

	return filter_conn(&top->filter, top->session.tracker, c, c->state);
}

/* Ports are taken by any connection, wanted or not; listed are those that are. */
int top_find(struct top *top, uint64_t now_ns, struct stuck_scan **scan)
{
	struct stuck_query query = {
		.tracker = top->session.tracker,
		.now_ns = now_ns,
		.all_ports = true,
		.wanted = top->filter.count ? is_listed : NULL,
		.arg = top,
	};

	if (!top->source.file) {
		top->kernel = session_kernel(&top->session);
		query.kernel = &top->kernel;
		query.close_waits = true;
	}
	return stuck_find(scan, &query);
}

static int find_holders(struct top *top, const struct stuck_result *result)
{
	uint64_t begun_ns = time_now_ns();
	int err;

	if (!result->count || begun_ns < top->holders_next_ns)
		return 0;
	holders_free(&top->holders);
	err = holders_find(&top->holders, result);
	top->holders_next_ns = time_again(begun_ns, time_now_ns(), HOLDERS_NS, HOLDERS_SHARE);
	return err;
}

static uint64_t id_of(const struct conn *c)
{
	if (c->cookie)
		return c->cookie;
	return (uint64_t)c->lport << 48 | (uint64_t)c->rport << 32 | c->addr4[1];
}

static void put_ends(struct view_stuck *row, const struct stuck_out *o,
		     const struct stuck_group *group)
{
	const struct conn *c = group->members[0]->conn;
	uint8_t laddr[16], raddr[16];
	char *p = row->selector;

	stuck_ends(o, group, row->local, row->remote);
	row->lport = stuck_group_shared(group, o->tracker) & STUCK_LPORT ? c->lport : 0;
	*p = '\0';
	if (row->burst)
		return;
	if (c->cookie) {
		snprintf(p, sizeof(row->selector), "cookie:%llu", (unsigned long long)c->cookie);
		return;
	}
	tracker_laddr(o->tracker, c, laddr);
	tracker_raddr(o->tracker, c, raddr);
	p = put_endpoint(p, laddr, c->lport);
	*p++ = '-';
	*put_endpoint(p, raddr, c->rport) = '\0';
}

static void put_row(struct view_stuck *row, struct buf *text, const struct stuck_out *o,
		    const struct stuck_group *group)
{
	const struct finding *oldest = group->members[0];
	struct stuck_words words;

	stuck_words(o, oldest, &words);
	*row = (struct view_stuck){
		.id = id_of(oldest->conn),
		.state = oldest->state,
		.age_ns = finding_age(oldest, o->now_ns),
		.at_least = oldest->at_least,
		.burst = oldest->usage,
		.count = oldest->usage ? oldest->usage->timewaits : group->count,
		/* Of a listener that is how many wait. */
		.unread = oldest->state == TCPTRAIL_LISTEN ? 0 : group->unread,
		.verdict = words.verdict.name,
		.text = text->len,
	};
	put_ends(row, o, group);
	snprintf(row->holder, sizeof(row->holder), "%s",
		 group->count > 1 ? words.owner : words.holder);
	snprintf(row->sentence, sizeof(row->sentence), "%s", words.verdict.sentence);
	stuck_text_header(text);
	stuck_text(o, text, group);
	row->text_length = text->len - row->text;
}

static int put_rows(struct view *v, const struct stuck_out *o, const struct stuck_groups *groups)
{
	size_t i;

	if (!v->stuck)
		v->stuck = calloc(VIEW_STUCK_MAX, sizeof(*v->stuck));
	if (!v->stuck)
		return -ENOMEM;
	v->text.len = 0;
	v->stuck_groups = groups->count;
	for (i = 0; i < groups->count && i < VIEW_STUCK_MAX; i++) {
		put_row(&v->stuck[i], &v->text, o, &groups->groups[i]);
		v->stuck[i].rank = i;
	}
	v->stuck_count = i;
	return v->text.error ? -ENOMEM : 0;
}

int top_update_stuck(struct top *top, const struct stuck_result *result)
{
	struct stuck_out o = {
		.tracker = top->session.tracker,
		.now_ns = result->query.now_ns,
		.kernel = result->query.kernel,
		.home_netns = top->session.origin.netns,
	};
	struct stuck_groups groups = { 0 };
	int err = 0;

	top->view.stuck_total = result->stuck;
	if (!top->source.file) {
		err = find_holders(top, result);
		o.holders = &top->holders;
	}
	if (!err)
		err = stuck_groups_make(&groups, result, o.holders, top->ui.each);
	if (!err)
		err = put_rows(&top->view, &o, &groups);
	stuck_groups_free(&groups);
	return err;
}
