// SPDX-License-Identifier: GPL-2.0
/*
 * Which trail is read: the options that say so, what goes together, and what went wrong, each
 * with what to do.
 */
#include "userspace/session/source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "userspace/session/message.h"

struct option_row option_device(struct source *source)
{
	return option_string("--device PATH", "read another device than " TCPTRAIL_DEVICE,
			     &source->device);
}

struct option_row option_no_follow(struct source *source)
{
	return option_flag("--no-follow", "stop after what is recorded already (with --history)",
			   &source->once);
}

struct option_row option_duration(struct source *source)
{
	return option_span("--duration T", "stop after T: 3 (seconds), 500ms, 10m",
			   "a time above 0: 3, 500ms, 10m", &source->duration_ns, 1, 0);
}

struct option_row option_count(const char *help, uint64_t *to)
{
	return option_number("--count N", help, "a number from 1", to, 1, 0);
}

int source_check(const struct source *source, const char *extra)
{
	if (extra)
		return cmd_usage("%s: takes options only", extra);
	if (source->file && source->device)
		return cmd_usage("-i %s: a file has no --device", source->file);
	if (source->file && source->history)
		return cmd_usage("-i %s: a file has no --history: it is read from its start",
				 source->file);
	return CMD_OK;
}

static const char *device_of(const struct source *source)
{
	return source->device ? source->device : TCPTRAIL_DEVICE;
}

/* "none [integrity] confidentiality": which one is in force? False if none is. */
static bool is_locked_down(char mode[16])
{
	FILE *file = fopen("/sys/kernel/security/lockdown", "re");
	bool found = file && fscanf(file, "%*[^[][%15[a-z]", mode) == 1;

	if (file)
		fclose(file);
	return found;
}

static int device_is_missing(const char *path)
{
	char mode[16];

	if (is_locked_down(mode))
		return cmd_fail("%s: not there: is the module loaded? This kernel is locked down "
				"(%s): it takes only modules that are signed with a key that it "
				"trusts (see tcptrail(1), LOADING)",
				path, mode);
	return cmd_fail("%s: not there: is the module loaded? Try: modprobe tcptrail", path);
}

static int device_failed(const char *path, int err)
{
	switch (-err) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
		return device_is_missing(path);
	case EACCES:
		return cmd_fail("%s: no permission: it takes root, or the group that owns the "
				"device (see tcptrail(1), PERMISSIONS)",
				path);
	case EPERM:
		return cmd_fail("%s: not from here: it shows all of the machine, so it takes the "
				"initial user and network namespaces; run this on the host",
				path);
	case EPROTO:
		return cmd_fail("%s: the module speaks another ABI than %d, this program's: "
				"install both from one version, then reload the module",
				path, TCPTRAIL_ABI_MAJOR);
	case ENOTTY:
		return cmd_fail("%s: no tcptrail device: give %s, or a recorded trail with -i",
				path, TCPTRAIL_DEVICE);
	case EBADMSG:
		return cmd_fail("%s: the module's account of its rings makes no sense: "
				"install module and program from one version",
				path);
	default:
		return cmd_fail("%s: %s", path, strerror(-err));
	}
}

static int file_failed(const char *path, int err)
{
	switch (-err) {
	case ENOENT:
		return cmd_fail("%s: no such file: give one that tcptrail record wrote", path);
	case EBADMSG:
		return cmd_fail("%s: not a trail: give a file that tcptrail record wrote", path);
	case EPROTO:
		return cmd_fail("%s: a trail of another version: read it with the tcptrail that "
				"recorded it, or a newer one",
				path);
	default:
		return cmd_fail("%s: %s", path, strerror(-err));
	}
}

int source_try(const struct source *source, struct tcptrail **trail)
{
	if (source->file)
		return tcptrail_open_file(trail, source->file);
	return tcptrail_open_device(trail, device_of(source),
				    source->history ? TCPTRAIL_FROM_HISTORY : TCPTRAIL_FROM_NOW);
}

int source_open(const struct source *source, struct tcptrail **trail)
{
	int err = source_try(source, trail);

	if (!err)
		return CMD_OK;
	return source->file ? file_failed(source->file, err) :
			      device_failed(device_of(source), err);
}

int source_failed(const struct source *source, int err)
{
	if (source->file && err == -EBADMSG)
		return cmd_fail("%s: cut off or damaged here: what it held before has been read",
				source->file);
	if (err == -EBADMSG)
		return cmd_fail("%s: a ring makes no sense: unload and load the module",
				device_of(source));
	return cmd_fail("%s: %s", source->file ? source->file : device_of(source), strerror(-err));
}
