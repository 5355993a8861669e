// SPDX-License-Identifier: GPL-2.0
/* Control groups: from paths as they are seen in the field to a unit or a container. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/procfs/cgroup.h"
#include "userspace/base/array.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SHOWN "0123456789ab"

static void test_paths(void **state)
{
	static const struct {
		const char *path;
		const char *unit;
		const char *container;
	} cases[] = {
		{ "/", "", "" },
		{ "", "", "" },
		{ "/system.slice/nginx.service", "nginx.service", "" },
		{ "/system.slice/nginx.service/worker", "nginx.service", "" },
		{ "/user.slice/user-1000.slice/session-3.scope", "session-3.scope", "" },
		{ "/user.slice/user-0.slice/user@0.service/app.slice/x.service", "x.service", "" },
		{ "/system.slice/.service", "", "" },
		{ "/docker/" ID, "", SHOWN },
		{ "/system.slice/docker-" ID ".scope", "", SHOWN },
		{ "/system.slice/docker-" ID ".scope/inner.service", "", SHOWN },
		{ "/machine.slice/libpod-" ID ".scope/container", "", SHOWN },
		{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/"
		  "cri-containerd-" ID ".scope",
		  "", SHOWN },
		{ "/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:" ID, "",
		  SHOWN },
		{ "/kubepods/besteffort/pod1/" ID, "", SHOWN },
		{ "/docker/x" ID, "", "" },
		{ "/lxc.payload.web1/system.slice/cron.service", "", "web1" },
		{ "/lxc/web2/init.scope", "", "web2" },
		{ "/machine.slice/machine-debian.scope/payload", "", "debian" },
		{ "//a//", "", "" },
	};
	struct cgroup_name name;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cgroup_parse(&name, cases[i].path);
		assert_string_equal(name.path, cases[i].path);
		assert_string_equal(name.unit, cases[i].unit);
		assert_string_equal(name.container, cases[i].container);
	}
}

static void test_long(void **state)
{
	char path[2 * CGROUP_PATH_MAX];
	struct cgroup_name name;

	memset(path, 'a', sizeof(path));
	memcpy(path + sizeof(path) - sizeof(".service"), ".service", sizeof(".service"));
	cgroup_parse(&name, path);
	assert_int_equal(strlen(name.path), CGROUP_PATH_MAX - 1);
	assert_int_equal(strlen(name.unit), CGROUP_NAME_MAX - 1);
}

/* A directory like /proc/PID, with this in its file "cgroup". */
static int of_text(struct cgroup_name *name, const char *text)
{
	char directory[] = "/tmp/test_cgroup.XXXXXX", path[64];
	FILE *file;
	int dir, err;

	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/cgroup", directory);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	dir = open(directory, O_RDONLY | O_DIRECTORY);
	err = cgroup_of_process(name, dir);
	close(dir);
	unlink(path);
	rmdir(directory);
	return err;
}

static void test_process(void **state)
{
	struct cgroup_name name;

	assert_int_equal(of_text(&name, "0::/system.slice/a.service\n"), 0);
	assert_string_equal(name.unit, "a.service");
	/* Both hierarchies: whichever has more to say than the root. */
	assert_int_equal(of_text(&name, "12:cpu:/x\n1:name=systemd:/system.slice/b.service\n"
					"0::/\n"),
			 0);
	assert_string_equal(name.unit, "b.service");
	assert_int_equal(of_text(&name, "1:name=systemd:/\n0::/system.slice/c.service\n"), 0);
	assert_string_equal(name.unit, "c.service");
	assert_int_equal(of_text(&name, ""), -ENOENT);
	assert_int_equal(of_text(&name, "\n\n:::\n"), -ENOENT);
}

/* The kernel's number of a directory of cgroup v2 is its inode number. */
static void test_by_id(void **state)
{
	const char *mount = "/sys/fs/cgroup/unified";
	struct cgroup_name name;
	struct stat st;
	int err;

	if (stat(mount, &st) && stat("/sys/fs/cgroup", &st))
		skip();
	err = cgroup_by_id(&name, st.st_ino);
	if (err == -EPERM || err == -EOPNOTSUPP || err == -ESTALE || err == -EINVAL)
		skip(); /* not root, or no cgroup v2 there */
	assert_int_equal(err, 0);
	assert_string_equal(name.path, "/");
	assert_int_equal(cgroup_by_id(&name, UINT64_MAX), -ESTALE);
	assert_string_equal(name.path, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_process),
		cmocka_unit_test(test_by_id),
	};

	return cmocka_run_group_tests_name("cgroup", tests, NULL, NULL);
}
