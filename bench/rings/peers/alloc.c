// Blocks in memory of the general allocator, as figure 8 has them: each is allocated, written, read a while later, freed.
//   alloc --way malloc|10malloc --bytes N [--depth N] [--seconds S] [--warm S] [--cpus N]
// 10malloc: ten blocks in one allocation, which is freed with the last of them. --depth: bytes that wait to be read.
#include "common.h"

/** Ten blocks that are freed together; the first word counts those in use. */
enum { TOGETHER = 10 };
struct chunk {
  uint64_t used;
  char data[];
};
static struct chunk *chunk;
static size_t stride;
static int slots = TOGETHER;

static char *take_one(void) {
  if (slots == TOGETHER) {
    if (!(chunk = malloc(sizeof *chunk + TOGETHER * stride))) die("malloc");
    chunk->used = TOGETHER;
    slots = 0;
  }
  char *at = chunk->data + slots++ * stride;
  *(struct chunk **)at = chunk;
  return at + sizeof chunk;
}
static void give_one(char *at) {
  struct chunk *of = *(struct chunk **)(at - sizeof of);
  if (--of->used == 0) free(of);
}

int main(int argc, char **argv) {
  begin(argc, argv);
  make_blocks((size_t)number("bytes", 64));
  pin(cpu_of(0));
  size_t bytes = blocks.bytes, depth = (size_t)number("depth", 65536) / bytes;
  int together = strcmp(text("way", "malloc"), "10malloc") == 0;
  double seconds = number("seconds", 0.3);
  if (depth < 1) depth = 1;
  char **queue = calloc(depth, sizeof *queue), *into = buffer(bytes);
  stride = (sizeof chunk + bytes + 15) & ~(size_t)15;
  uint64_t count = 0;
  struct end end;
  start(&end, RUSAGE_SELF);
  do {
    for (size_t i = 0; i < depth; i++) {
      char *at = together ? take_one() : malloc(bytes);
      if (!at) die("malloc");
      memcpy(at, block((uint32_t)(count + i)), bytes);
      queue[i] = at;
    }
    for (size_t i = 0; i < depth; i++, count++) {
      memcpy(into, queue[i], bytes);
      check(into, (uint32_t)count);
      if (together) give_one(queue[i]);
      else free(queue[i]);
    }
  } while (look(&end, count) < seconds);
  finish(&end, count);
  print_ends(&end, &end);
  return 0;
}
