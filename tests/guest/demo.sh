#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The main job, in the guest (make demo): two hosts in network namespaces,
# 20 ms apart, and what tcptrail shows of the TCP between them.
#
#	alice 10.0.0.1 ---- 10 ms each way ---- 10.0.0.2 bob
set -eu
# shellcheck source=tests/guest/hosts.sh
. tcptrail-hosts

tell()
{
	printf '\n\033[1m%s\033[0m\n' "$*"
}

tell '1. Load the recorder.'
echo '# modprobe tcptrail'
modprobe tcptrail
hosts
mkdir -p /run/demo
traffic_as /run/demo browser web-server shop-server

tell '2. A browser on alice asks a web server on bob. Live, what their sockets do:'
echo '# tcptrail watch --kind transitions'
on bob /run/demo/web-server serve 10.0.0.2 80 &
tcptrail watch --relative --kind transitions --port 80 --duration 3 &
watch=$!
sleep 1
on alice /run/demo/browser fetch 10.0.0.2 80
wait $watch

tell '3. The same connection as in the textbook, segment by segment:'
echo '# tcptrail explain 10.0.0.2:80'
tcptrail explain 10.0.0.2:80

tell '4. A shop server that forgets to close. Its clients have gone long ago:'
on bob /run/demo/shop-server serve --forget 10.0.0.2 8080 &
sleep 0.2
on alice /run/demo/browser fetch 10.0.0.2 8080 3
sleep 4
echo '# tcptrail stuck --older 2s'
tcptrail stuck --older 2s --state close-wait

tell '5. Unload. The kernel has nothing to complain about:'
kill %1 %3 2>/dev/null || kill $! 2>/dev/null || :
echo '# rmmod tcptrail; dmesg | tail -n 3'
rmmod tcptrail
dmesg | tail -n 3
