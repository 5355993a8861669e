// SPDX-License-Identifier: GPL-2.0
/*
 * What one line has no room for: each end's owner and namespace, handshake and
 * teardown step by step, payload, and why it ended.
 */
#include <inttypes.h>
#include <string.h>

#include "userspace/print/life_out.h"
#include "userspace/base/duration.h"
#include "userspace/base/number.h"
#include "userspace/base/text.h"

#define INDENT "      "

/* ", SYN-ACK in 20ms": a step, and how long it took; nothing where that is not known. */
static void say_step(struct buf *out, uint64_t ns, const char *step)
{
	if (!ns)
		return;
	buf_printf(out, ", %s %s", step, number_text(put_brief, ns).s);
}

static void say_task(struct buf *out, const char *did, const struct task *task)
{
	buf_str(out, did);
	buf_task(out, task->comm, task->pid);
}

static void say_end(struct buf *out, const struct tracker *tracker, const struct conn *c,
		    const char *name)
{
	const struct task *opener = tracker_task(tracker, c->opener);
	const struct task *owner = tracker_task(tracker, c->owner);

	buf_printf(out, "  %s  netns %" PRIu32 ", cookie %" PRIu64, name, c->netns, c->cookie);
	if (c->flags & CONN_OWNED)
		buf_printf(out, ", uid %" PRIu32, c->uid);
	if (c->cgroup)
		buf_printf(out, ", cgroup %" PRIu64, c->cgroup);
	buf_char(out, '\n');
	if (c->flags & CONN_MPTCP)
		buf_str(out, INDENT
			"mptcp   a subflow: who accepts, reads and closes it is not known\n");
	if (!opener && !owner)
		return;
	buf_str(out, INDENT "task    ");
	if (opener)
		say_task(out,
			 c->role == CONN_PASSIVE  ? "accepted by " :
			 c->role == CONN_LISTENER ? "accepted last by " :
						    "opened by ",
			 opener);
	if (opener && owner && c->owner != c->opener)
		buf_str(out, ", ");
	if (owner && c->owner != c->opener)
		say_task(out, "last used by ", owner);
	buf_char(out, '\n');
}

static void say_open(struct buf *out, const struct conn *c, const struct timing *life)
{
	bool passive = c->role == CONN_PASSIVE;

	if (!life->synack && !life->handshake && !life->accept_wait)
		return;
	buf_printf(out, INDENT "opened  %s",
		   !life->synack && !life->handshake ? "established" :
		   passive			     ? "SYN in" :
						       "SYN out");
	say_step(out, life->synack, passive ? "SYN-ACK out" : "SYN-ACK in");
	if (life->synack)
		say_step(out, life->answer, passive ? "ACK in" : "established");
	else
		say_step(out, life->handshake, "established");
	say_step(out, life->accept_wait, life->unaccepted ? "never accepted" : "accept()");
	buf_char(out, '\n');
}

static void say_close(struct buf *out, const struct timing *life)
{
	bool peer = life->closer == CONN_CLOSER_PEER;

	if (!life->half_close && !life->first_ack && !life->time_wait)
		return;
	buf_str(out, INDENT "closed ");
	if (life->closer == CONN_CLOSER_BOTH)
		buf_str(out, " FINs crossed");
	else
		buf_str(out, peer ? " FIN in" : " FIN out");
	if (life->closed && !life->second_fin) { /* both in one segment */
		say_step(out, life->first_ack, peer ? "FIN,ACK out" : "FIN,ACK in");
	} else {
		say_step(out, life->first_ack, peer ? "ACK out" : "ACK in");
		say_step(out, life->second_fin, peer ? "FIN out" : "FIN in");
	}
	say_step(out, life->second_ack, peer ? "ACK in" : "ACK out");
	if (life->half_close)
		buf_printf(out, "; half-closed %s", number_text(put_brief, life->half_close).s);
	if (life->time_wait)
		buf_printf(out, "; TIME-WAIT %s", number_text(put_brief, life->time_wait).s);
	buf_char(out, '\n');
}

static void say_bytes(struct buf *out, const struct conn *c)
{
	if (c->flags & CONN_HAS_BYTES) {
		buf_printf(out, INDENT "bytes   %s sent, %s received",
			   number_text(put_grouped, c->sent).s,
			   number_text(put_grouped, c->received).s);
	} else if (c->retrans_total) {
		buf_str(out, INDENT "bytes   not known");
	} else {
		return;
	}
	if (c->retrans_total)
		buf_printf(out, "; %u segment%s sent again", c->retrans_total,
			   plural(c->retrans_total));
	buf_char(out, '\n');
}

void life_parts(struct buf *out, const struct tracker *tracker, const struct conn_pair *pair)
{
	static const char *const names[] = { "client", "server" };
	struct buf sentence;
	unsigned int i;

	for (i = 0; i < pair->count; i++) {
		say_end(out, tracker, pair->ends[i].c, pair->count > 1 ? names[i] : "here");
		say_open(out, pair->ends[i].c, &pair->ends[i].timing);
		say_close(out, &pair->ends[i].timing);
		say_bytes(out, pair->ends[i].c);
	}
	buf_init(&sentence, NULL);
	life_sentence(&sentence, pair);
	buf_paragraph(out, buf_string(&sentence), 2);
	buf_free(&sentence);
}
