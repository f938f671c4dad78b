// A ring as one would write it by hand: one producer, one consumer, each turning on its own processor. The upper bound.
//   ring --commit tail|length --bytes N [--ring N] [--batch N] [--rest N] [--peek 1] [--threads 1] [--readers N]
//        [--seconds S] [--warm S] [--cpus W,R…]
// tail: blocks show when the producer stores its position, after every --batch blocks.
// length: a block shows when its length is stored; the word after it was made 0 before.
// --rest: pauses of an end that finds nothing to do, so that it meets a batch next time and not one block after the other.
// --peek: sums blocks where they lie, else after copying them out. --threads: two threads instead of two processes.
// --readers: so many processes read all blocks, and the producer waits for the slowest.
#include "common.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>

enum { MOST = 13 };
struct position {
  _Alignas(128) _Atomic uint64_t at;
};
struct header {
  struct position tail, heads[MOST];
  _Alignas(128) _Atomic int ended;
};
static struct header *header;
static char *data;
static uint64_t size, mask;
static struct end *results;
static int by_length, peeks, batch, rest, readers;

static inline _Atomic uint32_t *word(uint64_t at) { return (_Atomic uint32_t *)(data + (at & mask)); }

static inline uint64_t slowest(void) {
  uint64_t least = UINT64_MAX;
  for (int r = 0; r < readers; r++) {
    uint64_t head = atomic_load_explicit(&header->heads[r].at, memory_order_acquire);
    if (head < least) least = head;
  }
  return least;
}

/** Waits a little; now and then, sooner where readers share a processor, lets others run. */
static inline void idle(unsigned *turns) {
  for (int i = 0; i < rest; i++) __builtin_ia32_pause();
  if (++*turns % (readers > 1 ? 16 : 1024) == 0) sched_yield();
}

enum { PADDING = 0x80000000 };

static void *produce(void *unused) {
  (void)unused;
  size_t bytes = blocks.bytes, record = (bytes + 15) & ~(size_t)7;
  uint64_t tail = 0, head = 0, count = 0, every = look_every();
  double seconds = number("seconds", 0.3);
  unsigned turns = 0;
  pin(cpu_of(0));
  start(results, header->ended < 0 ? RUSAGE_THREAD : RUSAGE_SELF);
  do {
    for (uint64_t i = 0; i < every; i++, count++) {
      uint64_t at = tail & mask, pad = at + record > size ? size - at : 0;
      // The word after the record is made 0, so it must be free as well.
      while (tail + pad + record + 8 - head > size) {
        if (!by_length) atomic_store_explicit(&header->tail.at, tail, memory_order_release);
        head = slowest();
        if (tail + pad + record + 8 - head > size) idle(&turns);
      }
      if (pad) {
        if (by_length) atomic_store_explicit(word(0), 0, memory_order_relaxed);
        atomic_store_explicit(word(tail), PADDING, memory_order_release);
        tail += pad;
      }
      memcpy((char *)word(tail) + 8, block((uint32_t)count), bytes);
      if (by_length) {
        atomic_store_explicit(word(tail + record), 0, memory_order_relaxed);
        atomic_store_explicit(word(tail), (uint32_t)bytes, memory_order_release);
        tail += record;
      } else {
        atomic_store_explicit(word(tail), (uint32_t)bytes, memory_order_relaxed);
        tail += record;
        if (batch == 1 || count % batch == 0) atomic_store_explicit(&header->tail.at, tail, memory_order_release);
      }
    }
  } while (look(results, count) < seconds);
  finish(results, count);
  atomic_store_explicit(&header->tail.at, tail, memory_order_release);
  atomic_store(&header->ended, 1);
  return NULL;
}

static void *consume(void *number_of_reader) {
  int r = (int)(intptr_t)number_of_reader;
  _Atomic uint64_t *mine = &header->heads[r].at;
  struct end *end = results + 1 + r;
  size_t bytes = blocks.bytes, record = (bytes + 15) & ~(size_t)7;
  uint64_t head = 0, released = 0, tail = 0, count = 0, every = look_every(), next = 0;
  char *into = buffer(bytes);
  unsigned turns = 0;
  pin(cpu_of(1 + r));
  start(end, header->ended < 0 ? RUSAGE_THREAD : RUSAGE_SELF);
  for (;;) {
    uint32_t length = 0;
    if (by_length) length = atomic_load_explicit(word(head), memory_order_acquire);
    else {
      if (head == tail) tail = atomic_load_explicit(&header->tail.at, memory_order_acquire);
      if (head != tail) length = atomic_load_explicit(word(head), memory_order_relaxed);
    }
    if (length == 0) {
      if (released != head) atomic_store_explicit(mine, released = head, memory_order_release);
      if (atomic_load(&header->ended) > 0 && atomic_load(&header->tail.at) == head) break;
      idle(&turns);
      continue;
    }
    if (length == PADDING) {
      head += size - (head & mask);
      continue;
    }
    const char *from = (const char *)word(head) + 8;
    if (!peeks) from = memcpy(into, from, length);
    check(from, (uint32_t)count++);
    head += record;
    if (head - released >= size / 8) atomic_store_explicit(mine, released = head, memory_order_release);
    if (count >= next) {
      look(end, count);
      next = count + every;
    }
  }
  finish(end, count);
  return NULL;
}

int main(int argc, char **argv) {
  begin(argc, argv);
  make_blocks((size_t)number("bytes", 64));
  size = (uint64_t)number("ring", 1 << 20);
  mask = size - 1;
  by_length = strcmp(text("commit", "tail"), "length") == 0;
  peeks = (int)number("peek", 0);
  batch = (int)number("batch", 1);
  rest = (int)number("rest", 1);
  readers = (int)number("readers", 1);
  if ((size & mask) || blocks.bytes + 24 > size / 2 || readers < 1 || readers > MOST) {
    fprintf(stderr, "a ring of %llu bytes cannot hold two such blocks, or so many readers\n", (unsigned long long)size);
    return 2;
  }
  header = shared(sizeof *header + size);
  data = (char *)(header + 1);
  results = shared((1 + readers) * sizeof *results);
  int status = 0;
  if ((int)number("threads", 0)) {
    pthread_t thread;
    header->ended = -1;
    pthread_create(&thread, NULL, consume, NULL);
    produce(NULL);
    pthread_join(thread, NULL);
  } else {
    for (intptr_t r = 0; r < readers; r++) {
      pid_t pid = fork();
      if (pid < 0) die("fork");
      if (pid == 0) {
        consume((void *)r);
        _exit(0);
      }
    }
    produce(NULL);
    for (int one; wait(&one) > 0;) status |= one;
  }
  // Of many readers the last one tells: each of them sees every block.
  print_ends(results, results + readers);
  return status ? 1 : 0;
}
