// SPDX-License-Identifier: GPL-2.0
#include "userspace/session/cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/base/duration.h"

static int device_failed(const char *path, int err)
{
	switch (-err) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
		return cmd_fail("%s: not there: is the module loaded? Try: modprobe tcptrail",
				path);
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

int cmd_open(struct tcptrail **trail, const char *device, const char *file, enum tcptrail_from from)
{
	int err;

	if (file) {
		err = tcptrail_open_file(trail, file);
		return err ? file_failed(file, err) : CMD_OK;
	}
	if (!device)
		device = TCPTRAIL_DEVICE;
	err = tcptrail_open_device(trail, device, from);
	return err ? device_failed(device, err) : CMD_OK;
}

int cmd_read_failed(const char *device, const char *file, int err)
{
	if (file && err == -EBADMSG)
		return cmd_fail("%s: cut off or damaged here: what it held before has been read",
				file);
	if (err == -EBADMSG)
		return cmd_fail("%s: a ring makes no sense: unload and load the module",
				device ? device : TCPTRAIL_DEVICE);
	return cmd_fail("%s: %s", file ? file : device ? device : TCPTRAIL_DEVICE, strerror(-err));
}

int cmd_check_source(char *argv[], const char *file, const char *device, bool history)
{
	if (argv[optind])
		return cmd_usage("%s: takes options only", argv[optind]);
	if (file && device)
		return cmd_usage("-i %s: a file has no --device", file);
	if (file && history)
		return cmd_usage("-i %s: a file has no --history: it is read from its start", file);
	return CMD_OK;
}

int cmd_take_count(const char *s, uint64_t *n)
{
	char *end;

	errno = 0;
	*n = *s >= '0' && *s <= '9' ? strtoull(s, &end, 10) : 0;
	if (!*n || errno || *end)
		return cmd_usage("--count %s: has to be a number from 1", s);
	return CMD_OK;
}

int cmd_take_duration(const char *s, uint64_t *ns)
{
	if (duration_parse(s, ns) || !*ns)
		return cmd_usage("--duration %s: has to be a time above 0: 3, 500ms, 10m", s);
	return CMD_OK;
}
