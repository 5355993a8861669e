// SPDX-License-Identifier: GPL-2.0
/* The page is page.html itself, taken into the program by the assembler. */
#include "userspace/exporter/page.h"

__asm__(".section .rodata\n"
	".global page\n"
	".global page_size\n"
	"page:\n"
	".incbin \"userspace/exporter/page.html\"\n"
	"end_of_page:\n"
	".balign 8\n"
	"page_size:\n"
	".quad end_of_page - page\n"
	".previous\n");
