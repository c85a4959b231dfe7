#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""ubcparsers.py CTID - reads the beancounters of a container the way programs
of others do, and compares what each of them sees with the kernel's numbers.

The rules are written anew after what dstat (vz_ubc), munin, nagios (check_UBC,
check_beancounters), collectd, Zabbix and Proxmox look for.
"""
import re
import sys

OLD = "/proc/user_beancounters"
NEW = "/proc/bc/resources"


def text(path):
    with open(path) as f:
        return f.read()


def truth(ct):
    """resource: [held, maxheld, barrier, limit, failcnt]"""
    rows = (line.split() for line in
            text("/proc/bc/%s/resources" % ct).splitlines())
    return {words[0]: [int(w) for w in words[1:]] for words in rows}


def dstat(ct):
    """Number of words in a line tells what it is."""
    found, name = {}, None
    for words in (line.split() for line in text(OLD).splitlines()):
        if len(words) < 6 or words[0] == "uid":
            continue
        if len(words) == 7:
            name = words[0][:-1]
            words = words[1:]
        if name == ct:
            found[words[0]] = [None] * 4 + [int(words[5])]
    return found


def munin(ct):
    """awk: from the line of the container to the next one with a colon."""
    found, inside = {}, False
    for line in text(OLD).splitlines():
        if re.match(r"^\s+\d+:", line):
            inside = line.split(":")[0].strip() == ct
            line = line.split(":", 1)[1]
        m = re.match(r"^\s+([a-z]+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)$",
                     line)
        if inside and m:
            found[m[1]] = [int(m[i]) for i in range(2, 7)]
    return found


def nagios(ct):
    """Perl: optional number, then six words, in the whole file."""
    found, uid = {}, None
    lines = text(OLD).split("\n")
    assert lines[0] == "Version: 2.5", lines[0]
    assert re.match(r"^\s+uid\s+resource\s+held\s+maxheld\s+barrier\s+limit"
                    r"\s+failcnt\s*$", lines[1]), lines[1]
    for line in lines[2:]:
        m = re.match(r"^\s*(?:(\d+):)?\s*(\S+)\s+(\d+)\s+(\d+)\s+(\d+)"
                     r"\s+(\d+)\s+(\d+)\s*$", line)
        assert m or not line, line
        if not m:
            continue
        uid = m[1] or uid
        if uid == ct:
            found[m[2]] = [int(m[i]) for i in range(3, 8)]
    return found


def collectd(ct):
    """Columns at fixed places: the widths are part of the format."""
    found, uid = {}, None
    for line in text(OLD).splitlines()[2:]:
        assert len(line) == 10 + 2 + 12 + 5 * 21, line
        uid = line[:10].strip().rstrip(":") or uid
        if uid == ct:
            found[line[12:24].strip()] = [int(line[24 + 21 * i:45 + 21 * i])
                                          for i in range(5)]
    return found


def proxmox(ct):
    """The newer file, which has swappages."""
    found, uid = {}, None
    for line in text(NEW).splitlines()[2:]:
        m = re.match(r"^\s*(?:(\d+):)?\s*([a-z]+)\s+(\d+)\s+(\d+)\s+(\d+)"
                     r"\s+(\d+)\s+(\d+)$", line)
        uid = m[1] or uid
        if uid == ct:
            found[m[2]] = [int(m[i]) for i in range(3, 8)]
    assert "swappages" in found and "dummy" not in found
    return found


def zabbix(ct):
    """awk '{s += $6} END {print s}' of one container's file"""
    total = sum(int(line.split()[5]) for line in
                text("/proc/bc/%s/resources" % ct).splitlines())
    return {"total": [None] * 4 + [total]}


def compare(parser, found, real):
    seen = 0
    for name, values in found.items():
        if name == "dummy":
            continue
        for mine, wanted in zip(values[2:], real[name][2:]):
            if mine is not None and mine != wanted:
                return "%s: %s is %s instead of %s" % (parser, name, values,
                                                       real[name])
        seen += 1
    return None if seen else "%s: nothing was found" % parser


def main():
    ct = sys.argv[1]
    real = truth(ct)
    real["total"] = [0] * 4 + [sum(v[4] for v in real.values())]
    bad = 0
    for parser in dstat, munin, nagios, collectd, proxmox, zabbix:
        # what is held changes meanwhile, the other columns do not
        error = compare(parser.__name__, parser(ct), real)
        print("not ok - " + error if error else
              "ok - %s reads them" % parser.__name__)
        bad += bool(error)
    sys.exit(bad > 0)


main()
