// SPDX-License-Identifier: GPL-2.0
/*
 * The corpus of a fuzz target without the fuzzer: every input that was of use
 * or did harm once, through the same code, natively. In TAP.
 *
 *	fuzz_NAME [FILE…]	default: what is in tests/fuzz/corpus/NAME
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define INPUT_MAX (1 << 20)

static int replay(const char *path)
{
	uint8_t *data = malloc(INPUT_MAX);
	FILE *file = fopen(path, "rb");
	uint8_t *exact;
	size_t size;

	if (!file || !data) {
		perror(path);
		exit(1);
	}
	size = fread(data, 1, INPUT_MAX, file);
	fclose(file);
	/* To the byte, so that the sanitizer sees what is read beyond it. */
	exact = malloc(size + !size);
	if (!exact)
		exit(1);
	memcpy(exact, data, size);
	free(data);
	printf("# %s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return 1;
}

static int replay_all(const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	char path[512];
	int count = 0;

	if (!dir) {
		printf("# %s: %s\n", directory, strerror(errno));
		return 0;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		count += replay(path);
	}
	closedir(dir);
	return count;
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	char directory[256];
	int i, count = 0;

	printf("1..1\n");
	if (!strncmp(name, "fuzz_", 5))
		name += 5;
	snprintf(directory, sizeof(directory), "tests/fuzz/corpus/%s", name);
	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	for (i = 1; i < argc; i++)
		count += replay(argv[i]);
	if (argc == 1)
		count = replay_all(directory);
	printf("%s 1 - %d inputs of the corpus %s\n", count ? "ok" : "not ok", count, name);
	return !count;
}
