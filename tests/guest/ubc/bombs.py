# SPDX-License-Identifier: GPL-2.0-only
"""bombs.py OTHER CTID CTID [BOMB...]: hostile loads in one CTID and then the
other, heartbeats in OTHER and on the host.
"""
import collections
import os
import re
import subprocess
import sys
import threading
import time

import bc
from bc import tell

PROGRAM = '/bin/ub-bomb'
PERIOD = 0.1
# of the beats may be late
LOST = 0.05
# how long each bomb is watched
WINDOW = 3
STOP = 5

Bomb = collections.namedtuple(
    'Bomb', 'name limits workers takers expect slack dies')


def bomb(name, limits, takers, workers=8, expect=None, slack=None, dies=False):
    """limits: how much more than it holds CTID may have of each resource;
    expect: resources of which something has to be refused, missing: all;
    slack: how much more than the limit may be held;
    dies: the kernel may kill all there is"""
    return Bomb(name, limits, workers, takers.split(),
                list(limits) if expect is None else expect, slack or {}, dies)


MB = 1 << 20
PAGES_MB = MB // 4096
CPUS = os.cpu_count()
# what is accepted, or just being refused, at the same time; see sock.c
SOCKETS = {'numtcpsock': CPUS, 'numothersock': CPUS}
# what the kernel takes whatever it is told, and counts with a delay
KERNEL = {'kmemsize': 2 * MB, 'dcachesize': MB}
BOMBS = (
    bomb('fork', {'numproc': 150}, 'fork', 1),
    bomb('vfork', {'numproc': 150}, 'vfork', 2),
    bomb('threads', {'numproc': 150}, 'thread', 4),
    bomb('files', {'numfile': 2000},
         'file dup closed cycle flight nest pidfd eventfd'),
    bomb('tcp', {'numtcpsock': 500}, 'tcp tcp6 passive', slack=SOCKETS),
    bomb('sockets', {'numothersock': 400},
         'udp unix netlink packet alg vsock pair', slack=SOCKETS),
    # of each socket the kernel takes a segment, whatever it is told
    bomb('tcp buffers',
         {'numtcpsock': 300, 'tcpsndbuf': MB, 'tcprcvbuf': MB}, 'unread/40',
         expect=['tcpsndbuf', 'tcprcvbuf'],
         slack=SOCKETS | {'tcpsndbuf': 300 << 13, 'tcprcvbuf': 300 << 13}),
    bomb('unix buffers', {'numothersock': 300, 'othersockbuf': MB},
         'unread-unix/40', slack=SOCKETS | {'othersockbuf': 300 << 12}),
    bomb('udp buffers', {'numothersock': 300, 'dgramrcvbuf': MB},
         'unread-udp/40', expect=['dgramrcvbuf'],
         slack=SOCKETS | {'dgramrcvbuf': 300 << 12}),
    bomb('shared memory', {'shmpages': 16 * PAGES_MB},
         'shmat/256 memfd/256 unlinked/256 tmpfs/256 shm-file/262144',
         slack={'shmpages': 512}),
    bomb('page tables', {'kmemsize': 8 * MB}, 'pagetable', slack=KERNEL),
    bomb('mappings', {'kmemsize': 8 * MB}, 'vma', slack=KERNEL),
    bomb('buffers of a call', {'numproc': 150}, 'iovec', 2),
    bomb('leases', {'numfile': 2000}, 'lease', 4),
    bomb('trees', {'dcachesize': 4 * MB}, 'tree tree negative', slack=KERNEL),
    # room is made for those
    bomb('names that are not there', {'kmemsize': 8 * MB}, 'negative',
         expect=[], slack=KERNEL),
    bomb('terminals, signals and locks',
         {'numpty': 20, 'numsiginfo': 500, 'numflock': 500},
         'pty signal timer flock posix split'),
    bomb('rules', {'numiptent': 300}, 'nft/20 iptables/50', 3),
    bomb('many rules at once', {'numiptent': 300}, 'nft/2000', 2),
    bomb('elements of sets', {'kmemsize': 2 * MB}, 'elements/2000', 4,
         slack=KERNEL),
    bomb('connections and elements of packets', {'kmemsize': 4 * MB},
         'track/1000 added/1000', 4, slack=KERNEL),
    bomb('namespaces', {'numns': 40}, 'netns ipcns userns namespace'),
    bomb('mounts', {'nummounts': 300}, 'mount multiply', 4),
    bomb('cgroups', {'numcgroup': 30}, 'cgroups', 4),
    bomb('small things', {'numinotify': 50, 'numkeys': 50, 'numneigh': 50},
         'inotify watch key neighbour', 4),
    bomb('io_uring files', {'numfile': 500}, 'ring-open', 4),
    bomb('io_uring sockets', {'numothersock': 200}, 'ring-socket', 4,
         slack=SOCKETS),
    bomb('memory', {'physpages': 32 * PAGES_MB}, 'anon/1048576 mlocked/256', 4,
         expect=['physpages', 'oomguarpages']),
    # killing does not help against files
    bomb('tmpfs', {'physpages': 32 * PAGES_MB}, 'unlinked/256 tmpfs/256', 4,
         expect=['physpages', 'oomguarpages'], dies=True),
    bomb('stopped and spared', {'physpages': 32 * PAGES_MB},
         'stopped/4096 traced/4096 spared/1024', 4,
         expect=['physpages', 'oomguarpages']),
)


def note(text):
    print('# ' + text, flush=True)


def settles(what, seconds):
    """Waits until what() is true."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


class Heart:
    """Beats, each a line of ub-bomb"""

    def __init__(self, name, command):
        self.name = name
        self.path = f'/tmp/beats.{os.getpid()}.{name}'
        with open(self.path, 'w') as out:
            self.process = subprocess.Popen(command + ['beat'], stdout=out,
                                            stdin=subprocess.DEVNULL)

    def beats(self, begin, end):
        """(delay in seconds, what failed) of those that were due then"""
        with open(self.path) as f:
            lines = [line.split() for line in f if line.endswith('\n')]
        return [(int(delay) / 1000, '' if what == '-' else f'{what} {error}')
                for due, delay, what, error in lines
                if begin <= int(due) / 1000 < end]

    def has_come_to(self, when):
        with open(self.path) as f:
            last = f.read()[-64:].split('\n')[-2:-1]
        return bool(last) and int(last[0].split()[0]) / 1000 >= when

    def stop(self):
        self.process.kill()
        self.process.wait()
        os.unlink(self.path)


def vzctl(*args):
    done = subprocess.run(['vzctl', *map(str, args)], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode == 0, done.stdout


class Attack:
    """Something at work in a container"""

    def __init__(self, ctid, workers, takers):
        self.process = subprocess.Popen(
            ['vzctl', 'exec3', str(ctid), PROGRAM, str(workers), *takers],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            stderr=subprocess.DEVNULL)
        self.missing = []
        for line in self.process.stdout:
            if line == 'go\n':
                break
            self.missing.append(line.strip())

    def lives(self):
        return self.process.poll() is None

    def end(self):
        self.process.kill()
        self.process.stdout.close()
        self.process.wait()


def watch(seconds, hearts, bound):
    """Return for each heart: beats that were due, lost ones, failures"""
    begin = time.time()
    time.sleep(seconds)
    end = time.time()
    settles(lambda: all(h.has_come_to(end) for h in hearts), bound + PERIOD)
    result = []
    for heart in hearts:
        beats = heart.beats(begin, end)
        due = int((end - begin) / PERIOD)
        kept = sum(delay <= bound for delay, _ in beats)
        result.append((due, max(due - kept, 0),
                       [what for _, what in beats if what],
                       max((delay for delay, _ in beats), default=0)))
    return result


def stop(ctid):
    """Return: how long it took, what went wrong"""
    begin = time.monotonic()
    good, text = vzctl('stop', ctid, '--fast')
    return time.monotonic() - begin, '' if good else text


def forgotten(ctid):
    """Is nothing left of a container that has ended?"""
    with open('/proc/bc/dead') as f:
        dead = f.read()
    return not (re.search(rf'\b{ctid}\b', dead) or
                os.path.exists(f'/proc/bc/{ctid}'))


def calibrate(ctid, hearts):
    """Return: delay that is nobody's fault, as many busy loops cause it"""
    delays = {}
    for name in 'idle', 'busy':
        attack = Attack(ctid, 64, ['spin']) if name == 'busy' else None
        time.sleep(1)
        begin = time.time()
        time.sleep(WINDOW)
        end = time.time()
        time.sleep(1)
        delays[name] = sorted(d for h in hearts for d, _ in h.beats(begin, end))
        if attack:
            vzctl('exec3', ctid, '/bin/busybox', 'killall', '-9', 'ub-bomb')
            attack.end()
    for name, values in delays.items():
        note(f'{name}: {len(values)} beats, median '
             f'{values[len(values) // 2]:.3f} s, most {values[-1]:.3f} s')
    usual = delays['busy'][int(len(delays['busy']) * 0.95)]
    return min(max(3 * usual, 0.2), 1)


def check_watch(other, hearts, bound):
    """A heart that stands still for a while is found out."""
    freeze = f'/sys/fs/cgroup/vz/{other}/cgroup.freeze'

    def frozen(value):
        with open(freeze, 'w') as f:
            f.write(value)

    timer = threading.Timer(bound + 1, frozen, '0')
    frozen('1')
    timer.start()
    lost = [lost > due * LOST for due, lost, _, _ in
            watch(bound + 1, hearts, bound)]
    timer.join()
    tell(lost == [False, True], 'who stands still for a second loses beats',
         str(lost))
    # it catches up
    time.sleep(1)


def beats_well(name, hearts, bound):
    """B and the host go on, and nothing fails there."""
    for attempt in range(2):
        found = watch(WINDOW, hearts, bound)
        # the machine that the guest runs on may be busy for a moment
        if all(lost <= due * LOST for due, lost, _, _ in found):
            break
    for heart, (due, lost, failures, most) in zip(hearts, found):
        tell(lost <= due * LOST, f'{name}: {heart.name} keeps its beats',
             f'{lost} of {due} lost, later than {bound:.3f} s; {most:.3f} s')
        tell(not failures, f'{name}: {heart.name} can do what it wants',
             ', '.join(sorted(set(failures))))


def check_refused(b, ctid, before):
    now = bc.read(ctid)
    for resource in b.expect:
        tell(now[resource].failcnt > before[resource].failcnt,
             f'{b.name}: {resource} is refused', str(vars(now[resource])))
    for resource in b.limits:
        v = now[resource]
        tell(v.held <= v.limit + b.slack.get(resource, 0),
             f'{b.name}: {resource} keeps to its limit', str(vars(v)))


def begin(b, ctid):
    """Return: what was held before, and the attack that has begun"""
    good, text = vzctl('start', ctid)
    tell(good, f'{b.name}: start', text)
    with open('/dev/kmsg', 'w') as f:
        f.write(f'bomb: {b.name}')
    before = bc.read(ctid)
    for resource, more in b.limits.items():
        limit = before[resource].held + more
        bc.set_limits(ctid, resource, limit, limit)
    attack = Attack(ctid, b.workers, b.takers)
    tell(not attack.missing, f'{b.name}: all are there',
         ', '.join(attack.missing))
    if not settles(lambda: all(bc.read(ctid)[r].failcnt > before[r].failcnt
                               for r in b.expect), 15):
        note(f'{b.name}: not refused in time')
    return before, attack


def end(b, ctid, attack):
    numbers = ', '.join(f'{r} {v.held}' for r, v in bc.read(ctid).items()
                        if r in b.limits)
    seconds, text = stop(ctid)
    tell(not text and seconds < STOP, f'{b.name}: stop',
         f'{seconds:.2f} s {text}')
    note(f'{b.name}: stopped in {seconds:.2f} s with {numbers}')
    attack.end()


def run(b, ctid, other, hearts, bound):
    others = bc.read(other)
    before, attack = begin(b, ctid)
    beats_well(b.name, hearts, bound)
    tell(b.dies or attack.lives(), f'{b.name}: it goes on all the time')
    check_refused(b, ctid, before)
    now = bc.read(other)
    tell(all(v.failcnt == others[r].failcnt for r, v in now.items()),
         f'{b.name}: nothing is refused to the other container')
    end(b, ctid, attack)


def check_forgotten(name, ctid):
    tell(settles(lambda: forgotten(ctid), 30), f'{name}: nothing is left',
         open('/proc/bc/dead').read())


def main(other, attackers, names):
    hearts = [Heart('the host', ['/vz-test/ub-bomb']),
              Heart('the other', ['vzctl', 'exec3', str(other), PROGRAM])]
    bound = calibrate(attackers[0], hearts)
    seconds, _ = stop(attackers[0])
    note(f'late is what takes more than {bound:.3f} s; an idle container '
         f'stops in {seconds:.2f} s')
    check_watch(other, hearts, bound)
    last = None
    for b in (b for b in BOMBS if not names or b.name in names):
        start = time.monotonic()
        run(b, attackers[0], other, hearts, bound)
        # the kernel has the time of the next one to forget it
        if last:
            check_forgotten(*last)
        last = b.name, attackers[0]
        attackers.reverse()
        note(f'{b.name}: {time.monotonic() - start:.1f} s')
    if last:
        check_forgotten(*last)
    for heart in hearts:
        tell(heart.process.poll() is None, f'{heart.name} beats to the end')
        heart.stop()


if __name__ == '__main__':
    main(int(sys.argv[1]), [int(arg) for arg in sys.argv[2:4]], sys.argv[4:])
    sys.exit(bc.failed > 0)
