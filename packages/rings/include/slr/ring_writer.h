/* The producer of a ring with many readers (docs/reference/ring-format.md). Part of streamline_ring.h.

   It believes only its own copies of positions. `at` is the next byte of what positions count (d: of the index),
   `dataAt` the next byte of data of a d ring; `published` is what readers know. */
#ifndef SLR_RING_WRITER_H
#define SLR_RING_WRITER_H

#include "layout.h"

/* What is committed shows by itself after so many blocks or bytes. */
enum { SLR_BATCH_BLOCKS = 64, SLR_BATCH_BYTES = 16384 };

typedef struct slr_writer {
  slr_layout ring;
  struct slr_area *area; /* how readers of other processes are woken; NULL: they sleep on words only */
  void (*wakeReaders)(struct slr_area *area, uint32_t mask);
  uint64_t at, published, tail, intent;
  uint64_t dataAt, dataTail, dataIntent;
  uint64_t blocks, bytes, full, sent, skipped, evicted; /* counters, blocks and bytes also what is not published yet */
  uint32_t unpublished, unpublishedBytes;
  uint32_t skip, granted; /* of the last reserve; `isReserved`: it waits for its commit */
  int isReserved, isEnded;
  uint32_t least; /* do not overwrite before so many readers have joined */
} slr_writer;

SLR_FN int slr_overwrites(const slr_writer *w) { return (w->ring.flags & SLR_FLAG_FRP) != 0; }

/* Largest block; of a c ring, which cuts blocks as needed, the largest piece. */
SLR_FN uint32_t slr_largest(const slr_writer *w) {
  const slr_layout *r = &w->ring;
  if (r->kind == SLR_KIND_C) return r->capacity;
  if (r->kind == SLR_KIND_P) return r->recordBytes - 8;
  return r->capacity / 2 - (r->kind == SLR_KIND_V ? 8 : 0);
}

/* Bytes by which a block of so many bytes moves the position on. */
SLR_FN uint64_t slr_step(const slr_layout *r, uint32_t length) {
  if (r->kind == SLR_KIND_V) return slr_up((uint64_t)length + 8, 8);
  return r->kind == SLR_KIND_C ? length : r->recordBytes;
}

/* Begins to write a ring that has just been formatted. */
SLR_FN void slr_writer_begin(slr_writer *w, const slr_layout *ring) {
  memset(w, 0, sizeof *w);
  w->ring = *ring;
}

/* ---- who holds the producer back ---- */

/* How far the reader of this slot is behind, 0..span; -1: it does not keep to the format. */
SLR_FN int64_t slr_behind(const slr_writer *w, uint32_t slot) {
  const slr_layout *r = &w->ring;
  uint64_t position;
  if (slr_load_position(slr_slot(r, slot, SLR_S_POSITION), &position)) return -1;
  uint64_t place = r->kind == SLR_KIND_P ? position % r->capacity : position;
  uint64_t behind = slr_distance(position, w->published);
  return place % r->recordBytes == 0 && behind <= r->span ? (int64_t)behind : -1;
}

SLR_FN void slr_give_up(slr_writer *w, uint32_t slot, uint32_t epoch) {
  const slr_layout *r = &w->ring;
  if (!slr_end_epoch(r->table, slot, epoch)) return;
  slr_free_slot(r->table, slot);
  slr_put_counter(slr_header(r, SLR_W_COUNTERS + 8 * SLR_EVICTED), ++w->evicted);
}

/* The one that is furthest behind, in bytes behind what is published; SLR_POSITIONS: somebody joins and has not said
   where. */
SLR_FN uint64_t slr_scan(slr_writer *w) {
  const slr_layout *r = &w->ring;
  uint64_t most = 0;
  int64_t medium = -1;
  for (uint32_t s = 0; s < r->slots; s++) {
    /* First: whoever is evicted for what follows must be the one who wrote it. */
    uint32_t epoch = slr_load(slr_slot(r, s, SLR_S_EPOCH));
    uint32_t state = slr_load(slr_slot(r, s, SLR_S_STATE));
    if (!(epoch & 1) || (state != SLR_ACTIVE && state != SLR_JOINING)) continue;
    uint32_t strategy = slr_plain(slr_slot(r, s, SLR_S_STRATEGY));
    if (strategy != SLR_SRP && strategy != SLR_MRP) continue;
    if (state == SLR_JOINING) {
      if (strategy == SLR_SRP) most = SLR_POSITIONS;
      continue;
    }
    int64_t behind = slr_behind(w, s);
    if (strategy == SLR_MRP) {
      if (behind < 0) behind = r->span;
      if (behind > medium) medium = behind;
    } else if (behind < 0) slr_give_up(w, s, epoch);
    else if ((uint64_t)behind > most) most = (uint64_t)behind;
  }
  if (medium >= 0) {
    /* R may be of any reader and any age: only its low word counts, and only if it is within the ring. When all are past
       it, it may be of one that has left, and nobody need ever store it again. */
    uint32_t behind = (uint32_t)w->published - slr_load(slr_table(r, SLR_T_SHARED));
    uint64_t held = behind < (uint64_t)medium ? behind : (uint64_t)medium;
    if (behind <= r->span && held > most) most = held;
  }
  return most;
}

/* Looks how far the readers are; "Who holds the producer back" proves the order of the three steps. */
SLR_FN void slr_renew(slr_writer *w) {
  const slr_layout *r = &w->ring;
  if (w->least && slr_load(slr_table(r, SLR_T_JOINED)) < w->least) return;
  slr_reset_position(slr_header(r, SLR_W_TAIL), w->published);
  uint64_t most = slr_scan(w);
  /* Then the tail stays, and who joins meanwhile from the oldest block on begins at what is published. */
  if (most == SLR_POSITIONS) return;
  uint64_t tail = slr_advance(w->published, SLR_POSITIONS - most);
  /* R may lie before what has been overwritten already: the tail never goes back. */
  if (slr_distance(w->tail, tail) > r->span) tail = w->tail;
  slr_reset_position(slr_header(r, SLR_W_TAIL), tail);
  w->tail = tail;
  if (r->kind != SLR_KIND_D) return;
  if (tail == w->at) w->dataTail = w->dataAt; /* nothing is held, and nothing is unpublished */
  else {
    const uint32_t *e = slr_entry(r, tail);
    w->dataTail = (uint64_t)slr_plain(e + 1) << 32 | slr_plain(e);
  }
}

/* Is there room for so many bytes of what positions count, and of data? */
SLR_FN int slr_has_room(slr_writer *w, uint64_t bytes, uint64_t data) {
  for (int i = 0; i < 2; i++) {
    int fits = slr_distance(w->tail, w->at) + bytes <= w->ring.span;
    if (fits && slr_distance(w->dataTail, w->dataAt) + data <= w->ring.capacity) return 1;
    if (i == 0) slr_renew(w);
  }
  return 0;
}

/* ---- publishing ---- */

SLR_FN void slr_wake_readers(slr_writer *w) {
  uint32_t *sleepers = slr_table(&w->ring, SLR_T_SLEEPERS), mask = 0;
  if (slr_load(sleepers) != 0) mask = slr_exchange(sleepers, 0);
  uint32_t *counters = slr_header(&w->ring, SLR_W_COUNTERS);
  if (!mask) {
    slr_put_counter(counters + 2 * SLR_SKIPPED, ++w->skipped);
    return;
  }
  slr_put_counter(counters + 2 * SLR_SENT, ++w->sent);
  if (w->area) {
    w->wakeReaders(w->area, mask);
    return;
  }
  for (uint32_t s = 0; s < w->ring.slots; s++) {
    if (!(mask >> s & 1)) continue;
    slr_add(slr_slot(&w->ring, s, SLR_S_WAKE), 1);
    slr_futex_wake(slr_slot(&w->ring, s, SLR_S_WAKE));
  }
}

/* Shows everything committed to the readers, and wakes those who sleep. */
SLR_FN void slr_publish(slr_writer *w) {
  const slr_layout *r = &w->ring;
  uint32_t *counters = slr_header(r, SLR_W_COUNTERS);
  if (w->at == w->published) return;
  slr_put(slr_header(r, SLR_W_ANNOUNCED), (uint32_t)w->at);
  slr_put_counter(counters + 2 * SLR_PUBLISHED, w->blocks);
  slr_put_counter(counters + 2 * SLR_BYTES, w->bytes);
  slr_store_position(slr_header(r, SLR_W_PRODUCER), w->published, w->at);
  slr_store(slr_header(r, SLR_W_BLOCKS), (uint32_t)w->blocks);
  w->published = w->at;
  w->unpublished = w->unpublishedBytes = 0;
  slr_wake_readers(w);
}

/* Nothing follows what has been written. */
SLR_FN void slr_end(slr_writer *w) {
  if (w->isEnded) return;
  slr_publish(w);
  w->isEnded = 1;
  slr_store(slr_header(&w->ring, SLR_W_STATE), SLR_STATE_ENDED);
  slr_wake_readers(w);
}

/* ---- writing ---- */

/* Says, before anything is overwritten, how far that may go (§6). Runs ahead by a sixteenth of the ring, but never
   past what readers hold. The fence keeps the stores that follow behind it. */
SLR_FN void slr_intend(slr_writer *w, uint32_t *word, uint64_t *intent, uint64_t end, uint64_t tail, uint32_t span) {
  uint64_t ahead = span / 16;
  /* Half of all positions ahead means behind: the intent is there already. */
  if (slr_distance(*intent, end) - 1 >= SLR_POSITIONS / 2 - 1) return;
  if (!slr_overwrites(w)) {
    uint64_t left = span - slr_distance(tail, end);
    if (left < ahead) ahead = left;
  }
  uint64_t to = slr_advance(end, ahead);
  slr_store_position(word, *intent, to);
  *intent = to;
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Bytes to leave out so that `need` are in one piece. */
SLR_FN uint32_t slr_gap(const slr_layout *r, uint64_t at, uint64_t need) {
  uint32_t place = (uint32_t)at & (r->capacity - 1);
  return place + need > r->capacity ? r->capacity - place : 0;
}

/* A place for a block of `length` bytes, or NULL: errno EAGAIN, readers are in the way; EMSGSIZE, it is larger than
   slr_largest; EPIPE, the ring has ended. Of a c ring `granted` may be less than asked for. */
SLR_FN void *slr_reserve(slr_writer *w, uint32_t length) {
  const slr_layout *r = &w->ring;
  const int isDouble = r->kind == SLR_KIND_D;
  w->isReserved = 0;
  if (w->isEnded || length > slr_largest(w)) {
    errno = w->isEnded ? EPIPE : EMSGSIZE;
    return NULL;
  }
  uint64_t size = slr_step(r, length);
  w->skip = r->kind == SLR_KIND_C ? 0 : slr_gap(r, isDouble ? w->dataAt : w->at, isDouble ? length : size);
  if (r->kind == SLR_KIND_C && size > r->capacity - (w->at & (r->capacity - 1))) {
    size = r->capacity - (w->at & (r->capacity - 1));
  }
  uint64_t need = isDouble ? size : w->skip + size, data = isDouble ? w->skip + length : 0;
  if (slr_overwrites(w)) {
    /* Readers tell positions apart only within a ring: a producer that never publishes is made to. */
    if (slr_distance(w->published, w->at) + need > r->span) slr_publish(w);
  } else if (!slr_has_room(w, need, data)) {
    uint64_t left = r->span - slr_distance(w->tail, w->at);
    if (r->kind != SLR_KIND_C || left == 0) {
      slr_put_counter(slr_header(r, SLR_W_COUNTERS + 8 * SLR_FULL), ++w->full);
      errno = EAGAIN;
      return NULL;
    }
    need = size = left;
  }
  uint32_t *word = slr_header(r, isDouble ? SLR_W_INDEX_INTENT : SLR_W_INTENT);
  slr_intend(w, word, &w->intent, slr_advance(w->at, need), w->tail, r->span);
  if (isDouble) {
    uint64_t end = slr_advance(w->dataAt, data);
    slr_intend(w, slr_header(r, SLR_W_INTENT), &w->dataIntent, end, w->dataTail, r->capacity);
  }
  w->granted = r->kind == SLR_KIND_C ? (uint32_t)size : length;
  w->isReserved = 1;
  uint64_t place = slr_advance(isDouble ? w->dataAt : w->at, w->skip) & (r->capacity - 1);
  return r->data + place + (r->kind == SLR_KIND_V || r->kind == SLR_KIND_P ? 8 : 0);
}

/* The rest of the lap is left out. */
SLR_FN void slr_turn(slr_writer *w) {
  const slr_layout *r = &w->ring;
  if (r->kind == SLR_KIND_V) {
    uint32_t *padding = slr_record(r, w->at);
    slr_put(padding, (w->skip - 8) | SLR_OTHER);
    slr_put(padding + 1, (uint32_t)w->blocks);
  } else slr_put(slr_header(r, SLR_W_CUT), (uint32_t)w->at & (r->capacity - 1));
  w->at = slr_advance(w->at, w->skip);
}

/* The first `length` bytes of the place are a block now; SLR_MORE in `flags`: the next one continues it. -EINVAL:
   nothing, or less, is reserved. */
SLR_FN int slr_commit(slr_writer *w, uint32_t length, uint32_t flags) {
  const slr_layout *r = &w->ring;
  if (!w->isReserved || length > w->granted) return -EINVAL;
  w->isReserved = 0;
  if (r->kind == SLR_KIND_C && length == 0) return 0;
  uint32_t head = length | (flags & SLR_MORE);
  if (r->kind == SLR_KIND_D) {
    w->dataAt = slr_advance(w->dataAt, w->skip);
    uint32_t *e = slr_entry(r, w->at);
    slr_put(e, (uint32_t)w->dataAt);
    slr_put(e + 1, (uint32_t)(w->dataAt >> 32));
    slr_put(e + 2, head);
    slr_put(e + 3, (uint32_t)w->blocks);
    w->dataAt = slr_advance(w->dataAt, length);
    w->at = slr_advance(w->at, SLR_ENTRY_BYTES);
  } else {
    if (w->skip) slr_turn(w);
    if (r->kind != SLR_KIND_C) {
      uint32_t *record = slr_record(r, w->at);
      slr_put(record, head);
      slr_put(record + 1, (uint32_t)w->blocks);
    }
    w->at = slr_advance(w->at, slr_step(r, length));
    if (r->kind != SLR_KIND_V && (w->at & (r->capacity - 1)) == 0) slr_put(slr_header(r, SLR_W_CUT), r->capacity);
  }
  w->blocks++;
  w->bytes += length;
  w->unpublishedBytes += length;
  if (++w->unpublished >= SLR_BATCH_BLOCKS || w->unpublishedBytes >= SLR_BATCH_BYTES) slr_publish(w);
  return 0;
}

/* Copies a block in; of a c ring as much as there is room for. Bytes taken, or -1 as slr_reserve. */
SLR_FN int64_t slr_write(slr_writer *w, const void *bytes, uint32_t length) {
  void *place = slr_reserve(w, length);
  if (!place) return -1;
  memcpy(place, bytes, w->granted);
  slr_commit(w, w->granted, 0);
  return w->granted;
}

/* Publishes, and sleeps until a reader makes room or `nanos` have passed (below 0: for ever). May come back early. */
SLR_FN void slr_wait_room(slr_writer *w, int64_t nanos) {
  uint32_t *sleeps = slr_table(&w->ring, SLR_T_WRITER_SLEEPS);
  slr_publish(w);
  slr_put(slr_table(&w->ring, SLR_T_WRITER_WAKE), SLR_WAKE_FUTEX);
  slr_store(sleeps, 1);
  uint64_t tail = w->tail, dataTail = w->dataTail;
  slr_renew(w);
  if (w->tail == tail && w->dataTail == dataTail && w->tail != w->at) slr_futex_wait(sleeps, 1, nanos);
  slr_store(sleeps, 0);
}

#endif
