/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where those functions of the kernel are that it exports to nobody.
 *
 * sprint_symbol() tells of an address which symbol it lies in: "name+0x10/0x80". So whoever
 * goes from symbol to symbol, from a known one down to the beginning of the kernel and up to
 * its end, meets every name with its address, and meets a name twice if two functions have
 * it. Modules are not visited. One walk, some 100 ms, finds all names. Nothing is registered
 * for it: a kprobe would find an address, too, but only the first one of a name, and each
 * kprobe is an alarm to security tools.
 *
 * It needs nothing else of the kernel, so that tests/unit compiles this very code.
 */
#ifndef TCPTRAIL_SYMBOL_WALK_H
#define TCPTRAIL_SYMBOL_WALK_H

/**
 * struct symbol - a function that is looked for
 * @name: whose address is wanted
 * @address: of the first that has it
 * @count: how many have it
 */
struct symbol {
	const char *name;
	unsigned long address;
	unsigned int count;
};

/**
 * struct symbol_walk - where the walk is
 * @text: the symbol's name there
 * @begin: its address
 * @end: that of the next one
 */
struct symbol_walk {
	char text[KSYM_SYMBOL_LEN];
	unsigned long begin;
	unsigned long end;
};

/* Go to the symbol that @address lies in. Returns false where the kernel ends. */
static bool symbol_walk_to(struct symbol_walk *walk, unsigned long address)
{
	unsigned long offset, size;
	char *plus;

	sprint_symbol(walk->text, address);
	plus = strrchr(walk->text, '+');
	/* Of what is in no symbol the bare number is told, of a module "name+0x0/0x80 [module]". */
	if (!plus || strchr(plus, '[') || sscanf(plus, "+%lx/%lx", &offset, &size) != 2 || !size)
		return false;
	*plus = '\0';
	walk->begin = address - offset;
	walk->end = walk->begin + size;
	return true;
}

static void symbol_walk_match(const struct symbol_walk *walk, struct symbol *symbols,
			      unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (strcmp(walk->text, symbols[i].name))
			continue;
		if (!symbols[i].count++)
			symbols[i].address = walk->begin;
	}
}

/**
 * symbol_walk() - find addresses
 * @walk: room to work in
 * @from: an address in the kernel's text
 * @symbols: what is looked for; address and count are zero, and are filled
 * @count: how many
 *
 * May sleep.
 */
static void symbol_walk(struct symbol_walk *walk, unsigned long from, struct symbol *symbols,
			unsigned int count)
{
	unsigned long address;

	for (address = from; symbol_walk_to(walk, address); address = walk->end) {
		symbol_walk_match(walk, symbols, count);
		if (!strcmp(walk->text, "_etext")) /* behind it are no functions */
			break;
		cond_resched();
	}
	if (!symbol_walk_to(walk, from))
		return;
	while (symbol_walk_to(walk, walk->begin - 1)) {
		symbol_walk_match(walk, symbols, count);
		cond_resched();
	}
}

#endif
