#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make install into a stage: all of it is there, the machine is left alone, the commands
# that are left to do are told; make uninstall takes all of it away again. The module is
# built for a kernel that does not run here, from a copy of the tree.
#
#	tests/native/install.sh [BUILD]	BUILD (build) holds tcptrail
# shellcheck source=tests/native/lib/cases.sh
. "${0%/*}/lib/cases.sh"

# Not as "make test" wants it, but as its user types it.
unset MAKEFLAGS MAKELEVEL MFLAGS WERROR V

evidence()
{
	cat "$work/log"
}

# What an installation must not run when it stages; they tell if it does.
mkdir "$work/bin"
for program in depmod systemd-sysusers udevadm systemctl; do
	printf '#!/bin/sh\necho "%s $*" >>%s\n' "$program" "$work/run" >"$work/bin/$program"
done
chmod 755 "$work/bin"/*
PATH=$work/bin:$PATH

mkdir "$work/tree"
(cd "$top" && cp -a Kbuild Makefile LICENSE README.md CHANGELOG.md module scripts userspace \
	"$work/tree") || exit 1
find "$work/tree/module" '(' -name '*.o' -o -name '.*.cmd' ')' -delete
cd "$work/tree" || exit 1
headers=$("$top/scripts/kernel" --headers 6.1) || exit 1
release=$("$top/scripts/kernel" --release 6.1) || exit 1
stage=$work/stage
touch "$work/before"

# installed TARGET [ARGUMENT…]: with what make needs to use the programs that are built.
installed()
{
	make BUILD="$build" DESTDIR="$stage" PREFIX=/opt/net CC=gcc-12 "$@" >"$work/log" 2>&1
}

files()
{
	(cd "$stage" && find . -type f | sort)
}

is_stripped()
{
	! readelf -S "$1" | grep -F .debug_info
}

# The same modules_install on each kernel: where the kernel's own build would put it.
check 'install' installed install KDIR="$headers"
files >"$work/files"
for file in opt/net/bin/tcptrail opt/net/bin/tcptrail-top opt/net/bin/tcptrail-exporter \
	opt/net/share/man/man1/tcptrail.1 opt/net/share/man/man7/tcptrail-verdicts.7 \
	opt/net/share/doc/tcptrail/LICENSE opt/net/share/tcptrail/alerts.yml \
	opt/net/share/bash-completion/completions/tcptrail \
	opt/net/share/tcptrail/dashboard.py opt/net/lib/systemd/system/tcptrail-exporter.service \
	opt/net/lib/libtcptrail.a opt/net/lib/pkgconfig/libtcptrail.pc \
	opt/net/include/tcptrail/userspace/trail/tcptrail.h \
	opt/net/lib/sysusers.d/tcptrail.conf opt/net/lib/udev/rules.d/60-tcptrail.rules \
	"lib/modules/$release/updates/tcptrail.ko"; do
	check "$file" test -f "$stage/$file"
	check "… its line" has "$work/log" "^  INSTALL $stage/$file\$"
done
check 'nothing beside /opt/net and the module' \
	is "$(grep -vc -e '^./opt/net/' "$work/files")" 1
check 'the module has no debug info' is_stripped "$stage/lib/modules/$release/updates/tcptrail.ko"
check 'what is built for the kernel is for that kernel' \
	is "$(modinfo -F vermagic "$stage/lib/modules/$release/updates/tcptrail.ko" | cut -d ' ' -f 1)" \
	"$release"
check 'the prefix is filled in' \
	test -z "$(grep -rl -e '@PREFIX@' -e '@VERSION@' -e /usr/local "$stage/opt/net/lib" "$stage/opt/net/share/man")"
# shellcheck disable=SC2016 # for the shell inside
check 'a program finds the library by pkg-config' env PKG_CONFIG_PATH="$stage/opt/net/lib/pkgconfig" \
	PKG_CONFIG_SYSROOT_DIR="$stage" sh -c '
	echo "#include <userspace/trail/tcptrail.h>
	int main(void) { tcptrail_close(0); return 0; }" >"$0/a.c" &&
	cc -o "$0/a" "$0/a.c" $(pkg-config --cflags --libs libtcptrail) && "$0/a"' "$work"

# In this order: the group is made before udev reads the rule that names it.
check 'the commands that are left' is "$(grep '^    [a-z]' "$work/log")" \
	"    systemd-sysusers /opt/net/lib/sysusers.d/tcptrail.conf
    udevadm control --reload
    udevadm trigger --settle --subsystem-match=misc --sysname-match=tcptrail
    systemctl daemon-reload
    depmod $release"
check 'no command was run on this machine' test ! -e "$work/run"
check 'no module of this machine is new' \
	test -z "$(find /lib/modules /usr/local -name '*tcptrail*' -newer "$work/before" 2>/dev/null)"

check 'uninstall' installed uninstall KDIR="$headers"
check 'nothing is left' test -z "$(files)"
check '… and no directory of its own' test -z "$(find "$stage" -name 'tcptrail' -o -name updates)"
check 'no command was run on this machine by it' test ! -e "$work/run"

# Others' files in the same places stay.
mkdir -p "$stage/opt/net/share/tcptrail" "$stage/lib/modules/$release/updates"
touch "$stage/opt/net/share/tcptrail/mine" "$stage/lib/modules/$release/updates/other.ko"
check 'uninstall again' installed uninstall KDIR="$headers"
check "others' files stay" is "$(files | wc -l)" 2

check 'install without headers' installed install KDIR="$work/none"
check '… says that there is no module, and why' \
	has "$work/log" "no module: there are no kernel headers at $work/none"
check '… and installs the rest' test -x "$stage/opt/net/bin/tcptrail"

# The build: one line for each thing done, or its command, or nothing.
object=$work/build/userspace/base/utf8.o

# builds [ARGUMENT…]: what make says then is in the log.
builds()
{
	rm -f "$object"
	make BUILD="$work/build" "$@" "$object" >"$work/log" 2>&1
}

check 'quiet build' builds
check '… one line' is "$(cat "$work/log")" "  CC      $object"
check 'make V=1' builds CPPFLAGS=-DHONOURED V=1
check '… the command, with CPPFLAGS' has "$work/log" '^[a-z]*cc .*-DHONOURED .*utf8\.c$'
check '… a warning is no error' lacks "$work/log" -Werror
check 'make V=1 WERROR=1' builds V=1 WERROR=1
check '… a warning is an error' has "$work/log" ' -Werror '
check 'make -s' builds -s
check '… nothing' is "$(cat "$work/log")" ''

# What the program needs of a server.
check 'tcptrail needs libc and libmnl, nothing else' is \
	"$(objdump -p "$tool" | sed -n 's/^ *NEEDED *\([a-z]*\)\..*/\1/p' | sort | tr '\n' ' ')" 'libc libm libmnl '

# One file, in a root that has nothing else, says what the other says. Without a libmnl.a it
# is told what is missing.
mkdir "$work/root"
if echo 'int main(void) { return 0; }' | cc -static -x c -o "$work/a.out" - -lmnl 2>"$work/log"; then
	check 'make static' make -s BUILD="$build" static
	cp "$build/static/tcptrail" "$top/tests/recordings/6.1/abandoned.tt" "$work/root"
	check 'the static program, alone' chroot "$work/root" /tcptrail life -i /abandoned.tt
	alone=$(cat "$work/said")
	check '… says what the other says' is "$("$tool" life -i "$work/root/abandoned.tt")" "$alone"
else
	make -s BUILD="$build" static >"$work/log" 2>&1
	check 'make static says that libmnl.a is missing' grep -q 'there is no libmnl.a .*--enable-static' "$work/log"
	check '… and makes nothing' test ! -e "$build/static/tcptrail"
fi

report
