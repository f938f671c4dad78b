// How far two processors are from each other now: a word that goes to and fro between two turning processes.
//   probe [--seconds S] --cpus A,B     prints nanoseconds per round trip
#include "common.h"
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

int main(int argc, char **argv) {
  begin(argc, argv);
  struct {
    _Alignas(128) _Atomic uint32_t ping;
    _Alignas(128) _Atomic uint32_t pong;
  } *words = shared(sizeof *words);
  pid_t pid = fork();
  if (pid < 0) die("fork");
  if (pid == 0) {
    pin(cpu_of(1));
    for (uint32_t n = 1;; n++) {
      while (atomic_load_explicit(&words->ping, memory_order_acquire) != n) __builtin_ia32_pause();
      atomic_store_explicit(&words->pong, n, memory_order_release);
    }
  }
  pin(cpu_of(0));
  double from = 0, seconds = number("seconds", 0.02);
  uint32_t n = 0, first = 0;
  for (double until = now() + seconds;;) {
    if (++n % 256 == 0) {
      double t = now();
      if (from == 0 && n >= 1024) from = t, first = n;
      if (t > until && from > 0 && n > first) break;
    }
    atomic_store_explicit(&words->ping, n, memory_order_release);
    while (atomic_load_explicit(&words->pong, memory_order_acquire) != n) __builtin_ia32_pause();
  }
  printf("%.1f\n", (now() - from) / (n - first) * 1e9);
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
  return 0;
}
