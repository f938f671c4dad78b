// How long a sleeping process takes to answer: round trips of 64 bytes between two that sleep in between.
//   wake --way futex|pipe|eventfd|socket [--count N] [--pause US] [--cpus A,B]
// --pause: microseconds before each question, of computing, or from a thousand on of sleep. Prints every round trip in nanoseconds.
#include "common.h"
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

struct word {
  _Alignas(128) _Atomic uint32_t value;
};
static struct word *words;
static int in[2], out[2];
static enum { FUTEX, PIPE, EVENTFD, SOCKET } way;

static long futex(struct word *word, int op, uint32_t value) {
  return syscall(SYS_futex, &word->value, op, value, NULL, NULL, 0);
}

/** Side s, 0 or 1, tells the other that n is there. */
static void tell(int s, uint32_t n) {
  char message[64] = {0};
  uint64_t one = 1;
  if (way == FUTEX) {
    atomic_store(&words[s].value, n);
    futex(words + s, FUTEX_WAKE, 1);
  } else if (write(out[s], way == EVENTFD ? (void *)&one : message, way == EVENTFD ? 8 : 64) < 0) die("write");
}

/** ... and sleeps until that is so. */
static void await(int s, uint32_t n) {
  char message[64];
  uint32_t seen;
  if (way == FUTEX) {
    while ((seen = atomic_load(&words[!s].value)) != n) futex(words + !s, FUTEX_WAIT, seen);
  } else if (read(in[s], message, way == EVENTFD ? 8 : 64) <= 0) die("read");
}

static void connect_sides(void) {
  for (int s = 0; s < 2; s++) {
    int ends[2];
    if (way == EVENTFD) ends[0] = ends[1] = eventfd(0, 0);
    else if (way == PIPE && pipe(ends) < 0) die("pipe");
    else if (way == SOCKET && socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0) die("socketpair");
    out[s] = ends[1];
    in[!s] = ends[0];
  }
}

int main(int argc, char **argv) {
  begin(argc, argv);
  const char *name = text("way", "futex");
  way = strcmp(name, "pipe") == 0 ? PIPE : strcmp(name, "eventfd") == 0 ? EVENTFD : strcmp(name, "socket") == 0 ? SOCKET : FUTEX;
  words = shared(2 * sizeof *words);
  if (way != FUTEX) connect_sides();
  uint32_t count = (uint32_t)number("count", 1000), warm = count / 10;
  double pause = number("pause", 1000);
  pid_t pid = fork();
  if (pid < 0) die("fork");
  pin(cpu_of(pid == 0 ? 1 : 0));
  if (pid == 0) {
    for (uint32_t n = 1; n <= count + warm; n++) {
      await(1, n);
      tell(1, n);
    }
    return 0;
  }
  double *times = calloc(count + warm + 1, sizeof *times);
  for (uint32_t n = 1; n <= count + warm; n++) {
    if (pause >= 1000) usleep((useconds_t)pause);
    for (double until = now() + pause * 1e-6; pause < 1000 && now() < until;) {}
    double from = now();
    tell(0, n);
    await(0, n);
    times[n] = now() - from;
  }
  printf("[");
  for (uint32_t n = warm + 1; n <= count + warm; n++) printf("%s%.0f", n > warm + 1 ? "," : "", times[n] * 1e9);
  printf("]\n");
  return waitpid(pid, NULL, 0) < 0;
}
