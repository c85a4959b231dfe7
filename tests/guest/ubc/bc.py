# SPDX-License-Identifier: GPL-2.0-only
"""Beancounters as seen and set from the host, and how a test ended."""
import ctypes
import fcntl
import struct
import subprocess

MAX = (1 << 63) - 1
NUMBER = {name: n for n, name in enumerate((
    'kmemsize', 'lockedpages', 'privvmpages', 'shmpages', '', 'numproc',
    'physpages', 'vmguarpages', 'oomguarpages', 'numtcpsock', 'numflock',
    'numpty', 'numsiginfo', 'tcpsndbuf', 'tcprcvbuf', 'othersockbuf',
    'dgramrcvbuf', 'numothersock', 'dcachesize', 'numfile', '', '', '',
    'numiptent', 'swappages', 'numinotify', 'numkeys', 'nummounts', 'numns',
    'numcgroup', 'numneigh'))}
VZUB_IOC_SET = 1 << 30 | 24 << 16 | 0xb7 << 8 | 0x40

# tests that told so
failed = 0


def tell(good, text, why=''):
    global failed
    failed += not good
    print(('ok - ' if good else 'not ok - ') + text, flush=True)
    if not good and why:
        print('#   ' + why, flush=True)


class Values:
    """held, maxheld, barrier, limit and failcnt of a resource"""

    def __init__(self, words):
        (self.held, self.maxheld, self.barrier, self.limit,
         self.failcnt) = map(int, words)


def read(ctid):
    """All resources of a container, by name."""
    values = {}
    for name in 'resources', 'resources.ext':
        with open(f'/proc/bc/{ctid}/{name}') as f:
            for line in f:
                words = line.split()
                values[words[0]] = Values(words[1:])
    return values


def set_limits(ctid, name, barrier, limit):
    """Sets barrier and limit of one resource."""
    element = ctypes.create_string_buffer(
        struct.pack('IIQQ', NUMBER[name], 0, barrier, limit))
    arg = struct.pack('IIIIQ', 24, ctid, 1, 0, ctypes.addressof(element))
    with open('/dev/vzctl', 'rb') as device:
        fcntl.ioctl(device, VZUB_IOC_SET, arg)


class Taker:
    """ub-use, at work in a container"""

    def __init__(self, ctid, name, count, size=1):
        self.process = subprocess.Popen(
            ['vzctl', 'exec3', str(ctid), '/ub-use', name, str(count),
             str(size)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        words = self.process.stdout.readline().split()
        self.taken, self.error = (int(words[0]), words[1]) if words else (0, '')

    def step(self):
        """Lets it give back what it took, and then end."""
        self.process.stdin.write('\n')
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait()
