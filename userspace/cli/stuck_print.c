// SPDX-License-Identifier: GPL-2.0
/* tcptrail stuck: who holds what was found, and all of it on standard output. */
#include "userspace/cli/stuck.h"

#include <errno.h>
#include <string.h>

#include "userspace/session/message.h"
#include "userspace/print/stuck_out.h"

/* A burst that does no harm, or what was asked for by its state, is listed only. */
static void tell_summary(struct buf *out, const struct stuck_result *result)
{
	const struct tracker_stats *stats = tracker_stats(result->query.tracker);

	if (result->count)
		buf_char(out, '\n');
	if (!result->stuck)
		buf_printf(out, "Nothing is stuck%s.\n",
			   result->query.kernel ? "" : ", as far as records tell");
	else
		buf_printf(out, "%llu stuck.\n", (unsigned long long)result->stuck);
	if (stats->lost)
		buf_printf(out,
			   "%llu records were lost: where the trail alone tells, an age may be too "
			   "long, and what is told may be over.\n",
			   (unsigned long long)stats->lost);
}

static void print_groups(bool json, const struct stuck_out *o, const struct stuck_groups *groups,
			 struct buf *out)
{
	size_t i;

	if (!json && groups->count)
		stuck_text_header(out);
	for (i = 0; i < groups->count; i++)
		(json ? stuck_json : stuck_text)(o, out, &groups->groups[i]);
}

/* Who holds them, and how the leaks among them grow: live only. */
static int find_holders(const struct stuck_result *result, struct holders *holders,
			struct stuck_out *o)
{
	int err = holders_find(holders, result);

	if (err)
		return cmd_fail("/proc: %s", strerror(-err));
	o->holders = holders;
	if (holders->owners.unreadable)
		cmd_note("the descriptors of %zu processes cannot be seen: run it as root",
			 holders->owners.unreadable);
	return CMD_OK;
}

int stuck_print(const struct stuck_run *run, const struct stuck_result *result)
{
	struct stuck_out o = {
		.tracker = result->query.tracker,
		.now_ns = result->query.now_ns,
		.kernel = result->query.kernel,
		.home_netns = run->session.origin.netns,
	};
	struct stuck_groups groups = { 0 };
	struct holders holders = { 0 };
	struct buf out;
	int status = run->source.file ? CMD_OK : find_holders(result, &holders, &o);

	buf_init(&out, stdout);
	if (!status && stuck_groups_make(&groups, result, o.holders, run->all))
		status = cmd_fail("%s", strerror(ENOMEM));
	if (!status)
		print_groups(run->json, &o, &groups, &out);
	if (!run->json && !status)
		tell_summary(&out, result);
	if (cmd_flush(&out))
		status = CMD_FAILED;
	buf_free(&out);
	stuck_groups_free(&groups);
	holders_free(&holders);
	return status;
}
