# SPDX-License-Identifier: GPL-2.0-only
"""limits.py CTID OTHER: takes each resource in CTID until it is refused."""
import concurrent.futures
import os
import sys
import threading
import time

import bc
from bc import tell

# resource, who takes it, size of one in units of the taker and of the
# resource, how many there may be, errno
CASES = (
    ('numfile', 'file', 1, 1, 40, 'ENFILE'),
    ('numfile', 'eventfd', 1, 1, 40, 'ENFILE'),
    ('numfile', 'flight', 1, 1, 40, 'ENFILE'),
    ('numproc', 'process', 1, 1, 20, 'ENOMEM'),
    # by the C library
    ('numproc', 'thread', 1, 1, 20, 'EAGAIN'),
    ('numpty', 'pty', 1, 1, 5, 'ENOMEM'),
    ('numsiginfo', 'signal', 1, 1, 30, 'EAGAIN'),
    ('numflock', 'flock', 1, 1, 20, 'ENOMEM'),
    ('numflock', 'posix', 1, 1, 20, 'ENOLCK'),
    ('privvmpages', 'private', 4096, 1024, 12, 'ENOMEM'),
    ('lockedpages', 'locked', 64, 16, 8, 'EAGAIN ENOMEM'),
    ('lockedpages', 'mlock', 64, 16, 8, 'ENOMEM'),
    ('lockedpages', 'mremap', 64, 16, 8, 'ENOMEM'),
    ('lockedpages', 'brk', 64, 16, 8, 'ENOMEM'),
    ('shmpages', 'shared', 4096, 1024, 6, 'ENOMEM'),
    ('shmpages', 'segment', 4096, 1024, 6, 'ENOMEM'),
    ('shmpages', 'memfd', 4096, 1024, 6, 'ENOSPC'),
    ('numinotify', 'inotify', 1, 1, 10, 'EMFILE'),
    ('numinotify', 'watch', 1, 1, 10, 'ENOSPC'),
    ('numkeys', 'key', 1, 1, 10, 'EDQUOT'),
    ('nummounts', 'mount', 1, 1, 10, 'ENOMEM'),
    ('numns', 'namespace', 1, 1, 10, 'ENOSPC'),
    ('numcgroup', 'cgroup', 1, 1, 10, 'EAGAIN'),
    ('numneigh', 'neighbour', 1, 1, 10, 'ENOBUFS'),
)


def secret_is_locked():
    """6.1 has no memfd_secret(2) or switched it off, 7.2 does not lock it."""
    switch = '/sys/module/secretmem/parameters/enable'
    if not os.path.exists(switch) or int(os.uname().release.split('.')[0]) >= 7:
        return False
    with open(switch) as file:
        return file.read().strip() == 'Y'


if secret_is_locked():
    CASES += ('lockedpages', 'secret', 64, 16, 8, 'ENOMEM'),

ctid, other = int(sys.argv[1]), int(sys.argv[2])


def held(name):
    return bc.read(ctid)[name].held


def settles(name, want, slack):
    """Waits until what is held is what it was."""
    for _ in range(100):
        if abs(held(name) - want) <= slack:
            return True
        time.sleep(0.1)
    return False


# these give nothing back before they end
AT_THE_END = 'flight', 'thread', 'watch'


def one(name, taker, size, unit, count, errors):
    what = f'{name}: {taker}'
    # the kernel counts shared memory for each processor first
    slack = 256 if name == 'shmpages' else 0
    before = bc.read(ctid)[name]
    barrier = before.held + count * unit + 8 * unit
    bc.set_limits(ctid, name, barrier, bc.MAX)
    t = bc.Taker(ctid, taker, 10 * count, size)
    now = bc.read(ctid)[name]
    why = f'{t.taken} {t.error}, {vars(before)}, {vars(now)}'
    tell(count - 4 <= t.taken <= count + 8 and t.error in errors.split(),
         f'{what}: refused at the barrier', why)
    most = max(before.maxheld, barrier + slack)
    tell(barrier - 2 * unit - slack <= now.maxheld <= most,
         f'{what}: the most that was held', why)
    # tmpfs tries once more with a smaller page
    tell(1 <= now.failcnt - before.failcnt <= 1 + (taker == 'memfd'),
         f'{what}: counted as refused', why)
    if taker not in AT_THE_END:
        t.step()
        # the process itself takes something of most
        tell(settles(name, before.held, 6 * unit + slack),
             f'{what}: given back', f'{held(name)}, {before.held} before')
    t.end()
    tell(settles(name, before.held, slack), f'{what}: all given back',
         f'{held(name)}, {before.held} before')
    bc.set_limits(ctid, name, bc.MAX, bc.MAX)


def churn():
    """What was granted and given back counts for nothing."""
    before = bc.read(ctid)['privvmpages']
    bc.set_limits(ctid, 'privvmpages', before.held + 20 * 1024, bc.MAX)
    t = bc.Taker(ctid, 'churn', 2000, 4096)
    tell(t.taken == 2000, 'privvmpages: what was given back is granted again',
         f'{t.taken} {t.error}')
    t.end()
    bc.set_limits(ctid, 'privvmpages', bc.MAX, bc.MAX)


def lock_all():
    """A program of 32 bits locks all it has, which is some hundred pages."""
    before = bc.read(ctid)['lockedpages']
    bc.set_limits(ctid, 'lockedpages', before.held + 10, bc.MAX)
    t = bc.Taker(ctid, 'lock-all', 1)
    now = bc.read(ctid)['lockedpages']
    tell(t.taken == 0 and t.error == 'ENOMEM' and
         now.failcnt == before.failcnt + 1, 'lockedpages: all is refused',
         f'{t.taken} {t.error} {vars(now)}')
    t.end()
    bc.set_limits(ctid, 'lockedpages', bc.MAX, bc.MAX)
    t = bc.Taker(ctid, 'lock-all', 1)
    now = bc.read(ctid)['lockedpages']
    tell(t.taken == 1 and now.held > before.held + 10,
         'lockedpages: all is locked', f'{t.taken} {t.error} {vars(now)}')
    t.end()


def split():
    """A lock that is cut in two may pass the barrier, not the limit."""
    before = bc.read(ctid)['numflock']
    bc.set_limits(ctid, 'numflock', before.held + 1, before.held + 10)
    t = bc.Taker(ctid, 'split', 50)
    now = bc.read(ctid)['numflock']
    tell(t.taken == 9 and t.error == 'ENOLCK' and
         now.held == before.held + 10, 'numflock: split up to the limit',
         f'{t.taken} {t.error} {vars(now)}')
    t.end()
    tell(settles('numflock', before.held, 0), 'numflock: all of them gone')
    bc.set_limits(ctid, 'numflock', bc.MAX, bc.MAX)


def makes(start, path):
    """Return: was it made?"""
    start.wait()
    try:
        os.mkdir(path)
    except BlockingIOError:
        return False
    return True


def crowd(workers=16, may=4, rounds=20):
    """Many who ask at the same time, each elsewhere, get no more together."""
    top = f'/sys/fs/cgroup/vz/{ctid}/ct/crowd.'
    for n in range(workers):
        os.mkdir(f'{top}{n}')
    before = bc.read(ctid)['numcgroup']
    bc.set_limits(ctid, 'numcgroup', before.held + may, bc.MAX)
    paths = [f'{top}{n}/one' for n in range(workers)]
    got = []
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for _ in range(rounds):
            start = threading.Barrier(workers)
            made = list(pool.map(makes, [start] * workers, paths))
            got.append(sum(made))
            for path, done in zip(paths, made):
                if done:
                    os.rmdir(path)
            settles('numcgroup', before.held, 0)
    tell(got == [may] * rounds, 'numcgroup: many at the same time', str(got))
    now = bc.read(ctid)['numcgroup']
    tell(now.failcnt - before.failcnt == rounds * (workers - may),
         'numcgroup: each of them is counted', str(vars(now)))
    bc.set_limits(ctid, 'numcgroup', bc.MAX, bc.MAX)
    for n in range(workers):
        os.rmdir(f'{top}{n}')


def killed():
    """Who is killed gives everything back."""
    before = bc.read(ctid)
    for name in 'file', 'flock', 'pty', 'signal', 'private', 'shared':
        t = bc.Taker(ctid, name, 16, 64)
        t.process.kill()
        t.end()
    for name in 'numfile', 'numflock', 'numpty', 'numsiginfo', 'numproc':
        tell(settles(name, before[name].held, 0), f'{name}: given back when '
             'processes are killed', f'{held(name)}, {before[name].held} before')


start = bc.read(other)
for case in CASES:
    one(*case)
churn()
lock_all()
split()
crowd()
killed()
end = bc.read(other)
tell(all(v.failcnt == start[name].failcnt for name, v in end.items()),
     'nothing was refused to the other container')
sys.exit(bc.failed > 0)
