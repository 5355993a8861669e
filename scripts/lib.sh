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

# debian_sources SUITE: lines for a sources.list, with the mirrors that this machine's apt
# uses, whatever syntax it is told in.
debian_sources()
{
	local suite=$1 main security s
	local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	# shellcheck disable=SC2016 # these are apt's own variables
	main=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI) $(COMPONENT)' |
	       awk '$1 ~ /^(bullseye|bookworm|trixie|forky|sid|(old|un)?stable|testing)$/ &&
		    $3 == "main" { print $2; exit }')
	# shellcheck disable=SC2016
	security=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' |
		   awk '$1 ~ /-security$/ { print $2; exit }')
	[ -n "$main" ] ||
		die "apt knows no Debian mirror here: name one in /etc/apt/sources.list.d"
	# Debian's archives lie side by side on a mirror.
	[ -n "$security" ] || security=${main%/}-security

	for s in "$suite $main" "$suite-security $security" "$suite-backports $main"; do
		# Backports end with the release's support.
		[ "$s" = "bullseye-backports $main" ] ||
			echo "deb [arch=amd64 signed-by=$keyring] ${s#* } ${s%% *} main"
	done
}
