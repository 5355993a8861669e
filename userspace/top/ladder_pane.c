// SPDX-License-Identifier: GPL-2.0
/* The ladder of one connection, from all that is on record of it. */
#include <errno.h>

#include "userspace/diagnose/unrecorded.h"
#include "userspace/session/follow.h"
#include "userspace/top/top.h"
#include "userspace/explain/conversation.h"
#include "userspace/print/ladder_out.h"

static int collect(void *conversations, const struct tcptrail_record *records, size_t count)
{
	return conversations_feed(conversations, records, count);
}

static int draw_newest(const struct top *top, struct tcptrail *trail,
		       struct conversations *conversations, struct buf *out)
{
	const struct follow f = {
		.trail = trail,
		.once = true,
		.records = collect,
		.context = conversations,
	};
	struct ladder_style style = { .ascii = top->grid.ascii, .clock = top->clock };
	const struct conversation *list;
	size_t count;
	int err = follow(&f);

	/* A file that is cut off tells of what it holds. */
	if (err && err != -EBADMSG)
		return err;
	err = conversations_sort(conversations, &list, &count);
	if (err)
		return err;
	return count ? ladder_print(out, &style, LADDER_AS_TEXT, &list[count - 1]) : -ENOENT;
}

int top_ladder(const struct top *top, const char *text, struct buf *out)
{
	struct tcptrail *trail = NULL;
	struct conversations *conversations = NULL;
	struct tcptrail_info info = { 0 };
	struct selector selector;
	int err = selector_parse(&selector, text);

	/* One of its own: history once more, and this one's place stays where it is. */
	if (!err)
		err = source_try(&top->source, &trail);
	if (!err)
		err = conversations_create(&conversations, &selector);
	if (!err) {
		tcptrail_get_info(trail, &info);
		if (unrecorded_lives(&info))
			conversations_incomplete(conversations);
		err = draw_newest(top, trail, conversations, out);
	}
	conversations_free(conversations);
	tcptrail_close(trail);
	return err;
}
