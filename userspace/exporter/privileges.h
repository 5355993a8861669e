/* SPDX-License-Identifier: GPL-2.0 */
/* To be nobody in particular, once the device and the addresses are open. */
#ifndef EXPORTER_PRIVILEGES_H
#define EXPORTER_PRIVILEGES_H

/**
 * struct privileges_user - who to become
 * @uid: user
 * @gid: its group
 */
struct privileges_user {
	unsigned int uid;
	unsigned int gid;
};

/** privileges_find_user() - by name; NULL: "tcptrail" if there is one, else "nobody". 0, -ENOENT, -errno */
int privileges_find_user(struct privileges_user *user, const char *name);

/**
 * privileges_drop() - become @user; NULL: stay who we are
 *
 * Then, for both: no capabilities, none to be had again, and none by executing
 * anything. Call it before there is a second thread. Return: 0 or -errno
 */
int privileges_drop(const struct privileges_user *user);

#endif
