#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# usage: probe.sh PROBE.C SYMVERS COMPILER [FLAG…] >features.h
#
# Called by Kbuild. PROBE.C says what is probed. A symbol that SYMVERS, the kernel's list of
# what it exports, has to have is a feature, too. To try an answer that this kernel does
# not give: make KCFLAGS=-DHAVE_SK_UID=1.
set -eu

probe=$1 symvers=$2
shift 2

# feature NAME 0|1
feature()
{
	printf '#ifndef %s\n#define %s %s\n#endif\n' "$1" "$1" "$2"
}

# What the compiler warns of is no answer, whatever the flags say, but for these two.
errors=$(LC_ALL=C "$@" -Wno-error -Werror=implicit-function-declaration \
	-Werror=incompatible-pointer-types -DKBUILD_MODNAME='"tcptrail"' -fsyntax-only "$probe" 2>&1 |
	grep -E ': (fatal )?error: ' || :)
names=$(sed -n 's/^#line 1 "\(.*\)"$/\1/p' "$probe")

# An error of another place would be taken for an answer to what comes behind it.
foreign=$errors
for name in $names; do
	foreign=$(printf '%s\n' "$foreign" | grep -v "^$name:" || :)
done
if [ -n "$foreign" ]; then
	printf '%s\n' "$foreign" >&2
	echo "$probe: this kernel's headers cannot be probed" >&2
	exit 1
fi

echo "/* Written by module/probe.sh: what this kernel has. */"
for name in $names; do
	case "
$errors" in
	*"
$name:"*) feature "$name" 0 ;;
	*)	feature "$name" 1 ;;
	esac
done
exported=0
! grep -qs '[[:space:]]ftrace_free_filter[[:space:]]' "$symvers" || exported=1
feature HAVE_FTRACE_FREE_FILTER $exported
