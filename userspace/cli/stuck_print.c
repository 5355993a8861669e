// SPDX-License-Identifier: GPL-2.0
/* tcptrail stuck: who holds what was found, and all of it on standard output. */
#include "userspace/cli/stuck.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "userspace/session/message.h"
#include "userspace/print/stuck_out.h"

static void tell_summary(const struct stuck_run *run, struct buf *out, size_t count)
{
	const struct tracker_stats *stats = tracker_stats(run->session.tracker);

	if (!count)
		buf_str(out, "Nothing is stuck.\n");
	else
		buf_printf(out, "\n%zu stuck.\n", count);
	if (stats->lost)
		buf_printf(out,
			   "%llu records were lost: an age may be too long where the trail alone "
			   "tells it.\n",
			   (unsigned long long)stats->lost);
}

static void print_groups(const struct stuck_run *run, const struct stuck_out *o,
			 const struct stuck_groups *groups, struct buf *out)
{
	size_t i;

	if (!run->json && groups->count)
		stuck_text_header(out);
	for (i = 0; i < groups->count; i++) {
		if (run->json)
			stuck_json_group(o, out, &groups->groups[i]);
		else
			stuck_text_group(o, out, &groups->groups[i]);
	}
}

/* Who holds them, and how the leaks among them grow: live only. */
static int look_around(const struct stuck_run *run, const struct stuck *list, size_t count,
		       const struct kernel_view *kernel, struct owners *owners, struct stuck_out *o,
		       struct process_leak **leaks)
{
	struct stat st;
	int err = stuck_owners(run->session.tracker, list, count, owners);

	if (err)
		return cmd_fail("/proc: %s", strerror(-err));
	o->owners = owners;
	o->kernel = kernel;
	if (!stat("/proc/self/ns/net", &st))
		o->home_netns = (uint32_t)st.st_ino;
	if (stuck_leaks(o, &run->query, leaks, &o->leak_count))
		return cmd_fail("%s", strerror(ENOMEM));
	o->leaks = *leaks;
	if (owners->unreadable)
		cmd_note("the descriptors of %zu processes cannot be seen: run it as root",
			 owners->unreadable);
	return CMD_OK;
}

int stuck_print(struct stuck_run *run, const struct stuck *list, size_t count)
{
	struct stuck_out o = { .tracker = run->session.tracker };
	struct stuck_groups groups = { 0 };
	struct owners owners = { 0 };
	struct process_leak *leaks = NULL;
	struct kernel_view kernel = session_kernel(&run->session);
	struct buf out;
	int status = run->source.file ? CMD_OK :
					look_around(run, list, count, &kernel, &owners, &o, &leaks);

	buf_init(&out, stdout);
	if (!status && stuck_groups_make(&groups, &o, list, count, run->all))
		status = cmd_fail("%s", strerror(ENOMEM));
	if (!status)
		print_groups(run, &o, &groups, &out);
	if (!run->json && !status)
		tell_summary(run, &out, count);
	if (cmd_flush(&out))
		status = CMD_FAILED;
	buf_free(&out);
	stuck_groups_free(&groups);
	owners_free(&owners);
	free(leaks);
	return status;
}
