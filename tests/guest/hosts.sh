# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Two hosts in network namespaces, for the guest's scripts.
#
#	alice 10.0.0.1 ---- 10 ms each way ---- 10.0.0.2 bob

on()
{
	on_host=$1
	shift
	nsenter --net="/run/netns/$on_host" "$@"
}

hosts()
{
	ip netns add alice
	ip netns add bob
	ip link add veth0 netns alice type veth peer name veth0 netns bob
	ip -n alice addr add 10.0.0.1/24 dev veth0
	ip -n bob addr add 10.0.0.2/24 dev veth0
	for host in alice bob; do
		ip -n $host link set lo up
		ip -n $host link set veth0 up
		tc -n $host qdisc add dev veth0 root netem delay 10ms
	done
	on alice ping -c 1 -W 2 10.0.0.2 >/dev/null # ARP is no part of the story
}

# traffic_as DIRECTORY NAME…: the program traffic by other names, for a process is
# called what its program is.
traffic_as()
{
	directory=$1
	shift
	for name; do
		ln -sf "$(command -v traffic)" "$directory/$name"
	done
}
