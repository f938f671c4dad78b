/* Joins a ring, and tries everything that a reader must not be able to do to its memory.

     trespass NAME UID [observe]        UID: whose ring it is

   Prints what became of each attempt as one line of JSON: the name of the error, or "done". */
#include <streamline_share.h>

static int first = 1;
static void tell(const char *what, int done) {
  printf("%s\"%s\":\"%s\"", first ? "{" : ",", what, done ? "done" : strerrorname_np(errno));
  first = 0;
}

/* All ways to change a file, by a descriptor of it. */
static void attack(const char *file, int fd, uint64_t size) {
  char what[80];
  uint64_t noise = 0x5555555555555555u;
#define TRY(text, condition) (snprintf(what, sizeof what, "%s: " text, file), errno = 0, tell(what, condition))
  TRY("write", pwrite(fd, &noise, sizeof noise, 0) > 0);
  TRY("map for writing", mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED);
  void *map = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);
  TRY("make a mapping writable", map != MAP_FAILED && mprotect(map, (size_t)size, PROT_READ | PROT_WRITE) == 0);
  TRY("punch a hole by the mapping", map != MAP_FAILED && madvise(map, 4096, MADV_REMOVE) == 0);
  TRY("cut", ftruncate(fd, 0) == 0);
  TRY("grow", ftruncate(fd, (off_t)size * 2) == 0);
  TRY("punch a hole", fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096) == 0);
  TRY("seal", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) == 0);
#undef TRY
}

/* The same file, opened once more for writing. */
static void attack_again(const char *file, int fd, uint64_t size) {
  char path[40], what[80];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  snprintf(what, sizeof what, "%s again", file);
  fchmod(fd, 0666);
  int again = open(path, O_RDWR | O_CLOEXEC);
  if (again >= 0) attack(what, again, size);
  else tell(what, 0);
}

int main(int argc, char **argv) {
  slr_open_options how;
  slr_area *area;
  if (argc < 3) return 2;
  uid_t uid = (uid_t)strtoul(argv[2], NULL, 10);
  memset(&how, 0, sizeof how);
  how.uid = &uid;
  how.observe = argc > 3;
  int e = slr_share_open(&area, argv[1], &how);
  errno = -e;
  tell("open", e == 0);
  if (e == 0) {
    attack("A", area->a, area->sizeA);
    attack_again("A", area->a, area->sizeA);
    attack("B", area->b, area->sizeB);
    attack_again("B", area->b, area->sizeB);
    slr_share_close(area);
  }
  printf("}\n");
  return 0;
}
