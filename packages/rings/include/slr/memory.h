/* The memory of a shared ring: two sealed memfds that lie next to each other wherever they are mapped.
   A holds header, data and index, B the reader table. Part of streamline_share.h. */
#ifndef SLR_MEMORY_H
#define SLR_MEMORY_H

#include "base.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

/* Offsets in an arena stay below 2^31, and so does a ring. */
#define SLR_MAX_BYTES ((uint64_t)1 << 31)
#define SLR_MAX_TABLE ((uint64_t)65536)
#define SLR_TOUCH_BYTES ((uint64_t)64 << 20)
#define SLR_TMPFS 0x01021994
#define SLR_SIZE_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

/* A number that stands behind `key` in a file of the kernel, or in the whole file if there is no key; or -1. */
SLR_FN int64_t slr_number(const char *path, const char *key) {
  char text[8192];
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  if (n <= 0) return -1;
  text[n] = 0;
  const char *at = text;
  if (key) {
    size_t length = strlen(key);
    while (strncmp(at, key, length) != 0) {
      at = strchr(at, '\n');
      if (!at) return -1;
      at++;
    }
    at += length;
  }
  char *end;
  long long value = strtoll(at, &end, 10);
  return end == at ? -1 : value;
}

/* What one control group leaves: its limit less what it uses, page cache counted as free. -1: it has no limit. */
SLR_FN int64_t slr_one_group_free(const char *dir, int version) {
  char path[PATH_MAX + 64];
  snprintf(path, sizeof path, "%s/%s", dir, version == 2 ? "memory.max" : "memory.limit_in_bytes");
  int64_t limit = slr_number(path, NULL);
  if (limit < 0) return -1;
  snprintf(path, sizeof path, "%s/%s", dir, version == 2 ? "memory.current" : "memory.usage_in_bytes");
  int64_t used = slr_number(path, NULL);
  snprintf(path, sizeof path, "%s/memory.stat", dir);
  int64_t cache = slr_number(path, version == 2 ? "file " : "total_cache ");
  int64_t shmem = slr_number(path, version == 2 ? "shmem " : "total_shmem ");
  if (cache > 0 && shmem >= 0 && cache >= shmem) used -= cache - shmem;
  return used < limit ? limit - used : 0;
}

/* The least that this process's control groups leave, from its own up to the topmost, in both versions. `sys` is where
   control groups are mounted, `proc` is /proc/self. */
SLR_FN int64_t slr_group_free(const char *proc, const char *sys, int64_t least) {
  char line[PATH_MAX], path[PATH_MAX + 32];
  snprintf(path, sizeof path, "%s/cgroup", proc);
  FILE *f = fopen(path, "re");
  while (f && fgets(line, sizeof line, f)) {
    int version = strncmp(line, "0::/", 4) == 0 ? 2 : strstr(line, ":memory:/") ? 1 : 0;
    char *group = version ? strchr(strchr(line, ':') + 1, ':') + 1 : line;
    group[strcspn(group, "\n")] = 0;
    for (char *slash = group; version && slash;) {
      snprintf(path, sizeof path, "%s%s%s", sys, version == 2 ? "" : "/memory", group);
      int64_t left = slr_one_group_free(path, version);
      if (left >= 0 && left < least) least = left;
      slash = strrchr(group, '/');
      if (slash) *slash = 0;
    }
  }
  if (f) fclose(f);
  return least;
}

/* Memory that can be had now, as far as the system says. */
SLR_FN int64_t slr_free_memory(const char *meminfo, const char *proc, const char *sys) {
  int64_t left = slr_number(meminfo, "MemAvailable:");
  return slr_group_free(proc, sys, left < 0 ? INT64_MAX : left * 1024);
}

/* Is there memory for so much? Asked before, because a system without memory kills processes before it says no. */
SLR_FN int slr_memory_left(uint64_t bytes) {
  return bytes <= (uint64_t)slr_free_memory("/proc/meminfo", "/proc/self", "/sys/fs/cgroup") ? 0 : -ENOMEM;
}

SLR_FN int slr_sizes_ok(uint64_t a, uint64_t b) {
  uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  return a > 0 && b > 0 && a % page == 0 && b % page == 0 && a <= SLR_MAX_BYTES && b <= SLR_MAX_TABLE;
}

/* A memfd of that size whose pages all exist: using it can never fail. Sealed against changes of size. */
SLR_FN int slr_memfd(const char *name, uint64_t bytes, mode_t mode, int moreSeals) {
  char label[96];
  struct rlimit limit;
  snprintf(label, sizeof label, "streamline:%.63s", name);
  /* Beyond this limit ftruncate would send a signal that ends the process. */
  if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && bytes > limit.rlim_cur) return -EFBIG;
  int fd = memfd_create(label, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
  if (fd < 0 && errno == EINVAL) fd = memfd_create(label, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return -errno;
  int seals = F_SEAL_SHRINK | F_SEAL_GROW | moreSeals, e = 0;
  if (ftruncate(fd, (off_t)bytes) != 0) e = errno;
  while (!e && fallocate(fd, 0, 0, (off_t)bytes) != 0) {
    if (errno != EINTR) e = errno;
  }
  if (!e && (fchmod(fd, mode) != 0 || fcntl(fd, F_ADD_SEALS, seals) != 0)) e = errno;
  if (!e) return fd;
  close(fd);
  return -e;
}

/* The same file by a descriptor of its own that cannot write. */
SLR_FN int slr_reopen_readonly(int fd) {
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  int ro = open(path, O_RDONLY | O_CLOEXEC);
  return ro < 0 ? -errno : ro;
}

/* Is this a file of exactly so many bytes that can never be cut, of ordinary pages? Else reading it may be fatal.
   `whole`: all of it is allocated, so that reading it takes no memory. */
SLR_FN int slr_sealed(int fd, uint64_t bytes, int seals, int whole) {
  struct stat s;
  struct statfs f;
  if (fstat(fd, &s) != 0 || !S_ISREG(s.st_mode) || (uint64_t)s.st_size != bytes) return 0;
  if (fstatfs(fd, &f) != 0 || f.f_type != SLR_TMPFS) return 0;
  if (whole && (uint64_t)s.st_blocks * 512 < bytes) return 0;
  int have = fcntl(fd, F_GET_SEALS);
  return have >= 0 && (have & seals) == seals;
}

/* Maps A and behind it B: at `at`, over whatever is there, or (NULL) anywhere. A child of fork(2) does not get them:
   else it would keep a ring alive, or write it. */
SLR_FN int slr_map_pair(uint8_t **base, void *at, int a, int protA, uint64_t sizeA, int b, int protB, uint64_t sizeB) {
  size_t all = (size_t)(sizeA + sizeB);
  int own = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  uint8_t *p = (uint8_t *)at;
  if (!at) {
    p = (uint8_t *)mmap(NULL, all, PROT_NONE, own, -1, 0);
    if (p == (uint8_t *)MAP_FAILED) return -errno;
  }
  int e = 0;
  if (mmap(p, (size_t)sizeA, protA, MAP_SHARED | MAP_FIXED, a, 0) == MAP_FAILED) e = errno;
  else if (mmap(p + sizeA, (size_t)sizeB, protB, MAP_SHARED | MAP_FIXED, b, 0) == MAP_FAILED) e = errno;
  else if (madvise(p, all, MADV_DONTFORK) != 0) e = errno;
  if (!e) {
    *base = p;
    return 0;
  }
  if (at) mmap(at, all, PROT_READ | PROT_WRITE, own | MAP_FIXED, -1, 0);
  else munmap(p, all);
  return -e;
}

/* Makes page tables at once instead of at the first access of each page, where the system can and it takes no time. */
SLR_FN void slr_touch(uint8_t *base, uint64_t all, int writes) {
  if (all <= SLR_TOUCH_BYTES) madvise(base, (size_t)all, writes ? MADV_POPULATE_WRITE : MADV_POPULATE_READ);
}

/* Takes the pair away: memory of somebody else gets anonymous pages again. If that fails, for want of mappings, the
   old ones stay, which harms nobody. */
SLR_FN void slr_unmap_pair(uint8_t *base, uint64_t all, int placed) {
  if (!placed) munmap(base, (size_t)all);
  else mmap(base, (size_t)all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
}

#endif
