/* SPDX-License-Identifier: GPL-2.0 */
/* To be nobody in particular, once the device and the addresses are open. */
#ifndef EXPORT_DROP_H
#define EXPORT_DROP_H

#include <stdbool.h>

/**
 * struct drop_user - who to become
 * @name: for messages
 * @uid: user
 * @gid: its group
 */
struct drop_user {
	char name[64];
	unsigned int uid;
	unsigned int gid;
};

/** drop_find() - by name; NULL: "tcptrail" if there is one, else "nobody". 0, -ENOENT, -errno */
int drop_find(struct drop_user *user, const char *name);

/**
 * drop_to() - become @user; NULL: stay who we are
 *
 * Then, for both: no capabilities, none to be had again, and none by executing
 * anything. Call it before there is a second thread. Return: 0 or -errno
 */
int drop_to(const struct drop_user *user);

#endif
