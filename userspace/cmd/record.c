// SPDX-License-Identifier: GPL-2.0
#include "cmd.h"

int cmd_record(int argc, char *argv[])
{
	return cmd_fail("not yet");
}
