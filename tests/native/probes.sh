#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the module finds out of a kernel when it is built (module/probe.c): each answer fits
# the kernel's own headers, the other answer does not compile, and headers into which a
# distribution took a later kernel's change are answered by what they have.
#
#	tests/native/probes.sh [BUILD]
# shellcheck disable=SC2016 # expanded by eval, or for sed
# shellcheck source=tests/native/lib/cases.sh
. "${0%/*}/lib/cases.sh"

"$top/scripts/packages" gcc-12 libc6-dev make libelf1 clang || exit 1

# prepare KERNEL: it is probed in $tree; $flags are those of its compiler.
prepare()
{
	kernel=$1
	headers=$("$top/scripts/kernel" --headers "$kernel") || exit 1
	tree=$work/$kernel shadow=$work/shadow-$kernel
	mkdir -p "$tree" "$shadow"/{linux,net,generated}
	cp -r "$top"/{Kbuild,module} "$tree"
	rm -f "$tree"/module/{features.h,*.o,.*.cmd}
	check "$kernel: it is probed" make -s -C "$headers" M="$tree" CC=gcc-12 KCFLAGS=-Werror \
		module/device.o
	read -ra flags < <(sed -nE 's/^(saved)?cmd_[^ ]* := gcc-12 //; T; s/ -c -o .*//
		s/ -Wp,-MM?D,[^ ]*//; s/ -DKBUILD_(BASE|MOD)NAME=[^ ]*//g; p' "$tree/module/.device.o.cmd")
	flags+=(-DKBUILD_MODNAME='"tcptrail"' -DKBUILD_BASENAME='"probe"' -Wno-missing-prototypes)
	cp "$tree/module/features.h" "$work/answers"
}

# compiles FILE.c FLAG…
compiles()
{
	local file=$1
	shift
	( cd "$headers" && gcc-12 -I"$shadow" -I"$tree/module" "$@" "${flags[@]}" \
		-fsyntax-only "$tree/module/$file" )
}

does_not_compile()
{
	! compiles "$@" 2>"$work/refused" || { echo "compiles"; return 1; }
	has "$work/refused" 'error: '
}

answer()
{
	sed -n "s/^#define $1 //p" "${2-$tree/module/features.h}"
}

# ask [COMPILER]: once more, of the headers as they are in $shadow now.
ask()
{
	( cd "$headers" && sh "$tree/module/probe.sh" "$tree/module/probe.c" Module.symvers \
		"${1-gcc-12}" -I"$shadow" "${flags[@]}" ) >"$tree/module/features.h"
}

# Back to the kernel's own.
restore()
{
	find "$shadow" -type f -delete
	cp "$work/answers" "$tree/module/features.h"
}

# forced NAME FILE.c: the other answer than this kernel's does not compile.
forced()
{
	local own
	own=$(answer "$1")
	check "$kernel: $1 $own: $2" compiles "$2" -D"$1=$own"
	check "$kernel: $1 $((1 - own)) is refused by the compiler: $2" \
		does_not_compile "$2" -D"$1=$((1 - own))"
}

# edited HEADER SED…: the kernel's header, changed, comes before it.
edited()
{
	local header=$1 from
	shift
	from=$(cd "$headers" && gcc-12 "${flags[@]}" -E - <<<"#include <$header>" |
		sed -nE "s|^# 1 \"([^\"]*/$header)\".*|\1|p" | head -n 1)
	( cd "$headers" && sed "$@" "$from" ) >"$shadow/$header"
	! ( cd "$headers" && cmp -s "$from" "$shadow/$header" ) || fail "$header: not changed"
}

# ported NAME FILE.c: found in the edited headers, and the module makes use of it.
ported()
{
	check "$kernel: $1 is found in edited headers" eval \
		"is '$(answer "$1")' 0 && ask && is \"\$(answer $1)\" 1 && compiles $2"
	restore
}

# At the end of a header, inside its guard.
at_end() { printf '$i\\\n%s' "$1"; }

prepare 6.1
forced HAVE_VM_FLAGS_CLEAR device.c
forced HAVE_SK_UID transition.c
forced HAVE_RST_REASON reset.c
forced HAVE_FTRACE_REGS ftrace_hook.c
forced HAVE_FTRACE_REGS_GET_ARGUMENT accept.c
forced HAVE_FTRACE_RECURSION_SAFE ftrace_hook.c
# The old name and the retry are there beside the new ones.
for own in 0 1; do
	check "6.1: HAVE_TIMER_DELETE_SYNC $own" compiles wake.c -DHAVE_TIMER_DELETE_SYNC=$own
	check "6.1: HAVE_FTRACE_FREE_FILTER $own" compiles ftrace_hook.c -DHAVE_FTRACE_FREE_FILTER=$own
done

edited linux/mm_types.h 's/^\tunsigned long vm_flags;/\tconst unsigned long vm_flags;/'
edited linux/mm.h "$(at_end 'static inline void vm_flags_clear(struct vm_area_struct *vma, unsigned long flags) { }')"
ported HAVE_VM_FLAGS_CLEAR device.c
edited net/sock.h "$(at_end 'static inline kuid_t sk_uid(const struct sock *sk) { return sk->sk_uid; }')"
ported HAVE_SK_UID transition.c
edited linux/ftrace.h -e 's/^\(struct ftrace_regs {\)$/\1 int other;/' \
	-e "$(at_end 'unsigned long ftrace_regs_get_argument(struct ftrace_regs *fregs, unsigned int n);')"
ported HAVE_FTRACE_REGS_GET_ARGUMENT accept.c

# Without an architecture's help all registers are asked for, or the build is refused.
cat >"$tree/module/saves.c" <<'END'
#include "compat.h"
_Static_assert(COMPAT_FTRACE_FLAGS & FTRACE_OPS_FL_SAVE_REGS, "not all registers are saved");
END
check '6.1: arguments alone are saved' does_not_compile saves.c
edited generated/autoconf.h '/CONFIG_\(HAVE_\)\?DYNAMIC_FTRACE_WITH_ARGS /d'
check '6.1: without …_WITH_ARGS all registers are' compiles saves.c
check '6.1: … and the hooks compile' compiles accept.c
edited generated/autoconf.h '/CONFIG_\(HAVE_\)\?DYNAMIC_FTRACE_WITH_\(ARGS\|REGS\) /d'
check '6.1: without registers the build is refused' does_not_compile saves.c
check '6.1: … and says why' has "$work/refused" 'tcptrail needs HAVE_DYNAMIC_FTRACE_WITH_ARGS'
restore

# An error of the headers' own is no answer.
edited net/tcp.h '1i#error broken'
check '6.1: headers that do not compile are no answer' eval \
	'! ask 2>"$work/refused" && has "$work/refused" "cannot be probed"'
restore

# clang answers as gcc does; it does not know all of the flags that this kernel was built with.
cat >"$work/clang" <<'END'
#!/bin/sh
for flag; do
	shift
	case $flag in
	-mindirect-branch*|-mfunction-return=*|-mpreferred-stack-boundary=*|-mskip-rax-setup) ;;
	-mharden-sls=*|-mrecord-mcount|-falign-jumps=*|-falign-loops=*|-fconserve-stack) ;;
	-fno-allow-store-data-races|-ftrivial-auto-var-init=*|-Werror=designated-init|-Wimplicit-fallthrough=*) ;;
	*) set -- "$@" "$flag" ;;
	esac
done
exec clang -mstack-alignment=8 -ferror-limit=0 -Wno-unknown-warning-option "$@"
END
chmod +x "$work/clang"
check '6.1: clang answers as gcc does' eval \
	'ask "$work/clang" && diff "$work/answers" "$tree/module/features.h"'
restore

prepare 5.10
forced HAVE_VM_FLAGS_CLEAR device.c
forced HAVE_FTRACE_REGS ftrace_hook.c
edited linux/mm.h "$(at_end 'static inline void vm_flags_clear(struct vm_area_struct *vma, unsigned long flags) { }')"
ported HAVE_VM_FLAGS_CLEAR device.c
check '5.10: ftrace_free_filter is not exported' is "$(answer HAVE_FTRACE_FREE_FILTER)" 0

module=$("$top/scripts/module" 6.1)
check 'the module tells its version' is "$(modinfo -F version "$module")" \
	"$(sed -n 's/^#define TCPTRAIL_VERSION "\(.*\)"/\1/p' "$top/module/version.h")"
check '… and its author' is "$(modinfo -F author "$module")" 'tcptrail developers'

report
