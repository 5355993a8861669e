// SPDX-License-Identifier: GPL-2.0
/* A look: the numbers of now, and who is stuck. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "top.h"
#include "userspace/model/stuck.h"
#include "userspace/out/filter_conn.h"
#include "userspace/out/line.h"
#include "userspace/out/stuck_out.h"

/* Who holds what is looked up so often: /proc is large. */
#define OWNERS_NS 2000000000ULL
#define OWNERS_SHARE 50 /* and takes no more than so little of the time */

static bool is_wanted(void *arg, const struct model *m, const struct conn *c, uint8_t state)
{
	const struct top *top = arg;

	return filter_conn(&top->filter, m, c, state);
}

static bool is_stuck_wanted(void *arg, const struct conn *c)
{
	const struct top *top = arg;

	return filter_conn(&top->filter, top->model, c, c->state);
}

static int find_owners(struct top *top, const struct stuck *list, size_t count, uint64_t now_ns)
{
	uint64_t wait_ns = top->owners_cost_ns * OWNERS_SHARE;
	const struct conn *listener;
	uint32_t *inodes;
	size_t i, wanted = 0;
	int err;

	if (!count || (top->owners_ns &&
		       now_ns - top->owners_ns < (wait_ns > OWNERS_NS ? wait_ns : OWNERS_NS)))
		return 0;
	inodes = calloc(count, sizeof(*inodes));
	if (!inodes)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		listener = model_listener(top->model, list[i].conn);
		if (list[i].conn->inode)
			inodes[wanted++] = list[i].conn->inode;
		else if (listener && listener->inode)
			inodes[wanted++] = listener->inode;
	}
	owners_free(&top->owners);
	top->owners = (struct owners){ 0 };
	err = owners_find(&top->owners, inodes, wanted);
	free(inodes);
	top->owners_ns = feed_now_ns();
	top->owners_cost_ns = top->owners_ns - now_ns;
	return err;
}

static uint64_t id_of(const struct conn *c)
{
	if (c->cookie)
		return c->cookie;
	return (uint64_t)c->lport << 48 | (uint64_t)c->rport << 32 | c->addr4[1];
}

static void put_ends(struct view_stuck *row, const struct model *m, const struct stuck *s)
{
	const struct conn *c = s->conn;
	bool passive = c->role == CONN_PASSIVE;
	uint8_t laddr[16], raddr[16];

	model_laddr(m, c, laddr);
	model_raddr(m, c, raddr);
	row->lport = c->lport;
	strcpy(row->local, "*");
	strcpy(row->remote, "*");
	if (!s->pile || passive)
		*put_endpoint(row->local, laddr, c->lport) = '\0';
	else
		row->lport = 0;
	if (!s->pile || !passive)
		*put_endpoint(row->remote, raddr, c->rport) = '\0';
	row->selector[0] = '\0';
	if (!s->pile && c->cookie)
		snprintf(row->selector, sizeof(row->selector), "cookie:%llu",
			 (unsigned long long)c->cookie);
	else if (!s->pile)
		snprintf(row->selector, sizeof(row->selector), "%s-%s", row->local, row->remote);
}

static void put_row(struct view_stuck *row, struct buf *text, const struct stuck_out *o,
		    const struct stuck *s)
{
	struct stuck_words words;

	stuck_words(o, s, &words);
	*row = (struct view_stuck){
		.id = id_of(s->conn),
		.state = s->conn->state,
		.age_ns = s->age_ns,
		.at_least = s->conn->flags & CONN_AT_LEAST,
		.count = s->pile,
		.unread = s->conn->unread,
		.verdict = words.verdict.name,
		.text = text->len,
	};
	put_ends(row, o->model, s);
	snprintf(row->holder, sizeof(row->holder), "%s", words.holder);
	snprintf(row->sentence, sizeof(row->sentence), "%s", words.verdict.sentence);
	stuck_text_header(text);
	stuck_text(o, text, s);
	row->text_length = text->len - row->text;
}

static int take_stuck(struct top *top, uint64_t now_ns)
{
	const struct stuck_query query = {
		.now_ns = now_ns,
		.alive = top->filtered ? is_stuck_wanted : NULL,
		.arg = top,
	};
	struct stuck_out o = { .model = top->model, .home_netns = top->home_netns };
	struct view *v = &top->view;
	struct stuck *list = NULL;
	size_t i, count = 0;
	int err = stuck_find(top->model, &query, &list, &count);

	if (err)
		return err;
	v->stuck_total = count;
	history_add(&v->stuck_graph, count);
	v->stuck_count = 0;
	v->text.len = 0;
	count = count < VIEW_STUCK_MAX ? count : VIEW_STUCK_MAX;
	if (!top->file) {
		err = find_owners(top, list, count, feed_now_ns());
		o.owners = &top->owners;
	}
	if (!err && !v->stuck)
		v->stuck = calloc(VIEW_STUCK_MAX, sizeof(*v->stuck));
	for (i = 0; i < count && !err && v->stuck; i++)
		put_row(&v->stuck[i], &v->text, &o, &list[i]);
	free(list);
	if (!v->stuck || v->text.error)
		return -ENOMEM;
	v->stuck_count = i;
	return err;
}

static void tell_time(struct top *top, uint64_t now_ns)
{
	struct view *v = &top->view;

	clock_look(&top->clock, now_ns);
	if (top->file)
		snprintf(v->clock, sizeof(v->clock), "%s %s", top->clock.date, top->clock.time);
	else
		snprintf(v->clock, sizeof(v->clock), "%s", top->clock.time);
	v->ended = top->play.over;
	v->speed_milli = top->file ? top->play.speed_milli : 0;
}

static struct churn_ports ports_of(void *arg, uint32_t netns)
{
	const struct top *top = arg;
	const struct netns_facts *facts = snapshot_netns(&top->resync.feed.snapshot, netns);

	return facts ? facts->ports : CHURN_PORTS_DEFAULT;
}

static int take_numbers(struct top *top, uint64_t now_ns)
{
	/* Of all connections, wanted or not: ports are taken by any. */
	const struct churn_query query = {
		.now_ns = now_ns,
		.ports = ports_of,
		.arg = top,
	};
	struct churn *churn = NULL;
	size_t count = 0;
	int err;

	survey_look(&top->survey, top->model, now_ns);
	err = churn_find(top->model, &query, &churn, &count);
	if (!err)
		err = view_take(&top->view, &top->survey, churn, count);
	free(churn);
	return err;
}

int top_take(struct top *top)
{
	uint64_t start_ns = feed_now_ns(), now_ns = top_now_ns(top);
	int err;

	top->survey.wanted = top->filtered ? is_wanted : NULL;
	top->survey.arg = top;
	if (top->play.over)
		model_settle(top->model);
	else if (now_ns > FEED_SETTLE_NS)
		model_advance(top->model, top->file ? now_ns : now_ns - FEED_SETTLE_NS);
	err = take_numbers(top, now_ns);
	if (!err)
		err = take_stuck(top, now_ns);
	tell_time(top, now_ns);
	look_sort(&top->look, &top->view);
	top->look_cost_ns = feed_now_ns() - start_ns;
	return err;
}
