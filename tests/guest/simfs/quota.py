#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# quota.py LOWER UPPER - disk quota of a simfs by its kernel interface.  LOWER
# is an empty directory; UPPER is where it will be mounted.  Prints a line for
# each test.
import ctypes, errno, fcntl, mmap, os, struct, subprocess, sys, threading, time

lower, upper = sys.argv[1:3]
ID = 260
# how much slower the kernel is than others
SLOW = int(os.environ.get('VZ_SLOW', 1))
USER, GROUP, CT = 0, 1, 2
KIB, MIB = 1 << 10, 1 << 20
libc = ctypes.CDLL(None, use_errno=True)
failed = 0


def test(what, good, told=''):
    global failed
    failed += not good
    print(f'{"ok" if good else "not ok"} - {what}', told if not good else '',
          flush=True)
    return good


def same(what, got, expected):
    return test(what, got == expected, f'({got!r} instead of {expected!r})')


def error(function, *args, **kwargs):
    """The name of a call's error, or what it returns."""
    try:
        return function(*args, **kwargs)
    except OSError as e:
        return errno.errorcode[e.errno]


# ------------------------------------------------------------- the commands --

USAGE = struct.Struct('=II8Q')
ON = struct.Struct('=IIiIII6IQ')
OFF = struct.Struct('=II')
INFO = struct.Struct('=6IQ6I')
GET = struct.Struct('=IIIIQ')
SET = struct.Struct('=4I' + 'II8Q')
LIST = struct.Struct('=IIQ')
COUNTED = struct.Struct('=IIIi')
UGID, COUNT = 1, 8


def command(direction, nr, size):
    return direction << 30 | size << 16 | 0xB7 << 8 | nr


IOC = {name: command(direction, nr, form.size) for name, direction, nr, form in (
    ('on', 1, 0x30, ON), ('off', 1, 0x31, OFF), ('info', 3, 0x32, INFO),
    ('setup', 1, 0x33, INFO), ('get', 3, 0x34, GET), ('set', 1, 0x35, SET),
    ('list', 3, 0x36, LIST), ('counted', 1, 0x37, COUNTED))}
ctl = os.open('/dev/vzctl', os.O_RDWR)


class Usage:
    fields = ('type', 'id', 'space', 'space_soft', 'space_hard', 'inodes',
              'inodes_soft', 'inodes_hard', 'space_time', 'inodes_time')

    def __init__(self, type=CT, id=0, **values):
        self.type, self.id = type, id
        for name in self.fields[2:]:
            setattr(self, name, values.get(name, 0))

    def pack(self):
        return USAGE.pack(*(getattr(self, f) for f in self.fields))

    @classmethod
    def unpack(cls, data):
        return cls(**dict(zip(cls.fields, USAGE.unpack(data))))


def on(*usages, id=ID, path=None, ugid_limit=0, grace=(600, 600), flags=0):
    data = ctypes.create_string_buffer(b''.join(u.pack() for u in usages))
    fd = os.open(path or lower, os.O_RDONLY)
    try:
        fcntl.ioctl(ctl, IOC['on'], ON.pack(
            ON.size, id, fd, flags | (UGID if ugid_limit else 0), ugid_limit,
            len(usages),
            *(grace * 3), ctypes.addressof(data)))
    finally:
        os.close(fd)


def off(id=ID):
    fcntl.ioctl(ctl, IOC['off'], OFF.pack(OFF.size, id))


def get(id=ID):
    room = 64
    data = ctypes.create_string_buffer(USAGE.size * room)
    answer = fcntl.ioctl(ctl, IOC['get'], GET.pack(
        GET.size, id, room, 0, ctypes.addressof(data)))
    n = GET.unpack(answer)[2]
    return {(u.type, u.id): u for u in (
        Usage.unpack(data[i * USAGE.size:(i + 1) * USAGE.size])
        for i in range(min(n, room)))}


def set(what, type=CT, who=0, id=ID, **values):
    u = Usage(type, who, **values)
    fcntl.ioctl(ctl, IOC['set'], SET.pack(
        SET.size, id, what, 0, *(getattr(u, f) for f in u.fields)))


def limits(type=CT, who=0, **values):
    set(1, type, who, **values)


def info(id=ID):
    answer = fcntl.ioctl(ctl, IOC['info'],
                         INFO.pack(INFO.size, id, *([0] * 11)))
    return INFO.unpack(answer)


def setup(ugid_limit, grace, id=ID):
    fcntl.ioctl(ctl, IOC['setup'], INFO.pack(
        INFO.size, id, 0, ugid_limit, *([0] * 3), *(grace * 3)))


def ids():
    room = (ctypes.c_uint32 * 16)()
    answer = fcntl.ioctl(ctl, IOC['list'],
                         LIST.pack(LIST.size, 16, ctypes.addressof(room)))
    return list(room[:LIST.unpack(answer)[1]])


# --------------------------------------------------------------- the ground --

def mount(id=ID):
    return subprocess.run(['mount', '-t', 'simfs', '-o', f'quota={id}', lower,
                           upper], stderr=subprocess.DEVNULL).returncode


def umount():
    return subprocess.run(['umount', upper]).returncode


def blocks(path):
    st = os.lstat(path)
    return st.st_blocks * 512


def measure():
    """Bytes and inodes of all that lies below, by type and id."""
    os.sync()
    sums = {(CT, 0): [0, 0]}
    seen = {}
    for path, dirs, files in os.walk(lower):
        for name in [path] + [os.path.join(path, n) for n in files] + [
                os.path.join(path, n) for n in dirs
                if os.path.islink(os.path.join(path, n))]:
            st = os.lstat(name)
            if st.st_ino in seen:
                continue
            seen[st.st_ino] = True
            for key in (CT, 0), (USER, st.st_uid), (GROUP, st.st_gid):
                s = sums.setdefault(key, [0, 0])
                s[0] += st.st_blocks * 512
                s[1] += 1
    return sums


def counted():
    return {k: [u.space, u.inodes] for k, u in get().items() if u.inodes}


def exact(what, seconds=12):
    """Usage is that of the files, at the latest when it was settled."""
    end = time.time() + seconds
    while True:
        want, got = measure(), counted()
        if not any(k[0] != CT for k in got):
            want = {(CT, 0): want[CT, 0]}
        if got == want or time.time() > end:
            return same(what, got, want)
        time.sleep(0.5)


def used():
    return get()[CT, 0].space


def start(ugid_limit=0, **values):
    sums = measure()
    usages = [Usage(*key, space=s[0], inodes=s[1],
                    **(values if key[0] == CT else {}))
              for key, s in sums.items() if key[0] == CT or ugid_limit]
    on(*usages, ugid_limit=ugid_limit)
    if mount():
        sys.exit('not ok - mount')


def stop():
    if umount():
        sys.exit('not ok - umount')
    off()


def path(name):
    return os.path.join(upper, name)


def put(name, size=0, byte=b'x'):
    with open(path(name), 'wb', buffering=0) as f:
        done = 0
        while done < size:
            done += f.write(byte * min(size - done, 64 * KIB))
    return done


def clear():
    subprocess.run(f'rm -rf {upper}/* {upper}/.[!.]*', shell=True)


def fill(name, step=64 * KIB):
    """Writes until there is an error; the bytes that fitted."""
    done = 0
    with open(path(name), 'ab', buffering=0) as f:
        try:
            while True:
                done += f.write(b'x' * step)
        except OSError as e:
            return done, errno.errorcode[e.errno]


# ---------------------------------------------------------------- the tests --

def interface():
    same('nothing is on', ids(), [])
    same('off without on', error(off), 'ENOENT')
    same('mount without on', mount(), 32)
    same('no directory', error(on, Usage(), path='/etc/passwd'), 'ENOTDIR')
    same('no number', error(on, Usage(), id=0), 'EINVAL')
    same('no usage', error(on), 'EINVAL')
    same('a user without level 2', error(on, Usage(), Usage(USER, 1)),
         'ENOTSUP')
    same('a limit that is too great', error(
        on, Usage(space_hard=1 << 63)), 'ERANGE')
    same('more users than there may be', error(
        on, Usage(), Usage(USER, 1), Usage(USER, 2), ugid_limit=1), 'EDQUOT')
    same('on', error(on, Usage(space_hard=MIB)), None)
    same('twice', error(on, Usage()), 'EEXIST')
    same('listed', ids(), [ID])
    same('of another directory', subprocess.run(
        ['mount', '-t', 'simfs', '-o', f'quota={ID}', '/etc', upper],
        stderr=subprocess.DEVNULL).returncode, 32)
    same('mount', mount(), 0)
    same('mounted once only', mount(), 32)
    same('off while mounted', error(off), 'EBUSY')
    same('level 2 cannot be switched on now', error(setup, 5, (1, 1)), 'EINVAL')
    same('times can be set', error(setup, 0, (70, 80)), None)
    same('and are told', info()[7:9], (70, 80))
    limits(space_hard=2 * MIB)
    same('limits of a mounted one', get()[CT, 0].space_hard, 2 * MIB)
    same('umount', umount(), 0)
    same('limits stay', get()[CT, 0].space_hard, 2 * MIB)
    limits(space_hard=3 * MIB)
    same('limits of one that is not mounted', get()[CT, 0].space_hard, 3 * MIB)
    same('off', error(off), None)
    same('gone', error(get), 'ENOENT')


def space():
    start(space_hard=8 * MIB, inodes_hard=100)
    exact('an empty one')
    st = os.statvfs(upper)
    same('df: all', st.f_blocks * st.f_frsize, 8 * MIB)
    same('df: free', st.f_bavail * st.f_frsize, 8 * MIB - used())
    same('df: inodes', st.f_files, 100)
    put('a', MIB)
    exact('a file of 1 MiB')
    os.truncate(path('a'), 100 * KIB)
    exact('cut to 100 KiB')
    os.truncate(path('a'), 64 * MIB)
    exact('and stretched to 64 MiB')
    with open(path('a'), 'r+b', buffering=0) as f:
        f.seek(32 * MIB)
        f.write(b'y' * 10000)
    exact('written in the hole')
    with open(path('b'), 'wb') as f:
        os.posix_fallocate(f.fileno(), 0, MIB)
    exact('allocated in advance')
    done, why = fill('c')
    same('full', why, 'EDQUOT')
    test('exactly', 8 * MIB - used() < 64 * KIB and used() <= 8 * MIB, used())
    exact('when it is full')
    with open(path('b'), 'r+b', buffering=0) as f:
        same('what was allocated can be written', f.write(b'z' * MIB), MIB)
    with open(path('c'), 'r+b', buffering=0) as f:
        same('what is there can be written over', f.write(b'z' * KIB), KIB)
    with open(path('c'), 'r+b') as f:
        same('allocating is refused', error(
            os.posix_fallocate, f.fileno(), 0, 9 * MIB), 'EDQUOT')
    same('a directory is refused', error(os.mkdir, path('d')),
         'EDQUOT' if used() + 4096 > 8 * MIB else None)
    limits(space_hard=9 * MIB, inodes_hard=100)
    with open(path('c'), 'ab', buffering=0) as f:
        same('more room is used at once', f.write(b'x' * KIB), KIB)
    limits(space_hard=MIB, inodes_hard=100)
    test('below the usage: no more blocks', fill('c')[0] < 4096)
    same('nor a file', error(put, 'e'), 'EDQUOT')
    st = os.statvfs(upper)
    same('df: nothing is free', st.f_bavail, 0)
    os.unlink(path('c'))
    limits(space_hard=8 * MIB, inodes_hard=100)
    exact('what is removed is given back')
    stop()


def more_inodes():
    start(inodes_hard=20)
    made = 0
    try:
        while made < 100:
            put(f'i{made}')
            made += 1
    except OSError as e:
        same('too many inodes', errno.errorcode[e.errno], 'EDQUOT')
    same('as many as allowed', get()[CT, 0].inodes, 20)
    for what, make in (
            ('a directory', lambda: os.mkdir(path('x'))),
            ('a link', lambda: os.symlink('a', path('x'))),
            ('a pipe', lambda: os.mkfifo(path('x'))),
            ('a file without name', lambda: os.open(
                upper, os.O_TMPFILE | os.O_RDWR))):
        same(f'{what} is refused', error(make), 'EDQUOT')
    same('one more name is not', error(os.link, path('i0'), path('x')), None)
    same('nor another one', error(os.rename, path('x'), path('y')), None)
    os.unlink(path('y'))
    exact('names are not counted')
    os.unlink(path('i0'))
    fd = os.open(upper, os.O_TMPFILE | os.O_RDWR)
    same('a file without name counts', get()[CT, 0].inodes, 20)
    os.close(fd)
    same('until it is closed', get()[CT, 0].inodes, 19)
    clear()
    exact('all is removed')
    stop()


def open_and_removed():
    start(space_hard=8 * MIB)
    before = used()
    f = open(path('a'), 'wb', buffering=0)
    f.write(b'x' * MIB)
    os.unlink(path('a'))
    same('removed while it is open', used(), before + MIB)
    f.write(b'x' * MIB)
    same('it grows', used(), before + 2 * MIB)
    f.close()
    exact('closed')
    put('b', MIB)
    os.link(path('b'), path('c'))
    os.unlink(path('b'))
    exact('one of two names removed')
    put('d', MIB)
    os.rename(path('d'), path('c'))
    exact('replaced by renaming')
    libc.renameat2(-100, path('c').encode(), -100, path('e').encode(), 4)
    exact('a whiteout is left')
    clear()
    exact('all is removed')
    stop()


def mapped():
    start(space_hard=4 * MIB)
    before = used()
    fd = os.open(path('m'), os.O_RDWR | os.O_CREAT)
    os.ftruncate(fd, 64 * MIB)
    m = mmap.mmap(fd, 64 * MIB)
    for page in range(0, 100):
        m[page * 65536] = 1
    test('holes that are filled by mapping count',
         used() >= before + 100 * 4096, used() - before)
    exact('and exactly so')
    child = os.fork()
    if not child:
        for page in range(64 * MIB // 4096):
            m[page * 4096] = 2
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    same('a bus error at the limit', status, 7)
    test('not over it by more than a page', used() <= 4 * MIB + 65536, used())
    limits(space_hard=8 * MIB)
    child = os.fork()
    if not child:
        m[60 * MIB] = 3
        os._exit(0)
    same('more room is used at once', os.waitpid(child, 0)[1], 0)
    m.close()
    os.close(fd)
    exact('after that')
    clear()
    exact('all is removed')
    stop()


def soft():
    start(space_soft=MIB, space_hard=4 * MIB)
    setup(0, (2, 2))
    put('a', MIB - 32 * KIB)
    put('c', 64 * KIB)
    test('over the soft limit the time runs', get()[CT, 0].space_time > 0)
    st = os.statvfs(upper)
    same('df: nothing is free', st.f_bavail, 0)
    time.sleep(3)
    same('when it is over nothing more is written', fill('b')[0], 0)
    os.truncate(path('a'), 0)
    same('below it the time is forgotten', get()[CT, 0].space_time, 0)
    same('and writing is allowed', error(put, 'b', KIB), KIB)
    clear()
    limits(space_soft=MIB, space_hard=16 * MIB)
    setup(0, (0, 0))
    done = fill('fast')
    test('without time the soft limit is a hard one', done[1] == 'EDQUOT' and
         used() <= MIB + 128 * KIB, (done, used()))
    same('for good', fill('fast', 4 * KIB)[0], 0)
    clear()
    stop()


def growing():
    """What is held ready for files that grow is nobody's loss."""
    start(space_hard=8 * MIB)
    names = [f'grow{i}' for i in range(16)]
    files = [open(path(name), 'ab', buffering=0) for name in names]

    def grow(blocks):
        for f in files:
            for _ in range(blocks):
                f.write(b'x' * 4 * KIB)

    def there():
        return blocks(lower) + sum(
            blocks(os.path.join(lower, name)) for name in names)

    grow(32)
    same('usage is shown without it', used(), there())
    grow(1)
    limits(space_soft=there() + 64 * KIB, space_hard=8 * MIB)
    grow(1)
    same('a soft limit is not reached early', get()[CT, 0].space_time, 0)
    limits(space_hard=8 * MIB)
    grow(1)
    test('one file takes what others hold', fill('rest', 4 * KIB)[1] == 'EDQUOT'
         and 0 <= 8 * MIB - used() < 4 * KIB, used())
    same('and they get no more', error(grow, 1), 'EDQUOT')
    os.unlink(path('rest'))
    same('until there is room', error(grow, 1), None)
    for f in files:
        f.close()
    exact('when they are closed')
    clear()
    stop()


def owners():
    start(ugid_limit=4, space_hard=64 * MIB)
    setup(6, (600, 600))
    put('a', MIB)
    os.chown(path('a'), 1000, 1001)
    exact('another owner')
    limits(USER, 1000, space_hard=2 * MIB)
    put('b', 3 * MIB)
    same('he has not so much', error(os.chown, path('b'), 1000, 0), None)
    os.chown(path('b'), 0, 0)
    os.mkdir(path('d'))
    os.chmod(path('d'), 0o777)
    child = os.fork()
    if not child:
        os.setgroups([])
        os.setgid(1001)
        os.setuid(1000)
        done, why = fill('d/c', 4096)
        os._exit(0 if why == 'EDQUOT' and done == MIB else 1)
    same('he fills it up', os.waitpid(child, 0)[1], 0)
    same('to the byte', get()[USER, 1000].space, 2 * MIB)
    exact('all of them')
    for who in range(2000, 2010):
        put('n')
        why = error(os.chown, path('n'), who, 0)
        if why:
            break
        os.rename(path('n'), path(f'n{who}'))
    same('no more users than allowed', why, 'EDQUOT')
    test('that is told', info()[2] & 2)
    stop_keeping = get()
    if umount():
        sys.exit('not ok - umount')
    same('it is remembered', {k: u.pack() for k, u in get().items()},
         {k: u.pack() for k, u in stop_keeping.items()})
    mount()
    clear()
    exact('all is removed', 20)
    stop()


def many_writers():
    start(space_hard=16 * MIB, inodes_hard=1000)
    over = []
    going = True
    rounds = '1 2 3 4 5 6' if SLOW == 1 else '1 2'

    # The trees of blocks grow when they are written, and cannot be refused.
    def watch():
        while going:
            if used() > 16 * MIB + 128 * KIB:
                over.append(used())
            time.sleep(0.01)

    watcher = threading.Thread(target=watch)
    watcher.start()
    writers = [subprocess.Popen(['sh', '-c', f'''
        for i in {rounds}; do
            dd if=/dev/zero of={upper}/w{n}.$i bs=64k count=40 2>/dev/null
            dd if=/dev/zero of={upper}/shared bs=4k count=300 \\
                seek=$(({n} * 200 * i)) conv=notrunc 2>/dev/null
            rm -f {upper}/w{n}.$((i - 2))
        done''']) for n in range(8)]
    for w in writers:
        w.wait()
    going = False
    watcher.join()
    test('8 writers at the limit never pass it', not over, over[:5])
    exact('and usage is exact', 20)
    clear()
    exact('all is removed', 20)
    stop()


def abuse():
    start(space_hard=4 * MIB, inodes_hard=1000)
    fill('full', 4096)
    before = used()
    n = 0
    try:
        while n < 900:
            put('e' * 200 + str(n))
            n += 1
    except OSError:
        pass
    # a directory of one block gets three at once
    test('empty files pass it once',
         used() <= 4 * MIB + 2 * 4096, used())
    for i in range(50):
        error(os.setxattr, path('full'), f'user.a{i}', b'v' * 200)
    test('attributes do not', used() <= 4 * MIB + 2 * 4096, used())
    stop()
    start(space_hard=4 * MIB)
    clear()
    put('a', 3 * MIB)
    threads = []
    for _ in range(20):
        child = os.fork()
        if not child:
            with open(path('a'), 'r+b', buffering=0) as f:
                error(f.write, b'x' * (3 * MIB))
            os._exit(0)
        error(os.truncate, path('a'), 0)
        error(put, 'b', 4 * MIB)
        os.waitpid(child, 0)
        os.sync()
        if not test('writing while it is cut', used() <= 4 * MIB + 65536,
                    used()):
            break
        error(os.unlink, path('b'))
    exact('and usage is exact', 20)
    clear()
    exact('all is removed', 20)
    stop()


def walk():
    """Looks at each file; then nothing is to be counted any more."""
    moves = info()[5]
    for top, dirs, files in os.walk(upper):
        for name in dirs + files:
            error(os.lstat, os.path.join(top, name))
    return error(counted_all, moves)


def counted_all(moves, root=upper):
    fd = os.open(root, os.O_RDONLY)
    try:
        fcntl.ioctl(ctl, IOC['counted'],
                    COUNTED.pack(COUNTED.size, ID, moves, fd))
    finally:
        os.close(fd)
    return 'counted'


def guess(sums, factor, **values):
    on(*(Usage(*key, space=int(s[0] * factor), inodes=int(s[1] * factor),
               **(values if key[0] == CT else {}))
         for key, s in sums.items()), ugid_limit=50, flags=COUNT)
    if mount():
        sys.exit('not ok - mount')


def files():
    start()
    for d in 'abcd':
        os.makedirs(path(f'{d}/deep/er'))
        for i in range(20):
            put(f'{d}/f{i}', i * 5000)
            os.chown(path(f'{d}/f{i}'), 100 + i % 3, 200 + i % 2)
        os.link(path(f'{d}/f3'), path(f'{d}/deep/er/link'))
        os.symlink('x' * 200, path(f'{d}/symlink'))
    exact('files to be counted', 20)
    stop()


def change_all():
    """What happens to files that nobody has found yet."""
    put('new', 70000)
    os.chown(path('a/f2'), 107, 207)
    os.unlink(path('a/f4'))
    os.unlink(path('a/f3'))
    with open(path('b/f5'), 'ab') as f:
        f.write(b'x' * 30000)
    os.truncate(path('b/f6'), 10)
    os.rename(path('c/f1'), path('d/f1'))
    os.mkdir(path('more'))


def recount():
    files()
    for factor in (0, 0.5, 1, 3) if SLOW == 1 else (0.5, 3):
        sums = measure()
        guess(sums, factor)
        test(f'{factor} of it known: that is told', info()[2] & COUNT)
        before = used()
        change_all()
        test('what is new counts', used() >= before, (used(), before))
        moves = info()[5]
        os.rename(path('c/deep'), path('d/moved'))
        same('a directory was moved', error(counted_all, moves), 'EAGAIN')
        same('another directory', error(counted_all, info()[5], '/'), 'EINVAL')
        same('usage cannot be set', error(set, 2, space=1), 'EBUSY')
        if umount() or mount():
            sys.exit('not ok - mounted anew')
        same('all is looked at', walk(), 'counted')
        exact('and usage is exact', 20)
        same('there is no guess', info()[2] & COUNT, 0)
        same('nothing is counted twice', walk(), 'EINVAL')
        stop()
        subprocess.run(f'rm -rf {lower}/*', shell=True)
        files()
    limits_while_counting()


def limits_while_counting():
    sums = measure()
    guess(sums, 1, space_hard=sums[CT, 0][0] + MIB)
    done = fill('limit')
    test('the limit is in force', done[1] == 'EDQUOT' and done[0] <= MIB, done)
    stop()
    sums = measure()
    guess(sums, 0.1, space_hard=sums[CT, 0][0] + MIB)
    ended = threading.Event()

    def work(n):
        while not ended.is_set():
            error(put, f'w{n}', 200000)
            error(os.chown, path(f'w{n}'), 100 + n, 200 + n)
            error(os.rename, path(f'w{n}'), path(f'{"abcd"[n % 4]}/w{n}'))
            error(os.unlink, path(f'{"abcd"[n % 4]}/f{n}'))
            error(os.unlink, path(f'{"abcd"[n % 4]}/w{n}'))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for t in threads:
        t.start()
    for _ in range(5):
        for name in 'abcd':
            os.stat(path(f'{name}/deep'))
    same('counted while others work', walk(), 'counted')
    ended.set()
    for t in threads:
        t.join()
    exact('and usage is exact', 20)
    clear()
    exact('all is removed', 20)
    stop()


def main():
    for tests in (interface, space, more_inodes, open_and_removed, mapped,
                  soft, growing, owners, many_writers, abuse, recount):
        print(f'# {tests.__name__}', flush=True)
        tests()
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
