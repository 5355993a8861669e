# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the tests of a server share. They are run from the top of the tree.

# The kernel of which each release's root has the headers.
declare -A kernel_of=([bullseye]=5.10 [bookworm]=6.1 [trixie]=7)

# fresh SUITE DIRECTORY: a root of Debian with what it takes to build and to boot there.
# Sets $release, the kernel's.
fresh()
{
	local packages
	release=$(scripts/kernel --release "${kernel_of[$1]}")
	read -ra packages <<<"$(scripts/packages --list build)"
	packages+=(systemd-sysv udev dbus kmod procps curl pkg-config build-essential debhelper dkms
		   "linux-headers-$release")
	[ "$1" = bullseye ] || packages+=(dh-dkms)
	[ -d "$2/root" ] || scripts/root "$1" "$2" "${packages[@]}"
}
