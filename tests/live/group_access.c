// SPDX-License-Identifier: GPL-2.0
/* Who may open the device, and who may not. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live.h"

#define OWN_FILE "/dev/tcptrail-own" /* for the same device */

static int as_nobody(void)
{
	if (setgid(65534) || setuid(65534))
		return -1;
	return open(TCPTRAIL_DEVICE, O_RDONLY) < 0 ? errno : 0;
}

static int for_writing(void)
{
	return open(TCPTRAIL_DEVICE, O_RDWR) < 0 ? errno : 0;
}

static int in_another_user_namespace(void)
{
	if (unshare(CLONE_NEWUSER))
		return -1;
	return open(TCPTRAIL_DEVICE, O_RDONLY) < 0 ? errno : 0;
}

static int without_power_in_another_netns(void)
{
	if (unshare(CLONE_NEWNET) || chmod(TCPTRAIL_DEVICE, 0444) || setuid(65534))
		return -1;
	return open(TCPTRAIL_DEVICE, O_RDONLY) < 0 ? errno : 0;
}

/*
 * As a container's root is who has no user namespace of his own: with root's powers, and even
 * a file of his own for the device, but not with power over the network.
 */
static int as_root_of_a_container(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[2];
	struct stat st;
	int fd, err;

	if (unshare(CLONE_NEWNET) || stat(TCPTRAIL_DEVICE, &st) ||
	    syscall(SYS_capget, &header, sets))
		return -1;
	sets[0].effective &= ~(1U << CAP_NET_ADMIN);
	sets[0].permitted &= ~(1U << CAP_NET_ADMIN);
	unlink(OWN_FILE);
	if (syscall(SYS_capset, &header, sets) || mknod(OWN_FILE, S_IFCHR | 0600, st.st_rdev))
		return -1;
	fd = open(OWN_FILE, O_RDONLY);
	err = fd < 0 ? errno : 0;
	unlink(OWN_FILE);
	return err;
}

/* The device's file, made by root of another user namespace: it cannot be. */
static int by_a_file_of_its_own(void)
{
	struct stat st;

	if (stat(TCPTRAIL_DEVICE, &st) || unshare(CLONE_NEWUSER))
		return -1;
	return mknod(OWN_FILE, S_IFCHR | 0600, st.st_rdev) ? errno : 0;
}

static int with_power_in_another_netns(void)
{
	if (unshare(CLONE_NEWNET))
		return -1;
	return open(TCPTRAIL_DEVICE, O_RDONLY) < 0 ? errno : 0;
}

static int as_a_member_of_the_group(void)
{
	gid_t group = 4242;

	if (chown(TCPTRAIL_DEVICE, 0, group) || setgroups(1, &group) || setgid(65534) ||
	    setuid(65534))
		return -1;
	return open(TCPTRAIL_DEVICE, O_RDONLY) < 0 ? errno : 0;
}

static int status_of(int (*attempt)(void))
{
	pid_t child = fork();
	int status;

	if (!child)
		_exit(attempt() & 0xff);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WEXITSTATUS(status);
}

static void refuses_others(void **state)
{
	assert_int_equal(status_of(as_nobody), EACCES);
	assert_int_equal(status_of(for_writing), EACCES);
	assert_int_equal(status_of(in_another_user_namespace), EPERM);
	assert_int_equal(status_of(without_power_in_another_netns), EPERM);
	run("chmod 440 " TCPTRAIL_DEVICE);
	assert_int_equal(status_of(as_root_of_a_container), EPERM);
	assert_int_equal(status_of(by_a_file_of_its_own), EPERM);
	assert_int_equal(status_of(with_power_in_another_netns), 0);
	assert_int_equal(status_of(as_a_member_of_the_group), 0);
	run("chgrp 0 " TCPTRAIL_DEVICE);
}

int group_access(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_others),
	};

	return cmocka_run_group_tests_name("access", tests, NULL, NULL);
}
