#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Traffic for 41-account.sh, and what the kernel says of it.

traffic.py rates CTID                its rates: class, bytes/s, bytes waiting
traffic.py measure CTID CLASS TIME   bytes/s sent to a class, measured for TIME
traffic.py sink ADDRESS PORT         take datagrams and connections until killed
traffic.py send ADDRESS PORT N SIZE  send N datagrams of SIZE bytes
traffic.py give ADDRESS PORT BYTES   send BYTES over one connection
traffic.py flood ADDRESS PORT SIZE SOCKETS
                                     send datagrams until killed, never waiting
"""
import ctypes
import fcntl
import socket
import struct
import sys
import time

CLASSES = 16
STAT = struct.Struct("=II" + 2 * CLASSES * "QQ" + "16Q4Q")
RATE = struct.Struct("=IIIIQQQQ")
RATE_LIST = struct.Struct("=IIIIQ")


def vzctl(write, nr, fmt, *values):
    """One ioctl on /dev/vzctl; its argument afterwards."""
    arg = bytearray(fmt.pack(fmt.size, *values))
    request = (3 if write else 1) << 30 | fmt.size << 16 | 0xB7 << 8 | nr
    with open("/dev/vzctl", "r+b", buffering=0) as dev:
        fcntl.ioctl(dev, request, arg)
    return fmt.unpack(arg)


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def rates(ctid):
    room = ctypes.create_string_buffer(RATE.size * CLASSES)
    count = vzctl(True, 0x2f, RATE_LIST, int(ctid), CLASSES, 0,
                  ctypes.addressof(room))[2]
    for i in range(count):
        rate = RATE.unpack_from(room, i * RATE.size)
        print(rate[2], rate[4], rate[6])


def sent(ctid, cls):
    stat = vzctl(True, 0x23, STAT, int(ctid), *[0] * (4 * CLASSES + 20))
    return stat[2 + 2 * CLASSES + 2 * int(cls)]


def measure(ctid, cls, seconds):
    begin, old = time.monotonic(), sent(ctid, cls)
    time.sleep(float(seconds))
    new, end = sent(ctid, cls), time.monotonic()
    print(int((new - old) / (end - begin)))


def sink(address, port):
    kind = family(address)
    datagrams = socket.socket(kind, socket.SOCK_DGRAM)
    datagrams.bind((address, int(port)))
    listener = socket.socket(kind, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, int(port)))
    listener.listen()
    while True:
        conn, _ = listener.accept()
        with conn:
            while conn.recv(1 << 20):
                pass


def send(address, port, count, size):
    out = socket.socket(family(address), socket.SOCK_DGRAM)
    out.connect((address, int(port)))
    data = bytes(int(size))
    for _ in range(int(count)):
        out.send(data)


def give(address, port, size):
    with socket.create_connection((address, int(port))) as conn:
        # killed with much unsent it would try for minutes, without a process
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        struct.pack("ii", 1, 0))
        conn.sendall(bytes(int(size)))
        conn.shutdown(socket.SHUT_WR)
        while conn.recv(4096):
            pass


def flood(address, port, size, sockets):
    outs = []
    for _ in range(int(sockets)):
        out = socket.socket(family(address), socket.SOCK_DGRAM)
        out.connect((address, int(port)))
        out.setblocking(False)
        outs.append(out)
    data = bytes(int(size))
    while True:
        for out in outs:
            try:
                out.send(data)
            except BlockingIOError:
                pass
        time.sleep(0.001)


globals()[sys.argv[1]](*sys.argv[2:])
