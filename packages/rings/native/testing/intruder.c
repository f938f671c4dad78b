/* Tries everything that a process which was given a ring must not be able to do to it, and prints what the system has
   said to each: 0 or the name of an errno. Usage: intruder DIR UID NAME */
#include "streamline_share.h"

static void tell(const char *what, int failed) {
  printf("\"%s\":\"%s\",", what, failed ? strerrorname_np(errno) : "0");
}

/* By this descriptor. `size` is what it must keep. */
static void try_descriptor(const char *of, int fd, uint64_t size) {
  char name[64];
  void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  snprintf(name, sizeof name, "%s map", of);
  tell(name, map == MAP_FAILED);
  snprintf(name, sizeof name, "%s write", of);
  tell(name, pwrite(fd, "x", 1, 0) != 1);
  snprintf(name, sizeof name, "%s shrink", of);
  tell(name, ftruncate(fd, 0) != 0);
  snprintf(name, sizeof name, "%s grow", of);
  tell(name, ftruncate(fd, (off_t)size * 2) != 0);
  snprintf(name, sizeof name, "%s extend", of);
  tell(name, fallocate(fd, 0, (off_t)size, 4096) != 0);
  snprintf(name, sizeof name, "%s punch", of);
  tell(name, fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096) != 0);
  snprintf(name, sizeof name, "%s seal", of);
  tell(name, fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) != 0);
}

static void try_again(const char *of, int fd, uint64_t size) {
  char path[64], name[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  int again = open(path, O_RDWR | O_CLOEXEC);
  snprintf(name, sizeof name, "%s reopen", of);
  tell(name, again < 0);
  snprintf(name, sizeof name, "%s again", of);
  if (again >= 0) try_descriptor(name, again, size);
}

int main(int argc, char **argv) {
  slr_area *area;
  if (argc != 4) return 2;
  uid_t uid = (uid_t)atoi(argv[2]);
  slr_open_options how;
  memset(&how, 0, sizeof how);
  how.dir = argv[1];
  how.uid = &uid;
  int e = slr_share_open(&area, argv[3], &how);
  errno = -e;
  printf("{");
  tell("open", e != 0);
  if (!e) {
    try_descriptor("A", area->a, area->sizeA);
    try_again("A", area->a, area->sizeA);
    /* What a reader may do with B is to map and write it, never to change its size. */
    try_descriptor("B", area->b, area->sizeB);
    int owner = (int)area->link->pid;
    e = slr_share_map(area, NULL);
    errno = -e;
    tell("map", e != 0);
    tell("protect", mprotect(area->base, (size_t)area->sizeA, PROT_READ | PROT_WRITE) != 0);
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", owner);
    tell("memory of the owner", open(path, O_RDWR) < 0);
    slr_share_close(area);
  }
  printf("\"end\":\"0\"}\n");
  return 0;
}
