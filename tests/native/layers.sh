#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# scripts/layers on a small tree: silent while every folder looks down, one line that
# says where and what to do for each one that looks up.
#
#	tests/native/layers.sh [BUILD]
# shellcheck source=tests/native/lib/cases.sh
. "${0%/*}/lib/cases.sh"

tree=$work/tree
layers=$tree/scripts/layers
mkdir -p "$tree"/{scripts,build/lib,module/uapi} "$tree"/userspace/{base,trail,print}
: >"$tree/module/uapi/tcptrail.h"
cp "$top"/scripts/{layers,lib.sh} "$tree/scripts"

# file PATH LINE...
file()
{
	local path=$1
	shift
	printf '%s\n' "$@" >"$tree/userspace/$path"
}

archive()
{
	local layer=$1 source
	rm -f "$tree/build/lib/$layer.a"
	for source in "$tree/userspace/$layer"/*.c; do
		gcc -I"$tree" -c -o "${source%.c}.o" "$source" || return
	done
	ar rcs "$tree/build/lib/$layer.a" "$tree/userspace/$layer"/*.o
}

# says PATTERN: status 1, and this line alone
says()
{
	! "$layers" >"$work/said.layers" 2>&1 || { echo "nothing was found"; return 1; }
	if [ "$(wc -l <"$work/said.layers")" != 1 ] || ! has "$work/said.layers" "$1"; then
		cat "$work/said.layers"
		return 1
	fi
}

file base/buf.h 'int buf(void);'
file base/buf.c '#include "userspace/base/buf.h"' 'int buf(void) { return 0; }'
file trail/ring.h '#include "userspace/base/buf.h"' '#include "module/uapi/tcptrail.h"' 'int ring(void);'
file trail/ring.c 'int buf(void);' 'int ring(void) { return buf(); }'
file print/line.c '#include "userspace/trail/ring.h"' '#include <stdio.h>'
{ archive base && archive trail && archive print; } || exit 1
check 'a tree in order: nothing is said' is "$("$layers" 2>&1; echo $?)" 0

file base/up.h '' '#include "userspace/trail/ring.h"'
check 'a folder that includes upstream' says \
	'^userspace/base/up.h:2: includes userspace/trail/ring.h, .*: base may use no other layer; move'
rm "$tree/userspace/base/up.h"

file trail/up.h ' # include "userspace/print/line.h"'
check '… whatever the spaces' says '^userspace/trail/up.h:1: .*: trail may use base;'
file trail/up.h '#include "../print/line.h"'
check 'another spelling of a path' says '^userspace/trail/up.h:1: .*: write "userspace/LAYER/FILE.h"'
file trail/up.h '#include "module/ring.h"'
check 'the inside of the module' says '^userspace/trail/up.h:1: includes module/ring.h'
rm "$tree/userspace/trail/up.h"

mkdir "$tree/userspace/misc"
file misc/a.c '#include "userspace/base/buf.h"'
check 'a folder that is no layer' says '^userspace/misc/a.c:1: userspace/misc is no layer'
rm -r "$tree/userspace/misc"

file base/up.c 'int ring(void);' 'int up(void) { return ring(); }'
archive base
check 'an archive that needs what is upstream' says \
	'^base/up.o: needs ring of trail, which is not below'
rm "$tree"/userspace/base/up.[co]
file base/buf.c 'int buf(void) { return 0; }' 'int ring(void) { return 1; }'
archive base
check 'a symbol of two archives' says '^trail/ring.o: ring is defined in base, too'

file base/buf.c 'int buf(void) { return 0; }'
archive base
sed -i 's/^\tbase$/\tbase      trail/' "$layers"
check 'a circle in the table' test -n "$("$layers" 2>&1 | grep 'base stands on trail, which has to come before it')"

report
