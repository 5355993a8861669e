// SPDX-License-Identifier: GPL-2.0
#include "userspace/exporter/options.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "userspace/base/time.h"
#include "userspace/session/cmd.h"
#include "userspace/exporter/privileges.h"
#include "userspace/exporter/listen.h"
#include "userspace/exporter/service.h"
#include "userspace/exporter/textfile.h"
#include "userspace/conn/tracker.h"
#include "userspace/base/duration.h"

const char export_options_help[] =
	"Usage: tcptrail export [OPTION...]\n\n"
	"Numbers for Prometheus, at http://" LISTEN_DEFAULT "/metrics. tcptrail-metrics(5) has\n"
	"their names, tcptrail-export(1) the rest.\n\n"
	"  --listen ADDR:PORT   there instead; [::1]:9714 for IPv6; may be repeated\n"
	"  --textfile DIR       not by HTTP: write DIR/" TEXTFILE_NAME " for node_exporter\n"
	"  --interval T         so often (15s)\n"
	"  --stuck              offer /stuck, which names processes\n"
	"  --by-port N,N...     sockets by port, too: up to 16 ports, the rest is \"other\"\n"
	"  --by-unit[=N]        by systemd unit or container: the first N (50; up to 200)\n"
	"  --user NAME          started as root, be this user once the device is open\n"
	"                       (tcptrail if there is one, else nobody)\n"
	"  --max-connections N  keep so many in memory (2097152), 200 bytes each\n"
	"  --once               print the numbers as they are now, and end\n"
	"  -i FILE              the numbers of a recorded trail: print them, and end\n"
	"  --replay             serve them instead, until a signal comes\n"
	"  --device PATH        another device than " TCPTRAIL_DEVICE "\n";

#define INTERVAL_NS (15 * SEC)
#define UNITS_DEFAULT 50

static int take_ports(struct export_options *o, const char *s)
{
	uint16_t ports[GROUPS_PORTS_MAX];
	unsigned int count = 0;
	const char *at = s;
	unsigned long n;
	char *end;

	for (;; at = end + 1) {
		n = *at >= '0' && *at <= '9' ? strtoul(at, &end, 10) : 0;
		if (!n || n > 65535 || (*end && *end != ','))
			return cmd_usage("--by-port %s: has to be ports with commas: 80,443", s);
		if (count == GROUPS_PORTS_MAX)
			return cmd_usage("--by-port %s: has to be %d ports at most", s,
					 GROUPS_PORTS_MAX);
		ports[count++] = (uint16_t)n;
		if (!*end)
			break;
	}
	return groups_by_port(o->groups, ports, count) ? cmd_fail("%s", strerror(ENOMEM)) : CMD_OK;
}

static int take_units(struct export_options *o, const char *s)
{
	uint64_t n = UNITS_DEFAULT;
	char *end;

	if (s) {
		n = *s >= '0' && *s <= '9' ? strtoull(s, &end, 10) : 0;
		if (!n || *end || n > GROUPS_UNITS_MAX)
			return cmd_usage("--by-unit=%s: has to be a number from 1 to %d", s,
					 GROUPS_UNITS_MAX);
	}
	o->units = units_create(NULL);
	if (!o->units || groups_by_unit(o->groups, (unsigned int)n, units_name, o->units))
		return cmd_fail("%s", strerror(ENOMEM));
	return CMD_OK;
}

static int take_listen(struct export_options *o, const char *s)
{
	struct sockaddr_storage address;
	int len = listen_parse(&address, s);
	int fd;

	if (len < 0)
		return cmd_usage("--listen %s: has to be ADDR:PORT, in numbers: 127.0.0.1:9714, "
				 "0.0.0.0:9714, [::1]:9714",
				 s);
	if (o->fds_count == EXPORT_LISTEN_MAX)
		return cmd_usage("--listen %s: %d at most", s, EXPORT_LISTEN_MAX);
	fd = listen_open(&address, (socklen_t)len);
	if (fd < 0)
		return cmd_fail("%s: %s%s", s, strerror(-fd),
				fd == -EADDRINUSE ? ": does another exporter run?" : "");
	o->fds[o->fds_count++] = fd;
	return CMD_OK;
}

static int take_max(struct export_options *o, const char *s)
{
	char *end;

	o->max_conns = *s >= '0' && *s <= '9' ? strtoull(s, &end, 10) : 0;
	if (!o->max_conns || *end || o->max_conns > TRACKER_CONNS_MAX)
		return cmd_usage("--max-connections %s: has to be a number from 1 to %u", s,
				 TRACKER_CONNS_MAX);
	return CMD_OK;
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

	if (o->replay && !o->file)
		return cmd_usage("--replay: serves a recorded trail: give it with -i FILE");
	if (o->file && o->device)
		return cmd_usage("-i %s: a file has no --device", o->file);
	if (o->once && o->textfile)
		return cmd_usage("--once: prints; --textfile %s writes: one of them", o->textfile);
	if (o->textfile && access_directory(o->textfile))
		return cmd_usage("--textfile %s: %s: has to be a directory", o->textfile,
				 strerror(errno));
	if (o->user && privileges_find_user(&user, o->user))
		return cmd_usage("--user %s: has to be a user of this machine", o->user);
	if (o->file && !o->replay)
		o->once = 1;
	if (o->once)
		return CMD_OK;
	for (fd = SERVICE_FIRST_FD; given-- && o->fds_count < EXPORT_LISTEN_MAX; fd++)
		o->fds[o->fds_count++] = fd;
	return o->fds_count || o->textfile ? CMD_OK : take_listen(o, LISTEN_DEFAULT);
}

int export_options_take(struct export_options *o, int argc, char *argv[])
{
	enum { LISTEN = 256, TEXTFILE, INTERVAL, BY_PORT, BY_UNIT, USER, MAX, DEVICE };
	const struct option options[] = {
		{ "listen", required_argument, NULL, LISTEN },
		{ "textfile", required_argument, NULL, TEXTFILE },
		{ "interval", required_argument, NULL, INTERVAL },
		{ "by-port", required_argument, NULL, BY_PORT },
		{ "by-unit", optional_argument, NULL, BY_UNIT },
		{ "user", required_argument, NULL, USER },
		{ "max-connections", required_argument, NULL, MAX },
		{ "device", required_argument, NULL, DEVICE },
		{ "stuck", no_argument, &o->stuck, 1 },
		{ "once", no_argument, &o->once, 1 },
		{ "replay", no_argument, &o->replay, 1 },
		{ 0 },
	};
	int option, status = CMD_OK;

	o->interval_ns = INTERVAL_NS;
	if (groups_create(&o->groups))
		return cmd_fail("%s", strerror(ENOMEM));
	while (!status && (option = getopt_long(argc, argv, ":i:", options, NULL)) != -1) {
		switch (option) {
		case 0:
			break;
		case 'i':
			o->file = optarg;
			break;
		case LISTEN:
			status = take_listen(o, optarg);
			break;
		case TEXTFILE:
			o->textfile = optarg;
			break;
		case INTERVAL:
			if (duration_parse(optarg, &o->interval_ns) || o->interval_ns < SEC)
				return cmd_usage("--interval %s: has to be a time from 1s: 15s, 1m",
						 optarg);
			break;
		case BY_PORT:
			status = take_ports(o, optarg);
			break;
		case BY_UNIT:
			status = take_units(o, optarg);
			break;
		case USER:
			o->user = optarg;
			break;
		case MAX:
			status = take_max(o, optarg);
			break;
		case DEVICE:
			o->device = optarg;
			break;
		default:
			return cmd_bad_option(argv);
		}
	}
	if (!status && argv[optind])
		return cmd_usage("%s: takes options only", argv[optind]);
	return status ? status : settle(o);
}

void export_options_free(struct export_options *o)
{
	groups_free(o->groups);
	units_free(o->units);
}
