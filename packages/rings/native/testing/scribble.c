/* Readers of a ring into which somebody else writes random words: whatever happens, they say so and stay inside.

     scribble KIND STRATEGY ROUNDS SEED

   Every round makes a ring in memory with unmapped pages around it, writes blocks, then changes words at random places
   of header, data, index and table while a reader goes on. Compiled with sanitizers, and by the pages around the ring,
   it dies if a reader leaves the ring. */
#include <streamline_ring.h>

static uint32_t state;
static uint32_t chance(uint32_t most) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state % most;
}

/* What a scribbler writes: noise, small numbers, or what was there with one bit changed. */
static uint32_t noise(uint32_t was) {
  switch (chance(4)) {
    case 0: return state;
    case 1: return chance(4096);
    case 2: return was + 8 * chance(64);
    default: return was ^ 1u << chance(32);
  }
}

/* One word, anywhere in so many bytes. */
static void scribble(uint8_t *base, uint64_t bytes) {
  uint32_t *word = slr_word(base, 4 * chance((uint32_t)bytes / 4));
  *word = noise(*word);
}

static uint8_t *memory(size_t all) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  uint8_t *at = (uint8_t *)mmap(NULL, all + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == (uint8_t *)MAP_FAILED || mprotect(at + page, all, PROT_READ | PROT_WRITE) != 0) exit(2);
  return at + page;
}

typedef struct {
  unsigned refused, broken, evicted, ended, blocks;
} counts;

/* Every byte of every block is read, so that one outside is noticed. */
static void read_some(slr_reader *reader, uint32_t most, counts *n) {
  static volatile uint32_t sum;
  for (; most > 0 && slr_peek(reader) > 0; most--) {
    for (uint32_t b = 0; b < reader->length; b++) sum = sum + reader->block[b];
    slr_intact(reader);
    slr_next(reader);
    n->blocks++;
  }
}

static void one_round(const slr_shape *shape, uint32_t strategy, uint8_t *base, uint64_t a, uint64_t b, counts *n) {
  slr_layout ring;
  slr_writer writer;
  slr_reader reader;
  uint8_t block[100] = {1};
  memset(base, 0, a + b);
  slr_format(base, shape, a, 1, "scribble");
  if (chance(8) == 0) scribble(base, 128);
  if (slr_attach(&ring, base, a, b)) {
    n->refused++;
    return;
  }
  slr_writer_begin(&writer, &ring);
  memset(&reader, 0, sizeof reader);
  reader.ring = ring;
  reader.strategy = strategy;
  reader.expected = -1;
  reader.epoch = 1;
  slr_store(slr_slot(&ring, 0, SLR_S_STATE), SLR_CLAIMED);
  slr_store(slr_slot(&ring, 0, SLR_S_EPOCH), 1);
  if (slr_join(&reader, chance(2) ? SLR_OLDEST : SLR_LIVE)) return;
  /* Header and data are the producer's alone, so it meets a scribbler only in the table. What it writes stays unread
     often enough that there is something to spoil. */
  for (int i = chance(60); i > 0; i--) {
    if (chance(40) == 0) scribble(ring.table, SLR_T_BYTES + 2 * SLR_SLOT_BYTES);
    if (slr_write(&writer, block, 1 + chance(sizeof block)) < 0 || chance(8) == 0) read_some(&reader, chance(20), n);
    slr_publish(&writer);
  }
  for (int i = 0; i < 40 && reader.state == SLR_OPEN; i++) {
    for (uint32_t k = chance(6); k > 0; k--) scribble(base, chance(2) ? a + b : SLR_HEADER_BYTES);
    read_some(&reader, chance(4), n);
  }
  n->broken += reader.state == SLR_BROKEN;
  n->evicted += reader.state == SLR_LOST_SLOT;
  n->ended += reader.state == SLR_ENDED;
}

int main(int argc, char **argv) {
  static const char KINDS[] = "?cpvd";
  slr_shape shape;
  counts n;
  uint64_t a, b;
  if (argc < 5) return 2;
  memset(&shape, 0, sizeof shape);
  memset(&n, 0, sizeof n);
  const char *kind = strchr(KINDS, argv[1][0]);
  uint32_t strategy = argv[2][0] == 'f' ? SLR_FRP : argv[2][0] == 'm' ? SLR_MRP : SLR_SRP;
  state = (uint32_t)strtoul(argv[4], NULL, 10) | 1;
  shape.kind = kind ? (uint32_t)(kind - KINDS) : 0;
  shape.bytes = 2048;
  shape.slotBytes = 100;
  shape.strategy = strategy;
  shape.readers = 2;
  if (slr_shape_check(&shape)) return 2;
  slr_measure(&shape, (uint64_t)sysconf(_SC_PAGESIZE), &a, &b);
  uint8_t *base = memory(a + b);
  for (unsigned long rounds = strtoul(argv[3], NULL, 10); rounds > 0; rounds--) {
    one_round(&shape, strategy, base, a, b, &n);
  }
  printf("{\"refused\":%u,\"broken\":%u,\"evicted\":%u,", n.refused, n.broken, n.evicted);
  printf("\"ended\":%u,\"blocks\":%u}\n", n.ended, n.blocks);
  return 0;
}
