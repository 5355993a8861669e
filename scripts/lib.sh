# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the scripts share: where things are kept, and how they speak.

me=${0##*/}
PATH=$PATH:/usr/sbin:/sbin
scripts=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
# shellcheck disable=SC2034
top=${scripts%/*}
cache=${TCPTRAIL_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/tcptrail}

note()
{
	echo "$me: $*" >&2
}

die()
{
	note "$*"
	exit 1
}

# A mistake on the command line.
usage()
{
	note "$*"
	exit 2
}

# One at a time for each NAME, over all the scripts that run now. What is run
# ends the script when it fails.
locked()
{
	local name=$1 fd
	shift
	mkdir -p "$cache/lock"
	exec {fd}>"$cache/lock/$name"
	flock "$fd"
	# The lock is this shell's: a daemon started below must not keep it.
	"$@" {fd}>&-
	exec {fd}>&-
}
