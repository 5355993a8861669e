// SPDX-License-Identifier: GPL-2.0
/* What is stuck, as tcptrail stuck tells it: live facts, holders, groups, verdicts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/diagnose/stuck_owners.h"
#include "userspace/base/time.h"
#include "userspace/top/top.h"
#include "userspace/conn/filter_conn.h"

/* Who holds what is looked up so often: /proc is large. */
#define OWNERS_NS (2 * SEC)
#define OWNERS_SHARE 50 /* and takes no more than so little of the time */

static bool is_wanted(void *arg, const struct conn *c)
{
	const struct top *top = arg;

	return filter_conn(&top->filter, top->session.tracker, c, c->state);
}

static const struct kernel_socket *live_of(void *arg, uint64_t cookie)
{
	const struct top *top = arg;
	struct kernel_view kernel = session_kernel(&top->session);

	return kernel_view_socket(&kernel, cookie);
}

static bool is_time_for_owners(const struct top *top, uint64_t now_ns)
{
	uint64_t wait_ns = top->owners_cost_ns * OWNERS_SHARE;

	return !top->owners_ns ||
	       now_ns - top->owners_ns >= (wait_ns > OWNERS_NS ? wait_ns : OWNERS_NS);
}

static int find_owners(struct top *top, const struct stuck *list, size_t count)
{
	const struct stuck_query all = { .now_ns = top_now_ns(top) };
	const struct stuck_out o = { .tracker = top->session.tracker, .owners = &top->owners };
	uint64_t begun_ns = time_now_ns();
	int err;

	if (!count || !is_time_for_owners(top, begun_ns))
		return 0;
	owners_free(&top->owners);
	top->owners = (struct owners){ 0 };
	free(top->leaks);
	top->leaks = NULL;
	err = stuck_owners(top->session.tracker, list, count, &top->owners);
	if (!err)
		err = stuck_leaks(&o, &all, &top->leaks, &top->leak_count);
	top->owners_ns = time_now_ns();
	top->owners_cost_ns = top->owners_ns - begun_ns;
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
	const struct stuck *s = group->members[0];
	const struct conn *c = s->conn;
	bool passive = s->burst ? s->usage.passive : stuck_is_passive(o, c);
	uint8_t laddr[16], raddr[16];
	char *p = row->selector;

	stuck_ends(o, group, row->local, row->remote);
	row->lport = row->count == 1 || passive ? c->lport : 0;
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
	const struct stuck *oldest = group->members[0];
	struct stuck_words words;

	stuck_words(o, oldest, &words);
	*row = (struct view_stuck){
		.id = id_of(oldest->conn),
		.state = oldest->conn->state,
		.age_ns = oldest->age_ns,
		.at_least = oldest->at_least,
		.burst = oldest->burst,
		.count = oldest->burst ? oldest->burst : group->count,
		/* Of a listener that is how many wait. */
		.unread = oldest->conn->state == TCPTRAIL_LISTEN ? 0 : group->unread,
		.verdict = words.verdict.name,
		.text = text->len,
	};
	put_ends(row, o, group);
	snprintf(row->holder, sizeof(row->holder), "%s",
		 group->count > 1 ? words.owner : words.holder);
	snprintf(row->sentence, sizeof(row->sentence), "%s", words.verdict.sentence);
	stuck_text_header(text);
	stuck_text_group(o, text, group);
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

int top_update_stuck(struct top *top, uint64_t now_ns)
{
	struct stuck_query query = {
		.now_ns = now_ns,
		.alive = top->filter.count ? is_wanted : NULL,
		.arg = top,
	};
	struct stuck_out o = { .tracker = top->session.tracker, .home_netns = top->home_netns };
	struct stuck_groups groups = { 0 };
	struct kernel_view kernel;
	struct stuck *list;
	size_t count;
	int err;

	if (!top->source.file) {
		kernel = session_kernel(&top->session);
		query.live_ns = kernel.at_ns;
		o.kernel = &kernel;
		query.live = live_of;
		query.ports = top_ports;
	}
	err = stuck_find(top->session.tracker, &query, &list, &count);
	if (err)
		return err;
	top->view.stuck_total = count;
	if (!top->source.file) {
		err = find_owners(top, list, count);
		o.owners = &top->owners;
		o.leaks = top->leaks;
		o.leak_count = top->leaks ? top->leak_count : 0;
	}
	if (!err)
		err = stuck_groups_make(&groups, &o, list, count, top->ui.each);
	if (!err)
		err = put_rows(&top->view, &o, &groups);
	stuck_groups_free(&groups);
	free(list);
	return err;
}
