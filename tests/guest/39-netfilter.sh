#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Packet filters inside: what works, and what each mode of NETFILTER refuses.
# kernels: 6.1 6.12 7.2
# check: 6.1
# shellcheck source-path=SCRIPTDIR
. ./lib.sh
. ./nettools.sh

a=391 b=392
A=10.39.0.1 B=10.39.0.2 H=10.39.1.1
A6=fd39::1 B6=fd39::2 H6=fd39:1::1

# ask CTID ADDRESS PORT - what the server there says to a container
ask() { in_ct "$1" socat -T3 - "TCP:$2:$3,connect-timeout=2" </dev/null 2>/dev/null; }
# ask_from_host ADDRESS PORT
ask_from_host() { socat -T3 - "TCP:$1:$2,connect-timeout=2" </dev/null 2>/dev/null; }

# It says who asks.
# shellcheck disable=SC2016
serve() { socat "TCP6-LISTEN:$1,ipv6only=0,fork,reuseaddr" 'SYSTEM:echo $SOCAT_PEERADDR' & }
serve_in_ct() { in_ct "$1" socat "TCP6-LISTEN:$2,ipv6only=0,fork,reuseaddr" SYSTEM:"echo ct$1" & }

ip link add h0 type dummy
ip link set h0 up
ip addr add $H/32 dev h0
ip addr add $H6/128 dev h0 nodad
sysctl -q net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
require "a container with the tools" tools_ct $a
require "another one" tools_ct $b
vzctl set $a --ipadd $A --ipadd $A6 --netfilter full --save >/dev/null
vzctl set $b --ipadd $B --ipadd $B6 --netfilter full --save >/dev/null
require "start them" sh -c "vzctl start $a && vzctl start $b"
serve 7000
# shellcheck disable=SC2016
socat TCP4-LISTEN:7001,fork,reuseaddr 'SYSTEM:echo $SOCAT_PEERADDR' &
serve_in_ct $a 80
serve_in_ct $b 80
check "the host answers" wait_for 30 ask $a $H 7000
check "the containers answer" wait_for 30 ask $a $B 80
check "and the other way round" wait_for 30 ask_from_host $A 80

# --------------------------------------------------- what works in full --

for kind in legacy nft; do
	four() { in_ct $a iptables-$kind "$@"; }
	six() { in_ct $a ip6tables-$kind "$@"; }
	check "$kind: a rule that drops" four -A OUTPUT -p tcp --dport 7000 -j DROP
	refused "$kind: it does" ask $a $H 7000
	check "$kind: not in the other container" ask $b $H 7000
	check "$kind: not with IPv6" ask $a "[$H6]" 7000
	check "$kind: with IPv6" six -A OUTPUT -p tcp --dport 7000 -j REJECT
	refused "$kind: it rejects" ask $a "[$H6]" 7000
	same "$kind: the other container has no rule" \
		"$(in_ct $b iptables-$kind -S | grep -v '^-P' )" ""
	same "$kind: nor has the host" "$(iptables-$kind -S | grep -v '^-P')" ""
	check "$kind: delete them" four -F
	check "$kind: delete them" six -F
	check "$kind: it is open again" ask $a $H 7000

	for rule in '-m state --state ESTABLISHED,RELATED -j ACCEPT' \
		'-m conntrack --ctstate INVALID -j DROP' '-j DROP'; do
		# shellcheck disable=SC2086
		check "$kind: rule $rule" four -A INPUT $rule
	done
	refused "$kind: no connection from outside" ask_from_host $A 80
	check "$kind: answers come in" ask $a $H 7000
	four -F
	check "$kind: IPv6 knows states" \
		six -A INPUT -m state --state ESTABLISHED -j ACCEPT
	six -F

	check "$kind: DNAT to another port" four -t nat -A PREROUTING \
		-p tcp --dport 8080 -j DNAT --to-destination $A:80
	same "$kind: it leads there" "$(ask_from_host $A 8080)" ct$a
	check "$kind: REDIRECT of IPv6" six -t nat -A PREROUTING \
		-p tcp --dport 8081 -j REDIRECT --to-ports 80
	same "$kind: it leads there" "$(ask_from_host "[$A6]" 8081)" ct$a
	in_ct $a ip addr add 172.16.0.1/32 dev lo
	check "$kind: MASQUERADE" four -t nat -A POSTROUTING \
		-s 172.16.0.1 -j MASQUERADE
	same "$kind: the host sees the container's address" \
		"$(in_ct $a socat -T3 - TCP4:$H:7001,bind=172.16.0.1,connect-timeout=2 \
			</dev/null)" $A
	in_ct $a ip addr del 172.16.0.1/32 dev lo
	for table in nat filter mangle raw; do
		check "$kind: clear the table $table" four -t $table -F
		six -t $table -F
	done
	check "$kind: mangle" four -t mangle -A OUTPUT -j MARK --set-mark 7
	check "$kind: untracked" four -t raw -A PREROUTING -p udp -j CT --notrack
	check "$kind: limits" four -A INPUT -m limit --limit 5/second -m comment \
		--comment hello -m multiport -p tcp --dports 1,2 -j LOG
	check "$kind: number of connections" four -A INPUT -p tcp \
		-m connlimit --connlimit-above 100 -j REJECT
	four -F; four -t mangle -F; four -t raw -F
done

nft() { in_ct $a nft "$@"; }
check "nft: a table" nft add table inet t
check "nft: a chain" nft add chain inet t out '{ type filter hook output priority 0; }'
check "nft: a rule that drops" nft add rule inet t out tcp dport 7000 counter drop
refused "nft: it does" ask $a $H 7000
refused "nft: with IPv6 too" ask $a "[$H6]" 7000
check "nft: a set" nft add set inet t s '{ type ipv4_addr; flags timeout; }'
check "nft: look at connections" nft add rule inet t out ct state established accept
check "nft: a NAT chain" nft add chain inet t pre '{ type nat hook prerouting priority -100; }'
check "nft: redirect" nft add rule inet t pre tcp dport 8082 redirect to :80
same "nft: it leads there" "$(ask_from_host $A 8082)" ct$a
check "nft: list" nft list ruleset
check "nft: fib, limit, log, reject" nft add rule inet t out fib daddr type local \
	limit rate 5/second log reject
same "the other container sees none of it" "$(in_ct $b nft list ruleset)" ""
refused "nor does the host" sh -c "nft list table inet t"
check "nft: delete" nft delete table inet t
check "ebtables" in_ct $a ebtables-nft -A INPUT -j ACCEPT
check "arptables" in_ct $a arptables-nft -A INPUT -j ACCEPT

# ------------------------------------------------------- what is refused --

# probe NAME COMMAND... - "NAME=yes" or "NAME=no"; what is said is kept
probe() {
	local name=$1
	shift
	if "$@" >/dev/null 2>>/tmp/said; then
		echo "$name=yes"
	else
		echo "$name=no"
	fi
}

# probe_all COMMAND... - with the command before each
probe_all() {
	local t
	for t in iptables-legacy iptables-nft ip6tables-legacy ip6tables-nft; do
		probe $t "$@" $t -A OUTPUT -p tcp --dport 9 -j DROP
		probe $t-mangle "$@" $t -t mangle -A OUTPUT -j MARK --set-mark 1
		probe $t-notrack "$@" $t -t raw -A OUTPUT -p udp -j CT --notrack
		probe $t-state "$@" $t -A INPUT -m state --state NEW -j ACCEPT
		probe $t-connmark "$@" $t -t mangle -A INPUT -j CONNMARK --set-mark 1
		probe $t-nat "$@" $t -t nat -A POSTROUTING -j MASQUERADE
	done
	probe nft "$@" nft add table inet u
	probe nft-chain "$@" nft add chain inet u c '{ type filter hook input priority 0; }'
	probe nft-rule "$@" nft add rule inet u c tcp dport 9 drop
	probe nft-state "$@" nft add rule inet u c ct state new accept
	probe nft-helper "$@" nft add ct helper inet u h '{ type "ftp" protocol tcp; }'
	probe nft-nat-ip "$@" nft add table ip n '{ chain n { type nat hook output priority 0; }; }'
	probe nft-nat-inet "$@" nft add table inet n '{ chain n { type nat hook output priority 0; }; }'
	probe tc-ct "$@" sh -c '/usr/sbin/tc qdisc replace dev lo ingress &&
		/usr/sbin/tc filter add dev lo ingress matchall action ct'
}

# wanted MODE - what probe_all has to print
wanted() {
	local mode=$1 state=no nat=no any=yes
	case $mode in
	full) state=yes nat=yes ;;
	stateful) state=yes ;;
	disabled) any=no ;;
	esac
	local t
	for t in iptables-legacy iptables-nft ip6tables-legacy ip6tables-nft; do
		printf '%s\n' $t=$any $t-mangle=$any $t-notrack=$any \
			$t-state=$state $t-connmark=$state $t-nat=$nat
	done
	printf '%s\n' nft=$any nft-chain=$any nft-rule=$any nft-state=$state \
		nft-helper=$state nft-nat-ip=$nat nft-nat-inet=$nat tc-ct=$nat
}

vzctl stop $a >/dev/null
vzctl stop $b >/dev/null
for mode in disabled stateless stateful full; do
	vzctl set $a --netfilter $mode --save >/dev/null
	run_expect 0 "start with $mode" vzctl start $a
	same "no warning" "$stderr" ""
	: >/tmp/said
	same "$mode" "$(probe_all in_ct $a)" "$(wanted $mode)"
	sort /tmp/said | uniq -c | sed 's/^/# /'
	same "$mode, in namespaces of its own" \
		"$(probe_all in_ct $a unshare -Urn)" "$(wanted $mode | sed '
		# each is in a new one: these need what was made before
		s/^nft-\(chain\|rule\|state\|helper\)=.*/nft-\1=no/')"
	init=$(vzlist -H -o ctid $a >/dev/null; cat /sys/fs/cgroup/vz/$a/ct/cgroup.procs \
		/sys/fs/cgroup/vz/$a/ct/*/cgroup.procs 2>/dev/null | sort -n | head -n 1)
	check "$mode: the host may in the container's namespace" \
		nsenter -t "$init" -n iptables-legacy -A INPUT -m state --state NEW -j ACCEPT
	check "$mode: and nft" nsenter -t "$init" -n nft add table inet host \
		'{ chain n { type nat hook output priority 0; }; }'
	if [ $mode = disabled ]; then
		run_expect 0 "set another mode while it runs" \
			vzctl set $a --netfilter full --save
		same "it needs a restart" "$(grep -c setmode <<<"$stderr")" 1
		refused "it is not in force" in_ct $a nft list ruleset
	fi
	vzctl stop $a --fast >/dev/null
done

# Which mode an old config has, and one that says nothing.
for line in 'NETFILTER=""' 'IPTABLES="ipt_REJECT iptable_filter ipt_state"' \
	'IPTABLES="iptable_nat ip_conntrack"'; do
	sed -i '/^NETFILTER=/d; /^IPTABLES=/d' /etc/vz/conf/$a.conf
	echo "$line" >>/etc/vz/conf/$a.conf
	vzctl start $a >/dev/null
	case $line in
	NETFILTER*) want='state=no nat=no' ;;
	*ipt_state*) want='state=yes nat=no' ;;
	*) want='state=yes nat=yes' ;;
	esac
	same "$line" "$(
		probe state in_ct $a nft add table inet t \
			'{ chain c { type filter hook input priority 0; ct state new accept; }; }'
		probe nat in_ct $a nft add table inet u \
			'{ chain c { type nat hook output priority 0; }; }'
	)" "$(tr ' ' '\n' <<<"$want")"
	vzctl stop $a --fast >/dev/null
done
run_expect 21 "a mode that does not exist" vzctl set $a --netfilter some --save

# The modules with the functions that are hooked come and go.
hook() { sed -n "s/^$1  *//p" /proc/vz/hooks; }
same "hooked" "$(hook nf_ct_netns_get)" armed
# What nobody uses, again and again: some of them use each other.
unload() {
	local name used
	while read -r name _ used _; do
		case $name$used in
		nf_*0 | nft_*0 | xt_*0 | ip*0 | x_tables0 | act_ct0 | nfnetlink*0)
			rmmod "$name"
			;;
		esac
	done </proc/modules
	! grep -q '^nf_conntrack ' /proc/modules
}
check "unload connection tracking" wait_for 20 unload
same "its hook waits" "$(hook nf_ct_netns_get)" "waiting for the module nf_conntrack"
same "that of NAT, too" "$(hook nf_nat_register_fn)" "waiting for the module nf_nat"
vzctl set $a --netfilter stateless --save >/dev/null
vzctl start $a >/dev/null
refused "it is refused when it comes again" \
	in_ct $a iptables-legacy -A INPUT -m state --state NEW -j ACCEPT
same "and is hooked" "$(hook nf_ct_netns_get)" armed
check "a name of what is missing" sh -c '! grep -v -e armed -e idle -e "waiting for" /proc/vz/hooks'
vzctl stop $a --fast >/dev/null
check "remove the module" sh -c "modprobe -r vznet && modprobe vznet"
check "no hook has failed" sh -c "! grep failed /proc/vz/hooks"
vzctl destroy $a >/dev/null
vzctl destroy $b >/dev/null
jobs -p | xargs -r kill 2>/dev/null
finish
