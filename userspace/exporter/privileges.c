// SPDX-License-Identifier: GPL-2.0
/*
 * Gives up root: the capability bounding set first, because that takes a capability; then
 * groups and user; then all capabilities; then no_new_privs, so that no program that is run
 * later can get them back.
 */
#include "userspace/exporter/privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int privileges_find_user(struct privileges_user *user, const char *name)
{
	const struct passwd *entry;

	errno = 0;
	entry = getpwnam(name ? name : "tcptrail");
	if (!entry && !name)
		entry = getpwnam("nobody");
	if (!entry)
		return errno ? -errno : -ENOENT;
	user->uid = entry->pw_uid;
	user->gid = entry->pw_gid;
	return 0;
}

/* The system call itself: libcap would be a library for these lines. */
static int privileges_drop_all(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 }, had[2] = { 0 };

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	/* A service without any may be kept from the call by its filter, too. */
	if (syscall(SYS_capset, &header, none)) {
		if (syscall(SYS_capget, &header, had) || had[0].permitted || had[1].permitted)
			return -EPERM;
	}
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0;
}

int privileges_drop(const struct privileges_user *user)
{
	int cap;

	/*
	 * First, since it takes a capability. Those above the last that this kernel
	 * has fail; without the right all do, and then there is little to lose.
	 */
	for (cap = 0; cap < 64; cap++)
		prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	if (user && (setgroups(0, NULL) || setresgid(user->gid, user->gid, user->gid) ||
		     setresuid(user->uid, user->uid, user->uid)))
		return -errno;
	return privileges_drop_all();
}
