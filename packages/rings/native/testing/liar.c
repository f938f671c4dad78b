/* A producer that lies to those who want to read its ring: what they get breaks one rule of
   docs/reference/ring-sharing.md. Usage: liar DIR NAME RULE; prints `serving`, ends when it is killed. */
#include "streamline_share.h"

enum { A = 8192, B = 4096 };
static const char *rule;
static int is(const char *name) { return strcmp(rule, name) == 0; }

static int memory(uint64_t size, int seals, int whole) {
  int fd = memfd_create("liar", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0 || ftruncate(fd, (off_t)size) != 0) exit(3);
  if (whole && fallocate(fd, 0, 0, (off_t)size) != 0) exit(3);
  if (seals && fcntl(fd, F_ADD_SEALS, seals) != 0) exit(3);
  return fd;
}

static int special(void) {
  int fds[2];
  if (is("pipe") && pipe(fds) == 0) return fds[0];
  if (is("socket") && socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0) return fds[0];
  if (is("directory")) return open("/", O_RDONLY);
  if (is("device")) return open("/dev/zero", O_RDONLY);
  if (is("huge")) {
    int fd = memfd_create("liar", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB);
    if (fd < 0 || ftruncate(fd, 1 << 21) != 0) exit(3);
    fcntl(fd, F_ADD_SEALS, SLR_SIZE_SEALS | F_SEAL_FUTURE_WRITE);
    return fd;
  }
  return -1;
}

static void answer(int fd, slr_reply *r, const int *fds) {
  int none = is("no descriptors"), one = is("one descriptor");
  size_t bytes = is("short message") ? 40 : is("long message") ? 64 : sizeof *r;
  char space[64] = {0};
  memcpy(space, r, sizeof *r);
  if (is("silence")) return;
  if (is("end")) {
    close(fd);
    return;
  }
  slr_send(fd, space, bytes, fds, none ? 0 : one ? 1 : 2);
}

/* Announces successors for ever, and never says what was asked. */
static void flood(int fd, slr_reply *r, const int *fds) {
  r->op = SLR_OP_AREA;
  r->serial = 0;
  for (;;) {
    int e = slr_send(fd, r, sizeof *r, fds, 2);
    if (e == -EAGAIN || e == -ETOOMANYREFS) usleep(100);
    else if (e) return;
  }
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  rule = argv[3];
  int seals = F_SEAL_SHRINK | F_SEAL_GROW;
  int sealsA = is("unsealed") ? 0 : is("can shrink") ? F_SEAL_GROW : is("can grow") ? F_SEAL_SHRINK : seals;
  if (!is("can be written")) sealsA |= is("unsealed") ? 0 : F_SEAL_FUTURE_WRITE;
  uint64_t sizeA = is("smaller") ? A / 2 : is("larger") ? A * 2 : A;
  int fds[2] = {special(), memory(is("smaller table") ? 0 : B, is("table can shrink") ? F_SEAL_GROW : seals, !is("smaller table"))};
  if (fds[0] < 0) fds[0] = memory(sizeA, sealsA, !is("sparse"));
  slr_reply r;
  slr_begin_reply(&r, SLR_OP_REGISTER, 0);
  r.sizeA = is("no size") ? 0 : is("odd size") ? A - 1 : is("giant") ? (uint64_t)1 << 40 : is("wraps") ? UINT64_MAX - 4095 : A;
  if (is("huge")) r.sizeA = 1 << 21;
  r.sizeB = is("no table") ? 0 : is("giant table") ? (uint64_t)1 << 30 : B;
  r.slot = is("no slot") ? SLR_NO_SLOT : is("far slot") ? 31 : is("farther slot") ? 0x7fffffff : 0;
  r.ring = is("no id") ? 0 : is("mark as id") ? 0xffffffffu : 77;
  r.status = is("negative status") ? -5 : is("strange status") ? 100000 : is("refuses with memory") ? EIO : 0;
  if (is("magic")) r.magic++;
  if (is("version")) r.version++;
  int dir = slr_dir_open(argv[1], geteuid(), 1), listener = dir < 0 ? dir : slr_listen(dir, argv[2], SLR_ACCESS_USER);
  if (listener < 0) return 4;
  printf("serving\n");
  fflush(stdout);
  for (;;) {
    struct pollfd p = {listener, POLLIN, 0};
    poll(&p, 1, -1);
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC), got[2], count = 0;
    slr_request q;
    p.fd = fd;
    poll(&p, 1, -1);
    if (slr_receive(fd, &q, sizeof q, got, &count) != 0) continue;
    slr_close_all(got, count);
    r.serial = is("other serial") ? q.serial + 1 : q.serial;
    if (is("flood")) flood(fd, &r, fds);
    else answer(fd, &r, fds);
  }
}
