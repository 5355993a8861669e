// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>

#include "ftrace_hook.h"

/* The filter is parsed in place, hence the copy. */
static int choose(struct ftrace_ops *ops, const char *name)
{
	unsigned char copy[64];
	ssize_t len = strscpy((char *)copy, name, sizeof(copy));

	return len < 0 ? len : ftrace_set_filter(ops, copy, len, 1);
}

/* Frees the filter; ftrace_free_filter() is not exported by 5.10. */
static void forget(struct ftrace_ops *ops)
{
	ftrace_set_filter(ops, NULL, 0, 1);
}

void ftrace_hook_attach(struct ftrace_hook *hook)
{
	int err = -ENOENT;
	int i;

	for (i = 0; err && i < ARRAY_SIZE(hook->names) && hook->names[i]; i++)
		err = choose(&hook->ops, hook->names[i]);

	if (!err)
		err = register_ftrace_function(&hook->ops);
	if (err)
		forget(&hook->ops);
	hook->attached = !err;
	hooks_set(hook->hook, err);
}

void ftrace_hook_detach(struct ftrace_hook *hook)
{
	if (!hook->attached)
		return;
	unregister_ftrace_function(&hook->ops);
	forget(&hook->ops);
	hook->attached = false;
}
