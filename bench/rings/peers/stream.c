// Blocks through what the kernel has: pipe(2), or a pair of Unix sockets; one for each reader.
//   stream --way pipe|socket --bytes N [--read N] [--buffer N] [--readers N] [--seconds S] [--warm S] [--cpus W,R…]
// --read: most bytes asked for in a call (default: those of a block). --buffer: of the pipe or of the sockets.
#include "common.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>

static void connect_ends(int ends[2]) {
  int size = (int)number("buffer", 0);
  if (strcmp(text("way", "pipe"), "socket") != 0) {
    if (pipe(ends) < 0) die("pipe");
    if (size && fcntl(ends[1], F_SETPIPE_SZ, size) < 0) die("F_SETPIPE_SZ");
    return;
  }
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0) die("socketpair");
  if (size && setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size) < 0) die("SO_SNDBUF");
  ends[0] = pair[0];
  ends[1] = pair[1];
}

static void write_all(int fd, const char *at, size_t length) {
  while (length > 0) {
    ssize_t n = write(fd, at, length);
    if (n < 0) die("write");
    at += n;
    length -= n;
  }
}

static void read_blocks(int fd, struct end *end) {
  size_t bytes = blocks.bytes, most = (size_t)number("read", bytes), have = 0;
  uint64_t count = 0, every = look_every(), next = 0;
  if (most < bytes) most = bytes;
  char *into = buffer(most);
  start(end, RUSAGE_SELF);
  for (;;) {
    ssize_t n = read(fd, into + have, most - have);
    if (n < 0) die("read");
    if (n == 0) break;
    have += n;
    size_t at = 0;
    for (; have - at >= bytes; at += bytes) check(into + at, (uint32_t)count++);
    if (at > 0 && have > at) memmove(into, into + at, have - at);
    have -= at;
    if (count >= next) {
      look(end, count);
      next = count + every;
    }
  }
  finish(end, count);
}

int main(int argc, char **argv) {
  begin(argc, argv);
  make_blocks((size_t)number("bytes", 64));
  int readers = (int)number("readers", 1), fds[64];
  double seconds = number("seconds", 0.3);
  struct end *results = shared((readers + 1) * sizeof *results);
  for (int r = 0; r < readers; r++) {
    int ends[2];
    connect_ends(ends);
    pid_t pid = fork();
    if (pid < 0) die("fork");
    if (pid == 0) {
      close(ends[1]);
      for (int i = 0; i < r; i++) close(fds[i]);
      pin(cpu_of(r + 1));
      read_blocks(ends[0], results + 1 + r);
      _exit(0);
    }
    close(ends[0]);
    fds[r] = ends[1];
  }
  pin(cpu_of(0));
  uint64_t count = 0, every = look_every();
  start(results, RUSAGE_SELF);
  do {
    for (uint64_t i = 0; i < every; i++, count++)
      for (int r = 0; r < readers; r++) write_all(fds[r], block((uint32_t)count), blocks.bytes);
  } while (look(results, count) < seconds);
  finish(results, count);
  for (int r = 0; r < readers; r++) close(fds[r]);
  int failed = 0, status;
  while (wait(&status) > 0) failed |= status;
  // Of many readers the last one tells: each of them sees every block.
  print_ends(results, results + readers);
  return failed ? 1 : 0;
}
