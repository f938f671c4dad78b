// What all C peers share: options, pinning, blocks with checksums, clocks and the result as one line of JSON.
#ifndef PEER_COMMON_H
#define PEER_COMMON_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static inline void die(const char *what) {
  perror(what);
  exit(1);
}

static int option_count;
static char **options;

static inline const char *text(const char *name, const char *otherwise) {
  for (int i = 1; i + 1 < option_count; i += 2)
    if (strcmp(options[i] + 2, name) == 0) return options[i + 1];
  return otherwise;
}
static inline double number(const char *name, double otherwise) {
  const char *value = text(name, NULL);
  return value ? atof(value) : otherwise;
}

static inline double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

/** Runs on the processor of that number from now on; below 0: on any. */
static inline void pin(int cpu) {
  cpu_set_t set;
  if (cpu < 0) return;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) < 0) die("sched_setaffinity");
}
/** --cpus W,R,R,…: processor n of that list, which repeats from the second on. */
static inline int cpu_of(int n) {
  const char *at = text("cpus", "-1,-1");
  int list[64], count = 0;
  while (count < 64) {
    list[count++] = atoi(at);
    if (!(at = strchr(at, ','))) break;
    at++;
  }
  return n < count ? list[n] : count > 1 ? list[1 + (n - 1) % (count - 1)] : list[0];
}

/** Memory that children see too. */
static inline void *shared(size_t bytes) {
  void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (at == MAP_FAILED) die("mmap");
  return at;
}
/** A buffer in the middle of a page: one that lies like the ring in its page costs two to four times as much. */
static inline void *buffer(size_t bytes) {
  void *at;
  if (posix_memalign(&at, 4096, bytes + 4096)) die("posix_memalign");
  memset(at, 1, bytes + 4096);
  return (char *)at + 2048;
}

// Blocks: as in lib/blocks.mjs. Word 0 is the number of the block, the others depend on one of a few templates.

typedef uint32_t lanes __attribute__((vector_size(32), aligned(4)));

static inline uint32_t sum_of(const void *bytes, size_t length) {
  const uint32_t *words = bytes;
  size_t n = length / 4, i = 0;
  lanes a = {0}, b = {0};
  uint32_t sum = 0;
  for (; i + 16 <= n; i += 16) {
    a += *(const lanes *)(words + i);
    b += *(const lanes *)(words + i + 8);
  }
  a += b;
  for (int l = 0; l < 8; l++) sum += a[l];
  for (; i < n; i++) sum += words[i];
  return sum;
}

static struct {
  size_t bytes;
  uint32_t count;
  char *data;
  uint32_t sums[16];
} blocks;

static inline void make_blocks(size_t bytes) {
  blocks.bytes = bytes;
  blocks.count = 16;
  while (blocks.count > 2 && blocks.count * bytes > 131072) blocks.count /= 2;
  blocks.data = buffer(blocks.count * bytes);
  for (uint32_t t = 0; t < blocks.count; t++) {
    uint32_t *words = (uint32_t *)(blocks.data + t * bytes);
    words[0] = 0;
    for (uint32_t j = 1; j < bytes / 4; j++) {
      uint32_t x = (t + 1) * 0x9e3779b9u + j * 0x85ebca6bu;
      x = (x ^ (x >> 15)) * 0x2c1b3c6du;
      words[j] = x ^ (x >> 12);
    }
    blocks.sums[t] = sum_of(words, bytes);
  }
}
/** Block number n, ready to be copied. */
static inline void *block(uint32_t n) {
  uint32_t *words = (uint32_t *)(blocks.data + (n & (blocks.count - 1)) * blocks.bytes);
  words[0] = n;
  return words;
}
static inline void check(const void *at, uint32_t n) {
  if (*(const uint32_t *)at == n && sum_of(at, blocks.bytes) == blocks.sums[n & (blocks.count - 1)] + n) return;
  fprintf(stderr, "block %u is not what was written\n", n);
  exit(1);
}

// One end of a transfer: counts from the moment when it is warm.

struct end {
  double started_at, warm_at, from, to;
  uint64_t blocks, blocks_from;
  struct rusage usage, usage_from;
  long faults_from;
  int who;
};

static inline void start(struct end *end, int who) {
  memset(end, 0, sizeof *end);
  end->who = who;
  getrusage(who, &end->usage_from);
  end->faults_from = end->usage_from.ru_minflt;
  end->started_at = now();
  end->warm_at = end->started_at + number("warm", 0.1);
}
/** After `count` blocks in all: is it time to begin counting? @returns seconds since then, below 0 before */
static inline double look(struct end *end, uint64_t count) {
  double t = now();
  if (end->from == 0) {
    if (t < end->warm_at) return -1;
    end->from = t;
    end->blocks_from = count;
    getrusage(end->who, &end->usage_from);
  }
  return t - end->from;
}
static inline void finish(struct end *end, uint64_t count) {
  end->to = now();
  // An end that was over before it was warm counts from its start.
  if (end->from == 0) end->from = end->started_at;
  end->blocks = count;
  getrusage(end->who, &end->usage);
}
/** How many blocks between two looks at the clock: some ten microseconds' worth. */
static inline uint64_t look_every(void) {
  return blocks.bytes >= 16384 ? 1 : blocks.bytes >= 1024 ? 16 : 64;
}

static inline double since(struct timeval a, struct timeval b) {
  return (b.tv_sec - a.tv_sec) + (b.tv_usec - a.tv_usec) * 1e-6;
}
static inline void print_end(const char *name, const struct end *end) {
  const struct rusage *a = &end->usage_from, *b = &end->usage;
  printf("\"%s\":{\"blocks\":%llu,\"seconds\":%.9f,\"user\":%.6f,\"system\":%.6f,\"voluntary\":%ld,\"involuntary\":%ld,"
         "\"minor\":%ld,\"major\":%ld,\"faults\":%ld}",
         name, (unsigned long long)(end->blocks - end->blocks_from), end->to - end->from, since(a->ru_utime, b->ru_utime),
         since(a->ru_stime, b->ru_stime), b->ru_nvcsw - a->ru_nvcsw, b->ru_nivcsw - a->ru_nivcsw,
         b->ru_minflt - a->ru_minflt, b->ru_majflt - a->ru_majflt,
         // Of all of it: memory is touched for the first time before an end is warm.
         b->ru_minflt - end->faults_from);
}
static inline void print_ends(const struct end *writer, const struct end *reader) {
  printf("{");
  print_end("writer", writer);
  printf(",");
  print_end("reader", reader);
  printf("}\n");
}

static inline void begin(int argc, char **argv) {
  option_count = argc;
  options = argv;
  for (int i = 1; i < argc; i += 2)
    if (strncmp(argv[i], "--", 2) != 0 || i + 1 == argc) {
      fprintf(stderr, "usage: %s [--NAME VALUE]...\n", argv[0]);
      exit(2);
    }
}
#endif
