// The far end of whoever sends a file: takes all that comes on one connection, sums its words, says how long that took.
//   drain --socket PATH|PORT [--buffer N] [--cpus N]      a Unix socket, or a port of the loopback interface
// Writes "ready" and a line's end once it listens, then the result.
#include "common.h"
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>

static int listen_at(const char *where) {
  union {
    struct sockaddr any;
    struct sockaddr_un un;
    struct sockaddr_in in;
  } address = {0};
  int isPath = strchr(where, '/') != NULL, one = 1;
  if (isPath) {
    address.un.sun_family = AF_UNIX;
    snprintf(address.un.sun_path, sizeof address.un.sun_path, "%s", where);
  } else {
    address.in.sin_family = AF_INET;
    address.in.sin_port = htons((uint16_t)atoi(where));
    address.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  int fd = socket(address.any.sa_family, SOCK_STREAM, 0);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (fd < 0 || bind(fd, &address.any, isPath ? sizeof address.un : sizeof address.in) < 0 || listen(fd, 1) < 0) die(where);
  return fd;
}

int main(int argc, char **argv) {
  begin(argc, argv);
  size_t most = (size_t)number("buffer", 262144), carry = 0;
  char *into = buffer(most + 4);
  int listener = listen_at(text("socket", "/tmp/drain"));
  pin(cpu_of(0));
  printf("ready\n");
  fflush(stdout);
  int fd = accept(listener, NULL, NULL);
  if (fd < 0) die("accept");
  uint64_t bytes = 0;
  uint32_t sum = 0;
  double from = 0;
  for (ssize_t n; (n = read(fd, into + carry, most)) != 0;) {
    if (n < 0) die("read");
    if (from == 0) from = now();
    bytes += n;
    // Words go on where the last read ended.
    size_t have = carry + n;
    sum += sum_of(into, have & ~(size_t)3);
    carry = have & 3;
    memmove(into, into + have - carry, carry);
  }
  printf("{\"bytes\":%llu,\"seconds\":%.9f,\"sum\":%u}\n", (unsigned long long)bytes, now() - from, sum);
  return 0;
}
