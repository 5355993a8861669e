# An hour and ten minutes as they ought to be: a client and a server that are busy. One
# SYN in two hundred is lost, and some ends are closed ten seconds after the other.
0	0.2	20500	../unit/ladder/four_way.script
0	40	102	retried.script
