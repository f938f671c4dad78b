/* A reader in C: checks the blocks that producer.c, or a writer in JavaScript, puts into a ring.

     cc -O2 -I../../include -o consumer consumer.c -pthread
     ./consumer NAME [strategy=srp|mrp|frp] [from=live|oldest] [hold=1]

   `hold=1`: joins, and waits for the end of standard input before it reads. Prints what it has seen as one line of
   JSON; exits with 0 if no block was wrong. */
#include <streamline_ring.h>

#include "blocks.h"

typedef struct {
  uint64_t right, wrong, torn, missing; /* missing: numbers left out between blocks seen */
  int64_t last;
} seen;

/* Is this word among the arguments? */
static int is_given(int argc, char **argv, const char *word) {
  for (int i = 2; i < argc; i++) {
    if (strcmp(argv[i], word) == 0) return 1;
  }
  return 0;
}

/* Uses the block where it lies, and only then asks whether it was whole. */
static void check_block(slr_reader *ring, seen *s) {
  int64_t number = blocks_check(ring->block, ring->length);
  if (!slr_intact(ring)) s->torn++;
  else if (number <= s->last) s->wrong++;
  else {
    s->right++;
    s->missing += (uint64_t)(number - s->last - 1);
    s->last = number;
  }
}

/* Bytes of a c ring are known by their place in the stream: those read, and those lost before. */
static void check_bytes(slr_reader *ring, seen *s) {
  uint64_t from = ring->bytes + ring->lostBytes;
  uint32_t i = 0;
  while (i < ring->length && ring->block[i] == blocks_byte(from + i)) i++;
  if (!slr_intact(ring)) s->torn++;
  else if (i < ring->length) s->wrong++;
  else s->right++;
}

static int read_all(slr_reader *ring, seen *s) {
  for (;;) {
    int found = slr_peek(ring);
    if (found < 0 || (found == 0 && ring->state != SLR_OPEN)) return found;
    if (found == 0) {
      slr_wait(ring, -1, 2000);
      continue;
    }
    if (ring->ring.kind == SLR_KIND_C) check_bytes(ring, s);
    else check_block(ring, s);
    slr_next(ring);
  }
}

int main(int argc, char **argv) {
  static const char *const STATES[] = {"open", "ended", "gone", "evicted", "broken", "left"};
  slr_reader_options options;
  slr_reader ring;
  memset(&options, 0, sizeof options);
  seen s = {0, 0, 0, 0, -1};
  if (argc < 2) {
    fprintf(stderr, "usage: %s NAME [strategy=srp|mrp|frp] [from=live|oldest] [hold=1]\n", argv[0]);
    return 2;
  }
  if (is_given(argc, argv, "strategy=mrp")) options.strategy = SLR_MRP;
  if (is_given(argc, argv, "strategy=frp")) options.strategy = SLR_FRP;
  if (is_given(argc, argv, "from=oldest")) options.from = SLR_OLDEST;
  int e = slr_reader_open(&ring, argv[1], &options);
  if (e) {
    fprintf(stderr, "%s: %s\n", argv[1], strerror(-e));
    return 1;
  }
  printf("joined\n");
  fflush(stdout);
  if (is_given(argc, argv, "hold=1")) {
    while (getchar() != EOF) continue;
  }
  e = read_all(&ring, &s);
  printf("{\"right\":%llu,\"wrong\":%llu,\"torn\":%llu,\"missing\":%llu,\"last\":%lld,", (unsigned long long)s.right,
         (unsigned long long)s.wrong, (unsigned long long)s.torn, (unsigned long long)s.missing, (long long)s.last);
  printf("\"read\":%llu,\"lost\":%llu,\"bytes\":%llu,\"lostBytes\":%llu,\"sleeps\":%llu,\"state\":\"%s\"}\n",
         (unsigned long long)ring.blocks, (unsigned long long)ring.lostBlocks, (unsigned long long)ring.bytes,
         (unsigned long long)ring.lostBytes, (unsigned long long)ring.sleeps, STATES[ring.state]);
  slr_reader_close(&ring);
  if (e) fprintf(stderr, "%s: %s\n", argv[1], strerror(-e));
  return e || s.wrong ? 1 : 0;
}
