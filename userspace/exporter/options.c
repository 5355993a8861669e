// SPDX-License-Identifier: GPL-2.0
/*
 * The exporter's options: the table, what goes together, and the sockets to listen at. They
 * are opened here, while there is the right to take a port below 1024.
 */
#include "userspace/exporter/options.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "userspace/base/time.h"
#include "userspace/session/message.h"
#include "userspace/exporter/privileges.h"
#include "userspace/exporter/listen.h"
#include "userspace/exporter/service.h"
#include "userspace/exporter/textfile.h"
#include "userspace/conn/tracker.h"

static const char usage[] = "Usage: tcptrail export [OPTION...]\n\n"
			    "Serve metrics to Prometheus, at http://" LISTEN_DEFAULT
			    "/metrics. tcptrail-metrics(5) has\n"
			    "their names, tcptrail-export(1) the rest.\n\n";

#define INTERVAL_NS (15 * SEC)
#define UNITS_DEFAULT 50

/* As the table of options says it. */
_Static_assert(GROUPS_PORTS_MAX == 16 && GROUPS_UNITS_MAX == 200, "the help says other limits");
_Static_assert(TRACKER_CONNS_DEFAULT == 2097152 && TRACKER_CONNS_MAX == 16777216, "likewise");

static int set_ports(const struct option_row *row, const char *value)
{
	struct export_options *o = row->to;
	uint16_t ports[GROUPS_PORTS_MAX];
	struct filter f = { 0 };

	if (filter_add(&f, FILTER_PORT, value) || f.count > GROUPS_PORTS_MAX)
		return -EINVAL;
	for (unsigned int i = 0; i < f.count; i++)
		ports[i] = (uint16_t)f.values[i].number;
	return groups_by_port(o->groups, ports, f.count);
}

static int set_units(const struct option_row *row, const char *value)
{
	struct export_options *o = row->to;
	uint64_t n = UNITS_DEFAULT;
	const struct option_row number = option_number("", "", "", &n, 1, GROUPS_UNITS_MAX);

	if (value && number.set(&number, value))
		return -EINVAL;
	o->units = units_create();
	return o->units ? groups_by_unit(o->groups, (unsigned int)n, units_name, o->units) :
			  -ENOMEM;
}

static int set_listen(const struct option_row *row, const char *value)
{
	struct export_options *o = row->to;
	struct sockaddr_storage address;
	int fd, len = listen_parse(&address, value);

	if (len < 0)
		return len;
	if (o->fds_count == EXPORT_LISTEN_MAX)
		return cmd_usage("--listen %s: %d at most", value, EXPORT_LISTEN_MAX);
	fd = listen_open(&address, (socklen_t)len);
	if (fd < 0)
		return cmd_fail("%s: %s%s", value, strerror(-fd),
				fd == -EADDRINUSE ? ": does another exporter run?" : "");
	o->fds[o->fds_count++] = fd;
	return 0;
}

static int access_directory(const char *path)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -1 : close(fd);
}

/* What goes with what, and where to listen if nobody says so. */
static int settle(struct export_options *o)
{
	int fd, given = service_listening();
	struct privileges_user user;

	if (o->replay && !o->source.file)
		return cmd_usage("--replay: serves a recorded trail: give it with -i FILE");
	if (o->once && o->textfile)
		return cmd_usage("--once: prints; --textfile %s writes: one of them", o->textfile);
	if (o->textfile && access_directory(o->textfile))
		return cmd_usage("--textfile %s: %s: has to be a directory", o->textfile,
				 strerror(errno));
	if (o->user && privileges_find_user(&user, o->user))
		return cmd_usage("--user %s: has to be a user of this machine", o->user);
	if (o->source.file && !o->replay)
		o->once = 1;
	if (o->once)
		return CMD_OK;
	for (fd = SERVICE_FIRST_FD; given-- && o->fds_count < EXPORT_LISTEN_MAX; fd++)
		o->fds[o->fds_count++] = fd;
	return o->fds_count || o->textfile ?
		       CMD_OK :
		       set_listen(&(struct option_row){ .to = o }, LISTEN_DEFAULT);
}

int export_options_parse(struct export_options *o, int argc, char *argv[])
{
	const struct option_row rows[] = {
		option_other("--listen ADDR:PORT",
			     "listen there instead; [::1]:9714 for IPv6; may be repeated",
			     "ADDR:PORT, in numbers: 127.0.0.1:9714, 0.0.0.0:9714, [::1]:9714",
			     set_listen, o),
		option_string("--textfile DIR",
			      "serve no HTTP: write DIR/" TEXTFILE_NAME " for node_exporter",
			      &o->textfile),
		option_span("--interval T", "write it so often (15s)", "a time from 1s: 15s, 1m",
			    &o->interval_ns, SEC, 0),
		option_flag("--stuck", "offer /stuck, which names processes", &o->stuck),
		option_other("--by-port N,N...",
			     "count by port, too: up to 16 ports, the rest is \"other\"",
			     "ports with commas, 16 ports at most: 80,443", set_ports, o),
		option_other("--by-unit[=N]",
			     "count by systemd unit or container: the first N (50; up to 200)",
			     "a number from 1 to 200", set_units, o),
		option_string("--user NAME",
			      "become this user once the device is open, if started as root\n"
			      "(tcptrail if there is one, else nobody)",
			      &o->user),
		option_number("--max-connections N",
			      "keep so many connections in memory (2097152), 200 bytes each",
			      "a number from 1 to 16777216", &o->max_conns, 1, TRACKER_CONNS_MAX),
		option_flag("--once", "print the numbers as they are now, and end", &o->once),
		option_string("-i FILE", "print the numbers of a recorded trail, and end",
			      &o->source.file),
		option_flag("--replay", "serve the numbers of -i FILE, until a signal comes",
			    &o->replay),
		option_device(&o->source),
		{ 0 },
	};
	int status;

	o->interval_ns = INTERVAL_NS;
	o->max_conns = TRACKER_CONNS_DEFAULT;
	o->groups = groups_create();
	if (!o->groups)
		return cmd_fail("%s", strerror(ENOMEM));
	status = options_parse(usage, rows, argc, argv);
	if (!status)
		status = source_check(&o->source, argv[optind]);
	o->source.history = true;
	return status ? status : settle(o);
}

void export_options_free(struct export_options *o)
{
	groups_free(o->groups);
	units_free(o->units);
}
