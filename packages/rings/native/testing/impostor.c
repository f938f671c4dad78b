/* A producer that lies: answers whoever wants to read the ring with memory that is not what it has to be.

     impostor NAME LIE        LIE: one of those below, or "none"

   Prints "ready", then answers until it is killed. */
#include <streamline_ring.h>

enum { SIZE_A = 69632, SIZE_B = 4096 };

static int is(const char *lie, const char *what) { return strcmp(lie, what) == 0; }

/* A memfd with these seals of which so many bytes exist, the rest is a hole. */
static int memory(uint64_t bytes, uint64_t allocated, unsigned flags, int seals) {
  int fd = memfd_create("impostor", MFD_CLOEXEC | MFD_ALLOW_SEALING | flags);
  if (fd < 0 || ftruncate(fd, (off_t)bytes) != 0) return -1;
  if (allocated && fallocate(fd, 0, 0, (off_t)allocated) != 0) return -1;
  return fcntl(fd, F_ADD_SEALS, seals) == 0 ? fd : -1;
}

/* A ring that any reader would take, but for the lie. */
static int ring(const char *lie) {
  slr_shape shape;
  memset(&shape, 0, sizeof shape);
  shape.bytes = 32768;
  if (slr_shape_check(&shape)) return -1;
  int a = memory(SIZE_A, SIZE_A, 0, F_SEAL_SHRINK | F_SEAL_GROW);
  uint8_t *base = (uint8_t *)mmap(NULL, SIZE_A, PROT_READ | PROT_WRITE, MAP_SHARED, a, 0);
  if (base == (uint8_t *)MAP_FAILED) return -1;
  slr_format(base, &shape, SIZE_A, 7, "impostor");
  if (is(lie, "table in A")) slr_put(slr_word(base, SLR_W_TABLE), 45056);
  if (is(lie, "other id")) slr_put(slr_word(base, SLR_W_ID), 8);
  if (is(lie, "no ring")) slr_put(slr_word(base, SLR_W_MAGIC), 0);
  if (is(lie, "few slots")) slr_put(slr_word(base, SLR_W_SLOTS), 1);
  if (is(lie, "data outside")) slr_put(slr_word(base, SLR_W_CAPACITY), 1u << 30);
  int seals = F_SEAL_FUTURE_WRITE | F_SEAL_SEAL;
  return is(lie, "A can be written") || fcntl(a, F_ADD_SEALS, seals) == 0 ? a : -1;
}

static void answer(int fd, const char *lie) {
  slr_request q;
  slr_reply r;
  int got[SLR_WIRE_FDS], count = 0;
  struct pollfd p = {fd, POLLIN, 0};
  poll(&p, 1, 1000);
  if (slr_receive(fd, &q, sizeof q, got, &count) != 0 || is(lie, "nothing")) return;
  memset(&r, 0, sizeof r);
  r.magic = is(lie, "other magic") ? 1 : SLR_REPLY_MAGIC;
  r.version = is(lie, "other version") ? 9 : SLR_WIRE_VERSION;
  r.op = q.op;
  r.ring = 7;
  r.serial = q.serial;
  r.slot = is(lie, "few slots") ? 3 : is(lie, "slot outside") ? 32 : 0;
  r.epoch = 1;
  r.sizeA = is(lie, "other size") ? SIZE_A * 2 : is(lie, "odd size") ? SIZE_A - 1 : SIZE_A;
  r.sizeB = is(lie, "large table") ? 1u << 20 : SIZE_B;
  r.status = is(lie, "odd status") ? -5 : 0;
  int sealed = F_SEAL_SHRINK | F_SEAL_GROW;
  int a = is(lie, "A can be cut") ? memory(SIZE_A, SIZE_A, 0, F_SEAL_GROW | F_SEAL_FUTURE_WRITE)
          : is(lie, "holes in A") ? memory(SIZE_A, 4096, 0, sealed | F_SEAL_FUTURE_WRITE)
          : is(lie, "a pipe") ? socket(AF_UNIX, SOCK_STREAM, 0) : ring(lie);
  int b = is(lie, "B can be cut") ? memory(SIZE_B, SIZE_B, 0, F_SEAL_GROW) : memory(SIZE_B, SIZE_B, 0, sealed);
  /* The slot is claimed, as it would be: without a lie the reader joins. */
  uint8_t *table = (uint8_t *)mmap(NULL, SIZE_B, PROT_READ | PROT_WRITE, MAP_SHARED, b, 0);
  if (table == (uint8_t *)MAP_FAILED) exit(3);
  slr_put(slr_slot_word(table, 0, SLR_S_STATE), SLR_CLAIMED);
  slr_put(slr_slot_word(table, 0, SLR_S_EPOCH), 1);
  munmap(table, SIZE_B);
  int send[2] = {a, b}, fds = is(lie, "one descriptor") ? 1 : is(lie, "no descriptors") ? 0 : 2;
  if (a < 0 || b < 0) exit(3);
  if (is(lie, "short")) slr_send(fd, &r, sizeof r - 1, send, fds);
  else slr_send(fd, &r, sizeof r, send, fds);
  close(a);
  close(b);
  /* It keeps the connection, as an honest one would. */
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int dir = slr_dir_open(NULL, geteuid(), 1);
  int fd = dir < 0 ? dir : slr_listen(dir, argv[1], SLR_ACCESS_USER);
  if (fd < 0) return 1;
  printf("ready\n");
  fflush(stdout);
  for (;;) {
    struct pollfd p = {fd, POLLIN, 0};
    poll(&p, 1, -1);
    int one = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (one >= 0) answer(one, argv[2]);
  }
}
