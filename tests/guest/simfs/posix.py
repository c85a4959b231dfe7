#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# posix.py DIRECTORY - what a file system does, one line for each step.  Run on
# two file systems the output has to be the same: numbers that name inodes,
# devices and moments are not printed, only what is true of them.
import ctypes, errno, fcntl, mmap, os, random, socket, stat, struct, sys, time, zlib

libc = ctypes.CDLL(None, use_errno=True)
AT_FDCWD = -100
NOREPLACE, EXCHANGE, WHITEOUT = 1, 2, 4


def show(what, *values):
    print(what, *values, flush=True)


def attempt(what, function, *args, **kwargs):
    """Prints what a call returns, or its error; gives back the result."""
    try:
        result = function(*args, **kwargs)
    except OSError as e:
        show(what, errno.errorcode.get(e.errno, e.errno))
        return None
    shown = result if isinstance(result, (int, bytes, str, list, bool)) else 'ok'
    show(what, shown if shown is not None else 'ok')
    return result


def renameat2(old, new, flags):
    if libc.renameat2(AT_FDCWD, old.encode(), AT_FDCWD, new.encode(), flags):
        raise OSError(ctypes.get_errno(), 'renameat2')


def link_open(fd, name):
    if libc.linkat(AT_FDCWD, f'/proc/self/fd/{fd}'.encode(), AT_FDCWD,
                   name.encode(), 0x400):
        raise OSError(ctypes.get_errno(), 'linkat')


def put(name, data=b'data', mode=0o644):
    with open(name, 'wb') as f:
        f.write(data)
    os.chmod(name, mode)


def describe(name):
    st = os.lstat(name)
    kind = stat.S_IFMT(st.st_mode)
    size = st.st_size if kind != stat.S_IFDIR else '-'
    return (oct(st.st_mode), st.st_nlink, st.st_uid, st.st_gid, size)


def tree(top):
    for path, dirs, files in os.walk(top):
        dirs.sort()
        for name in sorted(dirs + files):
            yield os.path.join(path, name)


def creating():
    for name in ('a', 'a' * 255, 'a' * 256, 'ä', '-', ' '):
        attempt(f'create {len(name)}', put, name)
    attempt('exclusive', os.open, 'a', os.O_CREAT | os.O_EXCL)
    attempt('directory', os.open, '.', os.O_WRONLY)
    attempt('nofollow', os.symlink, 'a', 'l')
    attempt('nofollow open', os.open, 'l', os.O_RDONLY | os.O_NOFOLLOW)
    attempt('directory flag', os.open, 'a', os.O_DIRECTORY)
    attempt('missing', os.open, 'none/a', os.O_CREAT)
    attempt('through a file', os.open, 'a/b', os.O_CREAT)
    for umask in (0, 0o22, 0o77):
        os.umask(umask)
        os.close(os.open(f'u{umask}', os.O_CREAT | os.O_WRONLY, 0o7777))
        os.mkdir(f'd{umask}', 0o7777)
        show('umask', describe(f'u{umask}'), describe(f'd{umask}'))
    os.umask(0o22)
    attempt('fifo', os.mkfifo, 'fifo', 0o600)
    show(describe('fifo'))
    s = socket.socket(socket.AF_UNIX)
    attempt('socket', s.bind, 'sock')
    c = socket.socket(socket.AF_UNIX)
    s.listen()
    attempt('connect', c.connect, 'sock')
    attempt('open a socket', os.open, 'sock', os.O_RDONLY)
    attempt('mkdir', os.mkdir, 'a')
    attempt('mkdir existing', os.mkdir, 'd0')


def linking():
    put('f')
    attempt('link', os.link, 'f', 'g')
    show(describe('f'), os.stat('f').st_ino == os.stat('g').st_ino)
    attempt('link again', os.link, 'f', 'g')
    attempt('link a directory', os.link, '.', 'h')
    attempt('unlink', os.unlink, 'f')
    show(describe('g'))
    attempt('unlink missing', os.unlink, 'f')
    attempt('unlink directory', os.unlink, '../linking')
    fd = os.open('g', os.O_RDWR)
    os.unlink('g')
    show('open and gone', os.fstat(fd).st_nlink, os.read(fd, 9))
    attempt('link it back', link_open, fd, 'back')
    os.close(fd)
    fd = attempt('nameless', os.open, '.', os.O_TMPFILE | os.O_RDWR, 0o640)
    if fd:
        os.write(fd, b'nameless')
        st = os.fstat(fd)
        show(st.st_nlink, oct(st.st_mode), st.st_uid, st.st_size)
        attempt('name it', link_open, fd, 'named')
        show(describe('named'), open('named').read())
        os.close(fd)
    attempt('symlink', os.symlink, 'x' * 4000, 's')
    show(len(os.readlink('s')), describe('s'))
    attempt('too long', os.symlink, 'x' * 4096, 't')
    os.symlink('loop', 'loop')
    attempt('loop', os.stat, 'loop')
    os.mkdir('d')
    put('d/f')
    attempt('rmdir', os.rmdir, 'd')
    os.unlink('d/f')
    attempt('rmdir empty', os.rmdir, 'd')
    attempt('rmdir file', os.rmdir, 'back' if os.path.exists('back') else 's')
    os.mkdir('e')
    fd = os.open('e', os.O_RDONLY)
    os.rmdir('e')
    attempt('create in a removed one', os.open, 'x', os.O_CREAT, dir_fd=fd)
    show(os.fstat(fd).st_nlink)


def renaming():
    put('a', b'a')
    put('b', b'bb')
    attempt('rename', os.rename, 'a', 'b')
    show(open('b').read(), os.path.exists('a'))
    put('a', b'a')
    attempt('noreplace', renameat2, 'a', 'b', NOREPLACE)
    attempt('noreplace free', renameat2, 'a', 'c', NOREPLACE)
    put('a', b'aaa')
    attempt('exchange', renameat2, 'a', 'b', EXCHANGE)
    show(open('a').read(), open('b').read())
    attempt('exchange missing', renameat2, 'a', 'none', EXCHANGE)
    attempt('whiteout', renameat2, 'a', 'w', WHITEOUT)
    show(describe('a'), os.lstat('a').st_rdev)
    os.makedirs('d/e')
    put('d/e/f')
    attempt('dir over file', os.rename, 'd', 'b')
    attempt('file over dir', os.rename, 'b', 'd')
    attempt('into itself', os.rename, 'd', 'd/e/x')
    attempt('over a parent', os.rename, 'd/e', 'd')
    os.mkdir('n')
    attempt('over an empty dir', os.rename, 'd', 'n')
    attempt('over a full dir', os.rename, 'b', 'n')
    os.mkdir('m')
    attempt('full', os.rename, 'm', 'n')
    attempt('across', os.rename, 'n/e', 'm/e')
    show(sorted(tree('.')))
    os.link('b', 'b2')
    attempt('onto itself', os.rename, 'b', 'b2')
    show(os.path.exists('b'), os.path.exists('b2'))
    fd = os.open('m', os.O_RDONLY)
    os.rename('m', 'moved')
    attempt('in a moved one', os.stat, 'e/f', dir_fd=fd)
    show(os.path.basename(os.readlink(f'/proc/self/fd/{fd}')))
    os.fchdir(fd)
    show(os.path.basename(os.getcwd()))


def attributes():
    put('f')
    for mode in (0o644, 0o4755, 0o2755, 0o1777, 0):
        os.chmod('f', mode)
        show(describe('f'))
    os.chmod('f', 0o6755)
    attempt('chown', os.chown, 'f', 1000, 1001)
    show(describe('f'))
    os.chmod('f', 0o6755)
    with open('f', 'ab') as f:
        f.write(b'x')
    show('after a write', describe('f'))
    os.chmod('f', 0o6755)
    os.truncate('f', 1)
    show('after truncate', describe('f'))
    os.utime('f', ns=(1, 2))
    show(os.stat('f').st_atime_ns, os.stat('f').st_mtime_ns)
    before = os.stat('f').st_ctime_ns
    time.sleep(0.02)
    os.chmod('f', 0o600)
    show('ctime', os.stat('f').st_ctime_ns > before)
    os.mkdir('d', 0o2775)
    os.chown('d', 5, 50)
    os.chmod('d', 0o2775)
    put('d/f')
    os.mkdir('d/e')
    show('setgid', describe('d/f'), describe('d/e'))
    os.truncate('f', 10000)
    show(os.stat('f').st_size, os.stat('f').st_blocks <= 16)
    attempt('truncate less', os.truncate, 'f', -1)
    attempt('truncate a dir', os.truncate, 'd', 0)
    attempt('too large', os.truncate, 'f', 1 << 62)
    before = os.stat('d').st_mtime_ns
    time.sleep(0.02)
    put('d/new')
    show('mtime of a directory', os.stat('d').st_mtime_ns > before,
         os.stat('d').st_nlink)


def as_user(uid, function):
    pid = os.fork()
    if not pid:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        function()
        sys.stdout.flush()
        os._exit(0)
    show(os.waitpid(pid, 0)[1])


def permissions():
    put('r', mode=0o600)
    put('w', mode=0o622)
    os.mkdir('t', 0o777)
    os.chmod('t', 0o1777)
    put('t/root')
    os.mkdir('no', 0o700)
    put('no/f')
    put('mine')
    os.chown('mine', 1000, 1000)
    put('prog', b'#!/bin/sh\necho run by "$(id -u)"\n', 0o755)

    def user():
        attempt('read', os.open, 'r', os.O_RDONLY)
        attempt('write', os.open, 'w', os.O_WRONLY)
        attempt('both', os.open, 'w', os.O_RDWR)
        attempt('sticky', os.unlink, 't/root')
        attempt('sticky rename', os.rename, 't/root', 't/x')
        attempt('own', put, 't/own')
        attempt('unlink own', os.unlink, 't/own')
        attempt('search', os.stat, 'no/f')
        attempt('create', put, 'new')
        attempt('chmod own', os.chmod, 'mine', 0o600)
        attempt('chmod', os.chmod, 'r', 0o644)
        attempt('chown', os.chown, 'mine', 0, 0)
        attempt('chgrp', os.chown, 'mine', -1, 1000)
        attempt('utime', os.utime, 'w')
        attempt('utime set', os.utime, 'w', (1, 1))
        attempt('access', os.access, 'r', os.R_OK)
        attempt('link', os.link, 'r', 't/link')
        attempt('execute', os.system, './prog')
        attempt('mknod', os.mknod, 't/dev', stat.S_IFCHR, 0x103)
        attempt('truncate', os.truncate, 'r', 0)
    as_user(1000, user)


def data():
    fd = os.open('f', os.O_RDWR | os.O_CREAT, 0o644)
    attempt('write', os.write, fd, b'0123456789' * 1000)
    attempt('pwrite', os.pwrite, fd, b'hole', 1 << 20)
    show(os.fstat(fd).st_size)
    attempt('seek data', os.lseek, fd, 100000, os.SEEK_DATA)
    attempt('seek hole', os.lseek, fd, 0, os.SEEK_HOLE)
    attempt('seek end', os.lseek, fd, -4, os.SEEK_END)
    attempt('read', os.read, fd, 10)
    attempt('seek back', os.lseek, fd, -1, os.SEEK_SET)
    attempt('readv', os.preadv, fd, [bytearray(5), bytearray(7)], 3)
    attempt('fsync', os.fsync, fd)
    attempt('fdatasync', os.fdatasync, fd)
    attempt('allocate', os.posix_fallocate, fd, 0, 2 << 20)
    show(os.fstat(fd).st_size, os.fstat(fd).st_blocks >= 4096)
    attempt('punch', lambda: libc.fallocate(fd, 3, ctypes.c_long(4096),
                                            ctypes.c_long(8192)))
    show(os.pread(fd, 4, 4096))
    attempt('keep size', lambda: libc.fallocate(fd, 1, ctypes.c_long(4 << 20),
                                                ctypes.c_long(4096)))
    show(os.fstat(fd).st_size)
    out = os.open('copy', os.O_RDWR | os.O_CREAT, 0o644)
    attempt('copy_file_range', os.copy_file_range, fd, out, 5000, 0, 0)
    attempt('sendfile', os.sendfile, out, fd, 0, 3000)
    r, w = os.pipe()
    attempt('splice out', os.splice, fd, w, 2000, 10)
    attempt('splice in', os.splice, r, out, 2000, None, 20000)
    show(os.fstat(out).st_size, os.pread(out, 10, 20000))
    attempt('clone', fcntl.ioctl, out, 0x40049409, fd)
    app = os.open('f', os.O_WRONLY | os.O_APPEND)
    os.lseek(app, 0, os.SEEK_SET)
    os.write(app, b'end')
    show(os.pread(fd, 3, os.fstat(fd).st_size - 3))
    fcntl.fcntl(fd, fcntl.F_SETFL, os.O_APPEND)
    os.lseek(fd, 0, os.SEEK_SET)
    os.write(fd, b'more')
    show(os.pread(fd, 4, os.fstat(fd).st_size - 4))
    os.utime('f', ns=(0, 1000))
    os.pread(fd, 1, 0)
    show('atime', os.stat('f').st_atime_ns > 0)
    attempt('read only', os.write, os.open('f', os.O_RDONLY), b'x')
    attempt('write only', os.read, app, 1)
    attempt('truncate on open', os.open, 'f', os.O_RDWR | os.O_TRUNC)
    show(os.stat('f').st_size)
    direct = attempt('direct', os.open, 'f', os.O_RDWR | os.O_DIRECT)
    if direct:
        page = mmap.mmap(-1, 8192)
        page.write(b'D' * 8192)
        attempt('direct write', os.writev, direct, [page])
        attempt('direct read', os.preadv, direct, [page], 4096)
        attempt('direct odd', os.pwrite, direct, b'odd', 1)
    show(open('f', 'rb').read(4))


def mapping():
    put('f', b'x' * 10000)
    fd = os.open('f', os.O_RDWR)
    shared = mmap.mmap(fd, 8192)
    shared[0:5] = b'hello'
    show('seen by read', os.pread(fd, 5, 0))
    os.pwrite(fd, b'WORLD', 100)
    show('seen by mmap', shared[100:105])
    shared.flush()
    private = mmap.mmap(fd, 8192, flags=mmap.MAP_PRIVATE)
    private[0:1] = b'J'
    show('private', os.pread(fd, 1, 0))
    os.unlink('f')
    shared[4096:4100] = b'gone'
    show(os.pread(fd, 4, 4096))
    put('ro', b'r' * 100)
    try:
        mmap.mmap(os.open('ro', os.O_RDONLY), 100)
        show('shared and writable from read only')
    except OSError as e:
        show(errno.errorcode[e.errno])
    sparse = os.open('sparse', os.O_RDWR | os.O_CREAT)
    os.truncate(sparse, 1 << 20)
    m = mmap.mmap(sparse, 1 << 20)
    m[500000:500004] = b'fill'
    m.close()
    show(os.pread(sparse, 4, 500000), os.fstat(sparse).st_size)


def locking():
    put('f', b'x' * 100)
    a, b = os.open('f', os.O_RDWR), os.open('f', os.O_RDWR)
    attempt('flock', fcntl.flock, a, fcntl.LOCK_EX | fcntl.LOCK_NB)
    attempt('flock twice', fcntl.flock, b, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(a, fcntl.LOCK_UN)
    attempt('posix', fcntl.lockf, a, fcntl.LOCK_EX | fcntl.LOCK_NB, 10)
    pid = os.fork()
    if not pid:
        fd = os.open('f', os.O_RDWR)
        attempt('from outside', fcntl.lockf, fd,
                fcntl.LOCK_EX | fcntl.LOCK_NB, 5)
        attempt('elsewhere', fcntl.lockf, fd,
                fcntl.LOCK_EX | fcntl.LOCK_NB, 5, 50)
        os._exit(0)
    os.waitpid(pid, 0)
    os.close(b)
    ofd = struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, 20, 5, 0)
    attempt('open file description', fcntl.fcntl, a, 37, ofd)
    os.close(a)
    a = os.open('f', os.O_RDONLY)
    attempt('lease', fcntl.fcntl, a, 1024, fcntl.F_RDLCK)
    attempt('lease told', fcntl.fcntl, a, 1025)


def extended():
    put('f')
    attempt('set', os.setxattr, 'f', 'user.a', b'1')
    attempt('create', os.setxattr, 'f', 'user.a', b'2', os.XATTR_CREATE)
    attempt('replace', os.setxattr, 'f', 'user.b', b'2', os.XATTR_REPLACE)
    attempt('trusted', os.setxattr, 'f', 'trusted.t', b'3')
    attempt('nonsense', os.setxattr, 'f', 'nonsense.t', b'3')
    attempt('get', os.getxattr, 'f', 'user.a')
    attempt('get missing', os.getxattr, 'f', 'user.none')
    show(sorted(os.listxattr('f')))
    attempt('remove', os.removexattr, 'f', 'user.a')
    attempt('remove missing', os.removexattr, 'f', 'user.a')
    attempt('capability', os.setxattr, 'f', 'security.capability',
            struct.pack('<IIIII', 0x02000001, 1 << 13, 0, 0, 0))
    attempt('get capability', os.getxattr, 'f', 'security.capability')
    with open('f', 'ab') as f:
        f.write(b'x')
    attempt('gone by a write', os.getxattr, 'f', 'security.capability')
    acl = struct.pack('<I', 2)
    for tag, perm, who in ((1, 6, -1), (2, 4, 1000), (4, 4, -1), (16, 4, -1),
                           (32, 0, -1)):
        acl += struct.pack('<HHi', tag, perm, who)
    attempt('acl', os.setxattr, 'f', 'system.posix_acl_access', acl)
    show(describe('f'), os.getxattr('f', 'system.posix_acl_access') == acl)
    os.chmod('f', 0o600)
    show(os.getxattr('f', 'system.posix_acl_access')[-12:])
    os.chmod('f', 0o640)
    as_user(1000, lambda: attempt('by acl', os.open, 'f', os.O_RDONLY))
    as_user(1001, lambda: attempt('without', os.open, 'f', os.O_RDONLY))
    os.mkdir('d')
    attempt('default', os.setxattr, 'd', 'system.posix_acl_default', acl)
    os.umask(0o77)
    put('d/f')
    os.mkdir('d/e')
    os.umask(0o22)
    show(describe('d/f'), describe('d/e'),
         sorted(os.listxattr('d/e')))
    flags = bytearray(8)
    fd = os.open('f', os.O_RDONLY)
    attempt('get flags', fcntl.ioctl, fd, 0x80086601, flags)
    attempt('append only', fcntl.ioctl, fd, 0x40086602,
            struct.pack('<q', struct.unpack('<q', flags)[0] | 0x20))
    attempt('write', os.open, 'f', os.O_WRONLY)
    attempt('append', os.open, 'f', os.O_WRONLY | os.O_APPEND)
    attempt('unlink', os.unlink, 'f')
    attempt('clear', fcntl.ioctl, fd, 0x40086602, bytes(flags))
    attempt('unlink again', os.unlink, 'f')


def executing():
    put('sh', b'#!/bin/sh\necho script\n', 0o755)
    attempt('script', os.system, './sh')
    fd = os.open('sh', os.O_WRONLY)
    attempt('busy', os.system, './sh 2>/dev/null')
    os.close(fd)
    with open('/bin/sleep', 'rb') as f:
        put('sleep', f.read(), 0o755)
    pid = os.fork()
    if not pid:
        os.execl('./sleep', 'sleep', '5')
    time.sleep(0.5)
    attempt('text busy', os.open, 'sleep', os.O_WRONLY)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    attempt('free', os.open, 'sleep', os.O_WRONLY)
    put('noexec', b'#!/bin/sh\n', 0o644)
    try:
        os.execl('./noexec', 'x')
    except OSError as e:
        show(errno.errorcode[e.errno])


def reading():
    os.mkdir('d')
    for i in range(500):
        put(f'd/{i}', b'')
    names = os.listdir('d')
    show(len(names), len(set(names)))
    with os.scandir('d') as entries:
        show(all(e.inode() == os.lstat(e.path).st_ino and e.is_file()
                 for e in entries))
    for i in range(0, 500, 2):
        os.unlink(f'd/{i}')
    show(len(os.listdir('d')))
    os.mkdir('d/sub')
    show(os.stat('d').st_nlink, os.stat('d/sub/..').st_ino ==
         os.stat('d').st_ino)
    show(os.stat('d').st_dev == os.stat('d/1').st_dev)


def at_random():
    """The same thousand steps everywhere."""
    dice = random.Random(4711)
    names = [f'{a}{b}' for a in 'abcd' for b in '01234']
    open_files = []
    for step in range(1200):
        a, b = dice.choice(names), dice.choice(names)
        move = dice.randrange(14)
        try:
            if move == 0:
                put(a, bytes([dice.randrange(256)]) * dice.randrange(9000))
            elif move == 1:
                os.mkdir(a)
            elif move == 2:
                os.unlink(a)
            elif move == 3:
                os.rmdir(a)
            elif move == 4:
                os.rename(a, b)
            elif move == 5:
                os.link(a, b)
            elif move == 6:
                os.symlink(b, a)
            elif move == 7:
                os.truncate(a, dice.randrange(20000))
            elif move == 8:
                os.rename(a, os.path.join(b, a))
            elif move == 9:
                os.chmod(a, dice.randrange(0o7777) | 0o600)
            elif move == 10:
                open_files.append(os.open(a, os.O_RDWR))
            elif move == 11 and open_files:
                os.pwrite(dice.choice(open_files), b'open', dice.randrange(9))
            elif move == 12 and open_files:
                os.close(open_files.pop(dice.randrange(len(open_files))))
            elif move == 13:
                renameat2(a, b, EXCHANGE)
            result = 'ok'
        except OSError as e:
            result = errno.errorcode[e.errno]
        show(step, move, a, b, result)
    for fd in open_files:
        os.close(fd)
    for name in tree('.'):
        content = ''
        if stat.S_ISREG(os.lstat(name).st_mode):
            content = zlib.crc32(open(name, 'rb').read())
        show(name, describe(name), content)


top = os.path.realpath(sys.argv[1])
for part in (creating, linking, renaming, attributes, permissions, data,
             mapping, locking, extended, executing, reading, at_random):
    place = os.path.join(top, part.__name__)
    os.mkdir(place)
    os.chdir(place)
    show(f'# {part.__name__}')
    part()
