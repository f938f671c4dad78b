/* Where everything of a ring with many readers is (docs/reference/ring-format.md). Part of streamline_ring.h. */
#ifndef SLR_LAYOUT_H
#define SLR_LAYOUT_H

#include "position.h"

enum { SLR_KIND_C = 1, SLR_KIND_P = 2, SLR_KIND_V = 3, SLR_KIND_D = 4 };
enum { SLR_STATE_OPEN = 0, SLR_STATE_ENDED = 1, SLR_STATE_MOVED = 2 };
enum { SLR_FLAG_FRP = 1, SLR_FLAG_TABLE = 2, SLR_FLAG_MRP = 4 };

/* Bytes from the start of the header. */
enum {
  SLR_W_MAGIC = 0, SLR_W_ORDER = 4, SLR_W_LAYOUT = 8, SLR_W_HEADER = 12, SLR_W_KIND = 16, SLR_W_FLAGS = 20,
  SLR_W_ID = 24, SLR_W_CAPACITY = 28, SLR_W_RECORD = 32, SLR_W_DATA = 36, SLR_W_TABLE = 40, SLR_W_SLOTS = 44,
  SLR_W_INDEX = 48, SLR_W_INDEX_BYTES = 52, SLR_W_PID = 56, SLR_W_NAME = 64,
  SLR_W_PRODUCER = 128, SLR_W_CUT = 140, SLR_W_BLOCKS = 864, SLR_W_ANNOUNCED = 868, SLR_W_INTENT = 256,
  SLR_W_INDEX_INTENT = 272, SLR_W_TAIL = 288, SLR_W_STATE = 576, SLR_W_SUCCESSOR = 580, SLR_W_LEVEL = 584,
  SLR_W_LOWER = 588, SLR_W_UPPER = 592, SLR_W_PERCEIVED = 604, SLR_W_COUNTERS = 768
};
enum { SLR_HEADER_BYTES = 1024, SLR_ENTRY_BYTES = 16 };
#define SLR_ORDER 0x01020304u
#define SLR_MAX_CAPACITY (1u << 30)

/* The first word of a record, and the third of an index entry. */
#define SLR_LENGTH 0x3FFFFFFFu
#define SLR_MORE 0x40000000u
#define SLR_OTHER 0x80000000u

/* Counters, by their number: the producer's and a reader's. */
enum { SLR_PUBLISHED = 0, SLR_FULL = 2, SLR_SENT = 3, SLR_SKIPPED = 4, SLR_BYTES = 5, SLR_EVICTED = 7 };
enum { SLR_READ = 0, SLR_LOST = 1, SLR_LOST_BYTES = 2, SLR_CORRUPT = 3, SLR_SLEEPS = 4, SLR_READ_BYTES = 7 };

/* Tells the processor that this is a loop that only looks. */
SLR_FN void slr_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

/* A ring in memory, checked. Its description is never read from there again. */
typedef struct {
  uint8_t *base;   /* the header */
  uint8_t *data;
  uint32_t *index; /* d */
  uint8_t *table;  /* of readers */
  uint32_t kind, flags, id, capacity, recordBytes, indexBytes, slots;
  uint32_t span;   /* bytes by which positions may be apart: of the index in d, of the data in all others */
} slr_layout;

SLR_FN uint32_t *slr_header(const slr_layout *r, size_t byte) { return slr_word(r->base, byte); }
SLR_FN uint32_t *slr_table(const slr_layout *r, size_t byte) { return slr_word(r->table, byte); }
SLR_FN uint32_t *slr_slot(const slr_layout *r, uint32_t slot, size_t byte) {
  return slr_slot_word(r->table, slot, byte);
}
/* The entry of a d ring at a position, the record of a v or p ring. */
SLR_FN uint32_t *slr_entry(const slr_layout *r, uint64_t at) { return r->index + (at & (r->indexBytes - 1)) / 4; }
SLR_FN uint32_t *slr_record(const slr_layout *r, uint64_t at) { return slr_word(r->data, at & (r->capacity - 1)); }

/* What a ring shall be. 0 means the default where there is one. */
typedef struct {
  uint32_t kind;      /* default SLR_KIND_D */
  uint32_t bytes;     /* of data, rounded up to a power of two */
  uint32_t slotBytes; /* p: largest block, default 2040 */
  uint32_t strategy;  /* default SLR_SRP */
  uint32_t readers;   /* most at one time, 1..32, default 8 */
} slr_shape;

SLR_FN uint64_t slr_up(uint64_t bytes, uint64_t to) { return (bytes + to - 1) / to * to; }

/* Fills the defaults in and rounds. -EINVAL: there is no such ring. */
SLR_FN int slr_shape_check(slr_shape *s) {
  uint32_t bytes = 64;
  if (s->kind == 0) s->kind = SLR_KIND_D;
  if (s->strategy == 0) s->strategy = SLR_SRP;
  if (s->readers == 0) s->readers = 8;
  if (s->slotBytes == 0) s->slotBytes = 2040;
  if (s->kind > SLR_KIND_D || s->strategy > SLR_FRP || s->readers > SLR_MAX_SLOTS) return -EINVAL;
  if (s->bytes > SLR_MAX_CAPACITY) return -EINVAL;
  while (bytes < s->bytes) bytes *= 2;
  s->bytes = bytes;
  return s->kind == SLR_KIND_P && slr_up((uint64_t)s->slotBytes + 8, 8) > bytes / 2 ? -EINVAL : 0;
}

SLR_FN uint32_t slr_index_bytes(const slr_shape *s) {
  return s->kind != SLR_KIND_D ? 0 : s->bytes < 1024 ? 256 : s->bytes / 4;
}

/* Bytes up to the reader table, and those of the table, each a multiple of `page`. */
SLR_FN void slr_measure(const slr_shape *s, uint64_t page, uint64_t *sizeA, uint64_t *sizeB) {
  *sizeA = slr_up(SLR_HEADER_BYTES + (uint64_t)s->bytes + slr_index_bytes(s), page);
  *sizeB = slr_up(SLR_T_BYTES + (uint64_t)s->readers * SLR_SLOT_BYTES, page);
}

/* Makes an empty ring in zeroed memory. The magic number comes last: what is half made is no ring. */
SLR_FN void slr_format(void *base, const slr_shape *s, uint64_t sizeA, uint32_t id, const char *name) {
  uint32_t record = s->kind == SLR_KIND_P ? (uint32_t)slr_up((uint64_t)s->slotBytes + 8, 8)
                    : s->kind == SLR_KIND_D ? SLR_ENTRY_BYTES : s->kind == SLR_KIND_V ? 8 : 1;
  slr_put(slr_word(base, SLR_W_ORDER), SLR_ORDER);
  slr_put(slr_word(base, SLR_W_LAYOUT), 1);
  slr_put(slr_word(base, SLR_W_HEADER), SLR_HEADER_BYTES);
  slr_put(slr_word(base, SLR_W_KIND), s->kind);
  slr_put(slr_word(base, SLR_W_FLAGS), SLR_FLAG_TABLE | (s->strategy == SLR_FRP ? SLR_FLAG_FRP : 0) |
                                           (s->strategy == SLR_MRP ? SLR_FLAG_MRP : 0));
  slr_put(slr_word(base, SLR_W_ID), id);
  slr_put(slr_word(base, SLR_W_CAPACITY), s->bytes);
  slr_put(slr_word(base, SLR_W_RECORD), record);
  slr_put(slr_word(base, SLR_W_DATA), SLR_HEADER_BYTES);
  slr_put(slr_word(base, SLR_W_TABLE), (uint32_t)sizeA);
  slr_put(slr_word(base, SLR_W_SLOTS), s->readers);
  if (s->kind == SLR_KIND_D) slr_put(slr_word(base, SLR_W_INDEX), SLR_HEADER_BYTES + s->bytes);
  slr_put(slr_word(base, SLR_W_INDEX_BYTES), slr_index_bytes(s));
  slr_put(slr_word(base, SLR_W_PID), (uint32_t)getpid());
  slr_put(slr_word(base, SLR_W_CUT), s->bytes);
  slr_put(slr_word(base, SLR_W_PERCEIVED), s->bytes);
  /* Every publication signals who sleeps: this end has no timer, so it could promise nothing else. */
  slr_put(slr_word(base, SLR_W_LOWER), UINT32_MAX);
  slr_put(slr_word(base, SLR_W_UPPER), UINT32_MAX);
  size_t length = strlen(name);
  memcpy((uint8_t *)base + SLR_W_NAME, name, length < 64 ? length : 64);
  slr_release(slr_word(base, SLR_W_MAGIC), SLR_MAGIC);
}

SLR_FN int slr_power(uint32_t n, uint32_t least) { return n >= least && n <= SLR_MAX_CAPACITY && (n & (n - 1)) == 0; }

/* Finds the ring in `sizeA` bytes with its reader table in the `sizeB` bytes behind them. Every word is read once,
   checked and kept. -EPROTO: it is none, or not one that this end understands. */
SLR_FN int slr_attach(slr_layout *r, void *base, uint64_t sizeA, uint64_t sizeB) {
  if (sizeA < SLR_HEADER_BYTES || sizeB < SLR_T_BYTES) return -EPROTO;
  if (slr_acquire(slr_word(base, SLR_W_MAGIC)) != SLR_MAGIC) return -EPROTO;
  if (slr_plain(slr_word(base, SLR_W_ORDER)) != SLR_ORDER) return -EPROTO;
  if (slr_plain(slr_word(base, SLR_W_LAYOUT)) != 1) return -EPROTO;
  if (slr_plain(slr_word(base, SLR_W_HEADER)) != SLR_HEADER_BYTES) return -EPROTO;
  uint64_t data = slr_plain(slr_word(base, SLR_W_DATA)), index = slr_plain(slr_word(base, SLR_W_INDEX));
  memset(r, 0, sizeof *r);
  r->base = (uint8_t *)base;
  r->kind = slr_plain(slr_word(base, SLR_W_KIND));
  r->flags = slr_plain(slr_word(base, SLR_W_FLAGS));
  r->id = slr_plain(slr_word(base, SLR_W_ID));
  r->capacity = slr_plain(slr_word(base, SLR_W_CAPACITY));
  r->recordBytes = slr_plain(slr_word(base, SLR_W_RECORD));
  r->slots = slr_plain(slr_word(base, SLR_W_SLOTS));
  if (r->kind < SLR_KIND_C || r->kind > SLR_KIND_D || !(r->flags & SLR_FLAG_TABLE) || r->flags > 6) return -EPROTO;
  if (r->id == 0 || r->id == UINT32_MAX || !slr_power(r->capacity, 64)) return -EPROTO;
  uint64_t end = data + r->capacity;
  if (data < SLR_HEADER_BYTES || data % 8 != 0 || end > sizeA) return -EPROTO;
  if (r->kind == SLR_KIND_P) {
    if (r->recordBytes < 16 || r->recordBytes % 8 != 0 || r->recordBytes > r->capacity / 2) return -EPROTO;
  } else if (r->recordBytes != (r->kind == SLR_KIND_V ? 8u : r->kind == SLR_KIND_D ? 16u : 1u)) return -EPROTO;
  if (r->kind == SLR_KIND_D) {
    r->indexBytes = slr_plain(slr_word(base, SLR_W_INDEX_BYTES));
    if (!slr_power(r->indexBytes, 256) || index < end || index % 16 != 0) return -EPROTO;
    if (index + r->indexBytes > sizeA) return -EPROTO;
    r->index = slr_word(base, index);
  }
  /* The table is what readers can write, and begins where that begins. */
  if (slr_plain(slr_word(base, SLR_W_TABLE)) != sizeA || sizeA % 128 != 0) return -EPROTO;
  if (r->slots < 1 || r->slots > SLR_MAX_SLOTS) return -EPROTO;
  if (SLR_T_BYTES + (uint64_t)r->slots * SLR_SLOT_BYTES > sizeB) return -EPROTO;
  r->data = r->base + data;
  r->table = r->base + sizeA;
  r->span = r->kind == SLR_KIND_D ? r->indexBytes : r->capacity;
  return 0;
}

/* The published position, and the number of the block that comes next there; -1: not to be had just now. */
SLR_FN int slr_published(const slr_layout *r, uint64_t *position, int64_t *sequence) {
  for (int i = 0; i < 100; i++) {
    uint32_t blocks = slr_load(slr_header(r, SLR_W_BLOCKS));
    if (slr_load_position(slr_header(r, SLR_W_PRODUCER), position)) return -EPROTO;
    *sequence = blocks;
    /* The counter is stored before the position, `blocks` after it: if they are equal, nothing happened meanwhile. */
    if (slr_load(slr_header(r, SLR_W_COUNTERS)) == blocks) return 0;
  }
  *sequence = -1;
  return 0;
}

#endif
