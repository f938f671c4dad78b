/* Names of rings: a directory of each user with a socket for each ring. Part of streamline_share.h. */
#ifndef SLR_NAMES_H
#define SLR_NAMES_H

#include "memory.h"
#include <dirent.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { SLR_NAME_MAX = 63 };
enum { SLR_ACCESS_USER = 1, SLR_ACCESS_GROUP = 2, SLR_ACCESS_OTHER = 3 };

SLR_FN int slr_name_ok(const char *name) {
  size_t n = strlen(name);
  if (n < 1 || n > SLR_NAME_MAX || name[0] == '.') return 0;
  for (size_t i = 0; i < n; i++) {
    char c = name[i];
    int ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    if (!ok) return 0;
  }
  return 1;
}

/* Where the rings of a user are. $STREAMLINE_DIR decides for whoever sets it. */
SLR_FN int slr_dir_path(uid_t uid, char *path, size_t size) {
  const char *chosen = getenv("STREAMLINE_DIR");
  struct stat s;
  int n;
  if (chosen && chosen[0]) n = snprintf(path, size, "%s", chosen);
  else if (stat("/dev/shm", &s) == 0 && S_ISDIR(s.st_mode)) n = snprintf(path, size, "/dev/shm/streamline-%u", (unsigned)uid);
  else n = snprintf(path, size, "/tmp/streamline-%u", (unsigned)uid);
  return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

/* Opens the directory of `uid`, and makes it if asked. It must be a real directory of that user in which nobody else
   can write: its owner decides which process answers to a name. -EPERM if it is not. The last component must not be
   a link; who can replace the others is trusted anyway. */
SLR_FN int slr_dir_open(const char *path, uid_t uid, int make) {
  struct stat s;
  char own[PATH_MAX];
  if (!path || !path[0]) {
    int e = slr_dir_path(uid, own, sizeof own);
    if (e) return e;
    path = own;
  }
  int made = make && mkdir(path, 0711) == 0;
  int fd = open(path, O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | (make ? O_RDONLY : O_PATH));
  if (fd < 0) return errno == ELOOP || errno == ENOTDIR ? -EPERM : -errno;
  int e = 0;
  if (made && fchmod(fd, 0711) != 0) e = errno;
  if (!e && fstat(fd, &s) != 0) e = errno;
  if (!e && (s.st_uid != uid || (s.st_mode & 022) != 0)) e = EPERM;
  if (!e) return fd;
  close(fd);
  return -e;
}

/* Creators of one user exclude each other by a lock on the directory itself, so that no lock file stays behind.
   Others cannot open it for reading. Not for ever: the holder may be stopped. */
SLR_FN int slr_dir_lock(int dir) {
  for (int i = 0; i < 200; i++) {
    if (flock(dir, LOCK_EX | LOCK_NB) == 0) return 0;
    if (errno != EWOULDBLOCK && errno != EINTR) return -errno;
    usleep(5000);
  }
  return -ETIMEDOUT;
}

/* Goes by the open directory: nobody can exchange it in between, and its path may be longer than a socket's. */
SLR_FN socklen_t slr_address(struct sockaddr_un *a, int dir, const char *name) {
  memset(a, 0, sizeof *a);
  a->sun_family = AF_UNIX;
  snprintf(a->sun_path, sizeof a->sun_path, "/proc/self/fd/%d/%s", dir, name);
  return (socklen_t)sizeof *a;
}

/* A connection to the ring's owner, or an error: -ENOENT no such name, -ECONNREFUSED its owner is dead (the kernel
   knows, no process id is guessed), -EACCES its policy forbids, -EAGAIN it is alive but too busy. */
SLR_FN int slr_connect(int dir, const char *name) {
  struct sockaddr_un a;
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -errno;
  socklen_t length = slr_address(&a, dir, name);
  if (connect(fd, (struct sockaddr *)&a, length) == 0) return fd;
  int e = errno;
  close(fd);
  return -e;
}

/* Is the owner of this socket dead? */
SLR_FN int slr_is_stale(int dir, const char *name) {
  int fd = slr_connect(dir, name);
  if (fd == -ECONNREFUSED) return 1;
  slr_shut(&fd);
  return 0;
}

SLR_FN void slr_id_link(char *out, size_t size, uint32_t id) { snprintf(out, size, ".id-%08x", (unsigned)id); }

/* Notes that the ring `id` has this name. -EEXIST: a living ring of this directory has the id. */
SLR_FN int slr_link_id(int dir, uint32_t id, const char *name) {
  char link[16], other[SLR_NAME_MAX + 1];
  slr_id_link(link, sizeof link, id);
  for (int i = 0; i < 2; i++) {
    if (symlinkat(name, dir, link) == 0) return 0;
    if (errno != EEXIST) return -errno;
    ssize_t n = readlinkat(dir, link, other, sizeof other - 1);
    if (n < 0) continue;
    other[n] = 0;
    struct stat s;
    if (fstatat(dir, other, &s, AT_SYMLINK_NOFOLLOW) == 0 && !slr_is_stale(dir, other)) return -EEXIST;
    unlinkat(dir, link, 0);
  }
  return -EEXIST;
}

/* The name that a ring's id has in this directory. */
SLR_FN int slr_name_of(int dir, uint32_t id, char *name) {
  char link[16];
  slr_id_link(link, sizeof link, id);
  ssize_t n = readlinkat(dir, link, name, SLR_NAME_MAX + 1);
  if (n < 0) return -errno;
  if (n > SLR_NAME_MAX) return -ENOENT;
  name[n] = 0;
  return slr_name_ok(name) ? 0 : -ENOENT;
}

/* Removes the ids that lead to `name`, or (NULL) to nothing. */
SLR_FN void slr_unlink_ids(int dir, const char *name) {
  int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *d = copy < 0 ? NULL : fdopendir(copy);
  if (!d) {
    slr_shut(&copy);
    return;
  }
  for (struct dirent *e; (e = readdir(d));) {
    char target[SLR_NAME_MAX + 2];
    struct stat s;
    if (strncmp(e->d_name, ".id-", 4) != 0) continue;
    ssize_t n = readlinkat(dir, e->d_name, target, sizeof target - 1);
    if (n < 0) continue;
    target[n] = 0;
    int gone = name ? strcmp(target, name) == 0 : fstatat(dir, target, &s, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
    if (gone) unlinkat(dir, e->d_name, 0);
  }
  closedir(d);
}

/* Listens by that name, in a directory that is open for reading. A dead owner's name is taken over; a live one's is
   -EADDRINUSE. The mode is the socket's from its first moment on: the system checks it at every connect. */
SLR_FN int slr_listen(int dir, const char *name, int access) {
  struct sockaddr_un a;
  mode_t mode = access == SLR_ACCESS_OTHER ? 0666 : access == SLR_ACCESS_GROUP ? 0660 : 0600;
  int e = slr_dir_lock(dir);
  if (e) return e;
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  socklen_t length = slr_address(&a, dir, name);
  if (fd < 0 || fchmod(fd, mode) != 0) e = errno;
  else if (bind(fd, (struct sockaddr *)&a, length) != 0) {
    e = errno;
    if (e == EADDRINUSE && slr_is_stale(dir, name)) {
      unlinkat(dir, name, 0);
      slr_unlink_ids(dir, name);
      e = bind(fd, (struct sockaddr *)&a, length) == 0 ? 0 : errno;
    }
  }
  int bound = fd >= 0 && e == 0;
  /* Again, since the process's umask has taken bits away. */
  if (bound && (fchmodat(dir, name, mode, 0) != 0 || listen(fd, 64) != 0)) e = errno;
  if (e && bound) unlinkat(dir, name, 0);
  flock(dir, LOCK_UN);
  if (!e) return fd;
  slr_shut(&fd);
  return -e;
}

/* Is this still the socket that had the name then? */
SLR_FN int slr_is_same(int dir, const char *name, dev_t device, ino_t inode) {
  struct stat s;
  return fstatat(dir, name, &s, AT_SYMLINK_NOFOLLOW) == 0 && s.st_dev == device && s.st_ino == inode;
}

/* Removes the name of an owner that has died, if this process may. A dying process closes its connections some moments
   before the socket that has the name, and others may hold the lock: so it tries for a tenth of a second. */
SLR_FN void slr_remove_dead(int dir, const char *name, dev_t device, ino_t inode) {
  int own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (own < 0) return;
  for (int i = 0; i < 100 && slr_is_same(own, name, device, inode); i++) {
    if (i > 0) usleep(1000);
    if (flock(own, LOCK_EX | LOCK_NB) != 0) continue;
    if (slr_is_stale(own, name)) {
      slr_unlink_ids(own, name);
      unlinkat(own, name, 0);
    }
    flock(own, LOCK_UN);
  }
  close(own);
}

typedef void (*slr_name_fn)(void *arg, const char *name, int state);

/* Tells of every name in a directory: 0 its owner lives, ECONNREFUSED it is dead, EACCES it admits others only. Removes
   the names of the dead if asked. The number of these, or an error. */
SLR_FN int slr_each_name(const char *path, uid_t uid, slr_name_fn tell, void *arg, int remove) {
  int dead = 0, dir = slr_dir_open(path, uid, 0);
  if (dir == -ENOENT) return 0;
  if (dir < 0) return dir;
  int list = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int e = list < 0 ? -errno : remove ? slr_dir_lock(list) : 0;
  DIR *d = e ? NULL : fdopendir(list);
  if (!d) {
    if (!e) e = -errno;
    slr_shut(&list);
    close(dir);
    return e;
  }
  for (struct dirent *entry; (entry = readdir(d));) {
    struct stat s;
    const char *name = entry->d_name;
    if (!slr_name_ok(name) || fstatat(dir, name, &s, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISSOCK(s.st_mode)) continue;
    int state = slr_connect(dir, name);
    dead += state == -ECONNREFUSED;
    if (state == -ECONNREFUSED && remove) unlinkat(dir, name, 0);
    if (tell) tell(arg, name, state >= 0 ? 0 : -state);
    slr_shut(&state);
  }
  if (remove) slr_unlink_ids(dir, NULL);
  closedir(d);
  close(dir);
  return dead;
}

#endif
