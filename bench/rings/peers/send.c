// Sends a file to a socket, or to another file.
//   send --file PATH --to SOCKETPATH|PORT|file:PATH --way copy|mmap|sendfile|splice [--chunk N] [--cpus N]
#include "common.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static int open_sink(const char *to) {
  if (strncmp(to, "file:", 5) == 0) {
    int fd = open(to + 5, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0) die(to);
    return fd;
  }
  union {
    struct sockaddr any;
    struct sockaddr_un un;
    struct sockaddr_in in;
  } address = {0};
  int isPath = strchr(to, '/') != NULL;
  if (isPath) {
    address.un.sun_family = AF_UNIX;
    snprintf(address.un.sun_path, sizeof address.un.sun_path, "%s", to);
  } else {
    address.in.sin_family = AF_INET;
    address.in.sin_port = htons((uint16_t)atoi(to));
    address.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  int fd = socket(address.any.sa_family, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, &address.any, isPath ? sizeof address.un : sizeof address.in) < 0) die(to);
  return fd;
}

static void write_all(int fd, const char *at, size_t length) {
  for (ssize_t n; length > 0; at += n, length -= n)
    if ((n = write(fd, at, length)) < 0) die("write");
}

static void by_copy(int from, int to, size_t chunk) {
  char *bytes = buffer(chunk);
  for (ssize_t n; (n = read(from, bytes, chunk)) != 0;) {
    if (n < 0) die("read");
    write_all(to, bytes, n);
  }
}
static void by_mmap(int from, int to, size_t chunk, size_t size) {
  char *bytes = mmap(NULL, size, PROT_READ, MAP_SHARED, from, 0);
  if (bytes == MAP_FAILED) die("mmap");
  for (size_t at = 0; at < size; at += chunk) write_all(to, bytes + at, size - at < chunk ? size - at : chunk);
}
static void by_sendfile(int from, int to, size_t chunk) {
  for (ssize_t n; (n = sendfile(to, from, NULL, chunk)) != 0;)
    if (n < 0) die("sendfile");
}
static void by_splice(int from, int to, size_t chunk) {
  int ends[2];
  if (pipe(ends) < 0) die("pipe");
  fcntl(ends[1], F_SETPIPE_SZ, (int)chunk);
  for (ssize_t n; (n = splice(from, NULL, ends[1], NULL, chunk, SPLICE_F_MOVE)) != 0;) {
    if (n < 0) die("splice");
    for (ssize_t m; n > 0; n -= m)
      if ((m = splice(ends[0], NULL, to, NULL, n, SPLICE_F_MOVE | SPLICE_F_MORE)) < 0) die("splice");
  }
}

int main(int argc, char **argv) {
  begin(argc, argv);
  const char *way = text("way", "copy"), *path = text("file", "");
  pin(cpu_of(0));
  int from = open(path, O_RDONLY);
  struct stat about;
  if (from < 0 || fstat(from, &about) < 0) die(path);
  int to = open_sink(text("to", "/tmp/drain"));
  size_t chunk = (size_t)number("chunk", strcmp(way, "sendfile") == 0 ? 1 << 30 : 1 << 18);
  struct end end;
  start(&end, RUSAGE_SELF);
  end.warm_at = 0;
  look(&end, 0);
  if (strcmp(way, "sendfile") == 0) by_sendfile(from, to, chunk);
  else if (strcmp(way, "splice") == 0) by_splice(from, to, chunk);
  else if (strcmp(way, "mmap") == 0) by_mmap(from, to, chunk, about.st_size);
  else by_copy(from, to, chunk);
  finish(&end, 1);
  print_ends(&end, &end);
  return 0;
}
