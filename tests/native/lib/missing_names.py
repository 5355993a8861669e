#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What a guide names and the tree does not have, one a line.

	missing_names.py GUIDE.md...	run at the top of the tree

Looked for are paths, and between `` the names of files, of struct and enum types, of functions,
of constants and of make's targets. NAME, V and TARGET in a path stand for any text.
"""
import glob
import os
import re
import sys

TOPS = ('module', 'scripts', 'tests', 'userspace')

files, source = set(), ''
for directory in TOPS:
	for where, _, names in os.walk(directory):
		for name in names:
			files.add(name)
			if name.endswith(('.c', '.h')):
				with open(os.path.join(where, name), encoding='utf-8') as text:
					source += text.read()
files.update(os.listdir('.'))
with open('Makefile', encoding='utf-8') as text:
	makefile = text.read()


def has_path(path):
	return glob.glob(re.sub(r'NAME|TARGET', '*', path.rstrip('./')))


def has_file(name):
	pattern = re.escape(name).replace('NAME', '.*')
	return any(re.fullmatch(pattern, file) for file in files)


def has_word(word):
	return re.search(r'\b' + re.escape(word).replace('NAME', r'\w+') + r'\b', source)


def is_there(name):
	"""Does the tree have what stands between ``? Anything that is no name counts as there."""
	if re.fullmatch(r'[\w-]+\.(c|h|py|sh|md|yml|html|[1-8]|golden|script)', name):
		return has_file(name)
	if match := re.fullmatch(r'make ([\w-]+)', name):
		return re.search(rf'^{match[1]}\b.*:', makefile, re.M)
	if match := re.fullmatch(r'((?:struct|enum) \w+)|(\w+)\(\)|([A-Z]+_[A-Z_]+)', name):
		return has_word(match[1] or match[2] or match[3])
	return True


for guide in sys.argv[1:]:
	with open(guide, encoding='utf-8') as text:
		guide_text = text.read()
	missing = {name for name in re.findall(r'`([^`\n]+)`', guide_text) if not is_there(name)}
	missing |= {path for path in re.findall(r'(?<![\w/])(?:%s)/[\w./-]+' % '|'.join(TOPS), guide_text)
		    if not has_path(path)}
	for name in sorted(missing):
		print(f'{guide}: {name}')
