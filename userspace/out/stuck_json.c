// SPDX-License-Identifier: GPL-2.0
#include "address.h"
#include "json.h"
#include "names.h"
#include "record_json.h"
#include "stuck_out.h"

static void put_end(struct json *j, const char *key, const uint8_t address[16])
{
	char *p = json_value(j, key, ADDRESS_MAX + 2);

	*p++ = '"';
	p = put_address(p, address);
	*p++ = '"';
	buf_end(j->out, p);
}

static void put_holders(struct json *j, const struct stuck_words *w)
{
	size_t i;

	json_array(j, "holders");
	for (i = 0; i < w->holders_count; i++) {
		json_object(j, NULL);
		json_u64(j, "pid", w->holders[i].pid);
		json_u64(j, "fd", (uint64_t)w->holders[i].fd);
		json_str(j, "comm", w->holders[i].comm);
		json_end_object(j);
	}
	json_end_array(j);
}

static void put_task(struct json *j, const char *key, const struct task *task)
{
	if (!task)
		return;
	json_object(j, key);
	json_u64(j, "pid", task->pid);
	json_strn(j, "comm", task->comm, sizeof(task->comm));
	json_end_object(j);
}

static void put_connection(const struct stuck_out *o, struct json *j, const struct conn *c)
{
	json_u64(j, "cookie", c->cookie);
	json_u64(j, "inode", c->inode);
	json_u64(j, "uid", c->uid);
	json_u64(j, "cgroup", c->cgroup);
	json_u64(j, "unread", c->unread);
	json_u64(j, "unacked", c->unacked);
	json_u64(j, "syns", c->syns);
	json_u64(j, "synacks", c->synacks);
	json_u64(j, "fins", c->fins);
	json_bool(j, "accepted", c->flags & CONN_ACCEPTED);
	json_bool(j, "orphan", c->flags & CONN_ORPHAN);
	put_task(j, "opener", model_task(o->model, c->opener));
	put_task(j, "last_task", model_task(o->model, c->owner));
}

void stuck_json(const struct stuck_out *o, struct buf *out, const struct stuck *stuck)
{
	const struct conn *c = stuck->conn;
	uint8_t laddr[16], raddr[16];
	struct stuck_words words;
	struct json j;

	stuck_words(o, stuck, &words);
	model_laddr(o->model, c, laddr);
	model_raddr(o->model, c, raddr);
	json_begin(&j, out);
	json_u64(&j, "v", JSON_VERSION);
	json_word(&j, "kind", stuck->pile ? "pile" : "stuck");
	json_word(&j, "state", state_key(c->state));
	json_u64(&j, "netns", c->netns);
	if (!stuck->pile || c->role == CONN_PASSIVE) {
		put_end(&j, "local_address", laddr);
		json_u64(&j, "local_port", c->lport);
	}
	if (!stuck->pile || c->role != CONN_PASSIVE) {
		put_end(&j, "remote_address", raddr);
		json_u64(&j, "remote_port", c->rport);
	}
	if (stuck->pile) {
		json_u64(&j, "count", stuck->pile);
	} else {
		json_fixed(&j, "age_seconds", (int64_t)stuck->age_ns, 9);
		json_bool(&j, "age_at_least", c->flags & CONN_AT_LEAST);
		put_connection(o, &j, c);
		put_holders(&j, &words);
	}
	json_word(&j, "verdict", words.verdict.name);
	json_str(&j, "sentence", words.verdict.sentence);
	json_str(&j, "remedy", words.verdict.remedy);
	json_end(&j);
}
