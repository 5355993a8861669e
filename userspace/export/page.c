// SPDX-License-Identifier: GPL-2.0
#include "userspace/export/page.h"

__asm__(".section .rodata\n"
	".global page\n"
	".global page_end\n"
	"page:\n"
	".incbin \"userspace/export/page.html\"\n"
	"page_end:\n"
	".byte 0\n"
	".previous\n");
