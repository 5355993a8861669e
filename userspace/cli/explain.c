// SPDX-License-Identifier: GPL-2.0
/* tcptrail explain: one connection as the textbook's ladder, and what happened in words. */
#include "userspace/cli/cmd.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/base/utf8.h"
#include "userspace/session/message.h"
#include "userspace/session/session.h"
#include "userspace/diagnose/unrecorded.h"
#include "userspace/explain/conversation.h"
#include "userspace/print/ladder_out.h"

static const char usage[] =
	"Usage: tcptrail explain SELECTOR [OPTION...]\n\n"
	"Draw a connection as in a textbook: what each end sent, when, with which numbers, and\n"
	"in which state that left both ends. Say in a few sentences what happened.\n\n"
	"SELECTOR is one of:\n"
	"  :80                       a port of either end\n"
	"  10.0.0.2                  an address of either end\n"
	"  10.0.0.2:80               both of one end\n"
	"  10.0.0.1:40312 10.0.0.2:80   both ends, in either order; or with - between them\n"
	"  sk:1267                   a socket, as `ss -e` shows it\n"
	"  cookie:4711               the same, as watch --json does\n\n";

/**
 * struct explain - a running command
 * @source: which trail
 * @picture: from --svg
 * @selector: as typed
 * @both: two ends that were typed apart, as one selector
 * @conversations: the records that match
 */
struct explain {
	struct source source;
	const char *picture;
	const char *selector;
	char both[160];
	struct conversations *conversations;
	struct ladder_style style;
	struct buf out;
	bool last;
	bool all;
	bool json;
};

static int collect(void *arg, const struct tcptrail_record *records, size_t count)
{
	struct explain *e = arg;

	return conversations_feed(e->conversations, records, count);
}

static int draw(struct explain *e, const struct conversation *conversation)
{
	int err = ladder_print(&e->out, &e->style,
			       e->picture ? LADDER_AS_SVG :
			       e->json	  ? LADDER_AS_JSON :
					    LADDER_AS_TEXT,
			       conversation);

	return err && !e->out.error ? cmd_fail("%s", strerror(-err)) : CMD_OK;
}

static const struct conversation *choose(const struct explain *e, const struct conversation *list,
					 size_t count)
{
	size_t i;

	for (i = count; i-- > 0 && !e->last;)
		if (list[i].complete)
			return &list[i];
	return &list[count - 1];
}

static int draw_wanted(struct explain *e)
{
	const struct conversation *list, *one;
	size_t i, count;
	int status = CMD_OK;
	int err = conversations_sort(e->conversations, &list, &count);

	if (err)
		return cmd_fail("%s", strerror(-err));
	if (conversations_dropped(e->conversations))
		cmd_note("%s: too many records match: the oldest %zu were left out", e->selector,
			 conversations_dropped(e->conversations));
	if (!count)
		return cmd_fail(
			"%s: no connection on record matches; to see what there is: tcptrail "
			"watch %s%s",
			e->selector, e->source.file ? "-i " : "--history --no-follow",
			e->source.file ? e->source.file : "");
	if (!e->all) {
		one = choose(e, list, count);
		status = draw(e, one);
		if (count > 1)
			cmd_note("%zu other connection%s match%s %s: --all shows them", count - 1,
				 count == 2 ? "" : "s", count == 2 ? "es" : "", e->selector);
		return status;
	}
	for (i = 0; i < count && !status; i++) {
		if (i && !e->json)
			buf_char(&e->out, '\n');
		status = draw(e, &list[i]);
	}
	return status;
}

/* The picture, once it is whole. */
static int save(struct explain *e)
{
	bool to_stdout = !strcmp(e->picture, "-");
	FILE *file = to_stdout ? stdout : fopen(e->picture, "w");
	const char *svg = buf_string(&e->out);
	int err = 0;

	if (!file)
		return cmd_fail("%s: %s", e->picture, strerror(errno));
	if (fputs(svg, file) < 0 || fflush(file))
		err = errno;
	if (!to_stdout && fclose(file) && !err)
		err = errno;
	if (err && !(to_stdout && err == EPIPE))
		return cmd_fail("%s: %s", to_stdout ? "standard output" : e->picture,
				strerror(err));
	return CMD_OK;
}

/* Before the trail is read: can a picture go there? 0 or -errno. */
static int check_place(const char *path)
{
	const char *name = strrchr(path, '/');
	char directory[PATH_MAX] = ".";
	struct stat st;

	if (!strcmp(path, "-"))
		return 0;
	if (strlen(path) >= sizeof(directory))
		return -ENAMETOOLONG;
	if (name)
		snprintf(directory, sizeof(directory), "%.*s/", (int)(name - path), path);
	if (!path[0])
		return -ENOENT;
	if (!stat(path, &st))
		return S_ISDIR(st.st_mode) ? -EISDIR : access(path, W_OK) ? -errno : 0;
	if (errno != ENOENT)
		return -errno;
	return access(directory, W_OK | X_OK) ? -errno : 0;
}

static int parse(struct explain *e, struct selector *selector, int argc, char *argv[])
{
	const struct option_row rows[] = {
		option_flag("--last",
			    "draw the most recent match, even if it is not complete\n"
			    "(default: the most recent complete one, if there is one)",
			    &e->last),
		option_flag("--all", "draw all that match, oldest first", &e->all),
		option_flag("--absolute",
			    "print sequence numbers as on the wire, not as x, y, u, w",
			    &e->style.absolute),
		option_flag("--ascii", "print ASCII characters only", &e->style.ascii),
		option_string("--svg FILE",
			      "write a picture to put into a ticket (- is standard output)",
			      &e->picture),
		option_flag("--json", "print JSON Lines, see tcptrail-explain(1)", &e->json),
		option_string("-i FILE", "read a file of tcptrail record", &e->source.file),
		option_device(&e->source),
		{ 0 },
	};
	int err, status = options_parse(usage, rows, argc, argv);

	if (status)
		return status;
	err = e->picture ? check_place(e->picture) : 0;
	if (err)
		return cmd_usage("--svg %s: %s: has to be a file to write to, or -", e->picture,
				 strerror(-err));
	e->selector = argv[optind];
	if (!e->selector)
		return cmd_usage(
			"needs a SELECTOR: :PORT, ADDRESS, ADDRESS:PORT, A:P-B:Q or cookie:N");
	if (argv[optind + 1]) {
		if (argv[optind + 2])
			return cmd_usage("%s: one connection at a time, by one end or both",
					 argv[optind + 2]);
		snprintf(e->both, sizeof(e->both), "%s-%s", e->selector, argv[optind + 1]);
		e->selector = e->both;
	}
	if (selector_parse(selector, e->selector))
		return cmd_usage("%s: has to be :PORT, ADDRESS, ADDRESS:PORT, A:P-B:Q or cookie:N",
				 e->selector);
	if (e->picture && (e->all || e->json))
		return cmd_usage("--svg %s: one picture of one connection, so not with --%s; "
				 "A:P-B:Q names one",
				 e->picture, e->all ? "all" : "json");
	e->style.ascii |= !utf8_output;
	utf8_output = e->picture || e->json || !e->style.ascii;
	return source_check(&e->source, NULL);
}

static int explain(struct explain *e, struct session *session)
{
	int err, status = CMD_OK, drawn;

	clock_init(&e->style.clock, session->origin.realtime_offset_ns, e->json);
	err = session_catch_up(session);
	if (err == -ENOMEM)
		return cmd_fail("%s", strerror(ENOMEM));
	/* A file that is cut off still tells of what it holds. */
	if (err)
		status = source_failed(&e->source, err);
	buf_init(&e->out, e->picture ? NULL : stdout);
	drawn = draw_wanted(e);
	if (!drawn && e->picture)
		drawn = save(e);
	else if (cmd_flush(&e->out))
		drawn = CMD_FAILED;
	buf_free(&e->out);
	return status ? status : drawn;
}

int cmd_explain(int argc, char *argv[])
{
	struct explain e = { 0 };
	struct session_config config = { .records = collect, .arg = &e };
	struct session session;
	struct selector selector;
	int status = parse(&e, &selector, argc, argv);

	if (status)
		return status;
	config.source = e.source;
	config.source.history = true;
	status = session_open(&session, &config);
	if (!status && conversations_create(&e.conversations, &selector))
		status = cmd_fail("%s", strerror(ENOMEM));
	if (!status && unrecorded_lives(&session.info))
		conversations_incomplete(e.conversations);
	if (!status)
		status = explain(&e, &session);
	conversations_free(e.conversations);
	session_close(&session);
	return status;
}
