/* A client that sends a producer anything: requests with random fields, of random lengths, with descriptors of every
   sort, or nothing; and now and then a good one, of which it prints how many were answered well.
   Usage: pest DIR UID NAME ROUNDS SEED */
#include "streamline_share.h"

static uint32_t state;
static uint32_t random_below(uint32_t n) {
  state = state * 1664525u + 1013904223u;
  return (state >> 8) % n;
}

static int some_descriptor(void) {
  int fds[2];
  switch (random_below(7)) {
    case 0: return eventfd(0, EFD_CLOEXEC);
    case 1: return open("/dev/null", O_RDWR | O_CLOEXEC);
    case 2: return open("/", O_RDONLY | O_CLOEXEC);
    case 3: return memfd_create("pest", MFD_CLOEXEC);
    case 4: return epoll_create1(EPOLL_CLOEXEC);
    case 5: return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    default:
      if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) return -1;
      close(fds[0]);
      return fds[1];
  }
}

static void annoy(int fd) {
  union {
    slr_request q;
    uint32_t words[16];
  } m;
  for (uint32_t i = 0; i < 16; i++) m.words[i] = random_below(3) ? random_below(5) : random_below(0xffffff) << 8;
  if (random_below(10)) m.q.magic = SLR_REQUEST_MAGIC;
  if (random_below(10)) m.q.version = SLR_WIRE_VERSION;
  if (random_below(10)) m.q.op = (uint16_t)random_below(5);
  int fds[SLR_WIRE_FDS], count = (int)random_below(SLR_WIRE_FDS + 1);
  for (int i = 0; i < count; i++) fds[i] = some_descriptor();
  slr_send(fd, &m, random_below(4) ? sizeof m.q : random_below(sizeof m), fds, count);
  while (count > 0) close(fds[--count]);
}

int main(int argc, char **argv) {
  if (argc != 6) return 2;
  uid_t uid = (uid_t)atoi(argv[2]);
  int dir = slr_dir_open(argv[1], uid, 0), good = 0, tried = 0;
  state = (uint32_t)atoi(argv[5]);
  for (int i = atoi(argv[4]); i > 0; i--) {
    int fd = slr_connect(dir, argv[3]);
    if (fd < 0 && fd != -EAGAIN) return 3;
    for (uint32_t n = fd < 0 ? 0 : random_below(4); n > 0; n--) annoy(fd);
    slr_shut(&fd);
    if (i % 50 != 0) continue;
    slr_area *area;
    slr_open_options how;
    memset(&how, 0, sizeof how);
    how.dir = argv[1];
    how.uid = &uid;
    tried++;
    int e;
    /* Others of its kind may have every slot for a moment. */
    while ((e = slr_share_open(&area, argv[3], &how)) == -EBUSY) usleep(1000);
    if (e) {
      fprintf(stderr, "pest: %s\n", strerror(-e));
      continue;
    }
    good++;
    slr_share_close(area);
  }
  printf("{\"tried\":%d,\"good\":%d}\n", tried, good);
  return 0;
}
