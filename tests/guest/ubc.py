#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Beancounters by the module's own interface.

ubc.py set CTID NAME BARRIER:LIMIT [NAME BARRIER:LIMIT...]
ubc.py get CTID            all resources, with their five values
ubc.py get CTID NAME       "held maxheld barrier limit failcnt"
ubc.py get CTID NAME FIELD one of these
ubc.py why CTID            what was refused: resource held wanted bound pid comm

"-", "max" or "unlimited" stands for no limit; one number for both.
"""
import ctypes
import fcntl
import os
import sys

UNLIMITED = (1 << 63) - 1
UNKNOWN = 1
RECORDS = 64

NUMBERS = {
    "kmemsize": 0, "lockedpages": 1, "privvmpages": 2, "shmpages": 3,
    "numproc": 5, "physpages": 6, "vmguarpages": 7, "oomguarpages": 8,
    "numtcpsock": 9, "numflock": 10, "numpty": 11, "numsiginfo": 12,
    "tcpsndbuf": 13, "tcprcvbuf": 14, "othersockbuf": 15, "dgramrcvbuf": 16,
    "numothersock": 17, "dcachesize": 18, "numfile": 19, "numiptent": 23,
    "swappages": 24, "numinotify": 25, "numkeys": 26, "nummounts": 27,
    "numns": 28, "numcgroup": 29, "numneigh": 30,
}
FIELDS = ("held", "maxheld", "barrier", "limit", "failcnt")
NAMES = {number: name for name, number in NUMBERS.items()}

u32, u64 = ctypes.c_uint32, ctypes.c_uint64


def struct(*fields):
    return type("Struct", (ctypes.Structure,), {"_fields_": list(fields)})


Limit = struct(("resource", u32), ("reserved", u32), ("barrier", u64),
               ("limit", u64))
Set = struct(("size", u32), ("ctid", u32), ("count", u32), ("flags", u32),
             ("limits", u64))
Value = struct(("resource", u32), ("flags", u32), ("held", u64),
               ("maxheld", u64), ("barrier", u64), ("limit", u64),
               ("failcnt", u64))
Get = struct(("size", u32), ("ctid", u32), ("count", u32), ("reserved", u32),
             ("values", u64))
Record = struct(("time", u64), ("held", u64), ("wanted", u64), ("bound", u64),
                ("resource", u32), ("pid", ctypes.c_int32),
                ("comm", ctypes.c_char * 16))
Why = struct(("size", u32), ("ctid", u32), ("count", u32), ("reserved", u32),
             ("records", u64), ("total", u64))


def ioctl(direction, nr, arg):
    arg.size = ctypes.sizeof(arg)
    fd = os.open("/dev/vzctl", os.O_RDWR)
    try:
        fcntl.ioctl(fd, direction << 30 | arg.size << 16 | 0xB7 << 8 | nr, arg)
    finally:
        os.close(fd)
    return arg


def amount(text):
    return UNLIMITED if text in ("-", "max", "unlimited") else int(text)


def set_limits(ctid, pairs):
    """pairs: (name, barrier, limit)"""
    limits = (Limit * len(pairs))()
    for element, (name, barrier, limit) in zip(limits, pairs):
        element.resource = NUMBERS[name]
        element.barrier, element.limit = barrier, limit
    ioctl(1, 0x40, Set(ctid=ctid, count=len(pairs),
                       limits=ctypes.addressof(limits)))


def get(ctid):
    """Return {name: (held, maxheld, barrier, limit, failcnt)}"""
    values = (Value * 64)()
    arg = ioctl(3, 0x41, Get(ctid=ctid, count=len(values),
                             values=ctypes.addressof(values)))
    return {NAMES[v.resource]: (v.held, v.maxheld, v.barrier, v.limit,
                                v.failcnt)
            for v in values[:arg.count] if not v.flags & UNKNOWN}


def why(ctid):
    """Return the records, the oldest first"""
    records = (Record * RECORDS)()
    arg = ioctl(3, 0x42, Why(ctid=ctid, count=RECORDS,
                             records=ctypes.addressof(records)))
    return records[:arg.count]


def show(values, name=None, field=None):
    if name is None:
        for name, fields in values.items():
            print(name, *fields)
    elif name not in values:
        print("unknown")
    elif field:
        print(values[name][FIELDS.index(field)])
    else:
        print(*values[name])


def main(argv):
    command, ctid, rest = argv[1], int(argv[2]), argv[3:]
    if command == "set":
        pairs = []
        for name, text in zip(rest[::2], rest[1::2]):
            barrier, _, limit = text.partition(":")
            pairs.append((name, amount(barrier), amount(limit or barrier)))
        set_limits(ctid, pairs)
    elif command == "get":
        show(get(ctid), *rest)
    elif command == "why":
        for r in why(ctid):
            print(NAMES[r.resource], r.held, r.wanted, r.bound, r.pid,
                  r.comm.decode(errors="replace"))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main(sys.argv)
    except OSError as e:
        sys.exit(f"ubc.py: {e.strerror}")
    except (IndexError, KeyError, ValueError):
        sys.exit(__doc__)
