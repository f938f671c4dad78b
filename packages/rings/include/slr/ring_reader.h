/* A reader of a ring with many readers (docs/reference/ring-format.md). Part of streamline_ring.h.

   It believes only its own position. An SRP reader follows the producer's `low` alone; MRP and FRP readers load all
   three words, and ask the intents whether what they have read was still whole. */
#ifndef SLR_RING_READER_H
#define SLR_RING_READER_H

#include "layout.h"

/* Gone: the producer has died, and everything it published has been read. Broken: the memory makes no sense. */
enum { SLR_OPEN = 0, SLR_ENDED = 1, SLR_GONE = 2, SLR_LOST_SLOT = 3, SLR_BROKEN = 4, SLR_LEFT = 5 };
enum { SLR_LIVE = 0, SLR_OLDEST = 1 };

typedef struct slr_reader {
  slr_layout ring;
  struct slr_area *area; /* how it came here; NULL: by no name */
  /* Those three need to know of other processes. Attaches the ring that follows, as slr_reader_open does: 0, or an
     error. Has the producer died? Wakes the producer. */
  int (*follow)(struct slr_reader *r, uint32_t id);
  int (*isGone)(const struct slr_area *area);
  void (*wakeWriter)(struct slr_area *area);
  uint32_t slot, epoch, strategy, state;
  int isLossy, isTorn, hasBlock;
  uint64_t at, known, released; /* next byte to read, what is published as far as known, what the producer knows */
  uint32_t cut;
  /* The block that slr_peek showed. */
  const uint8_t *block;
  uint32_t length, sequence, more, size;
  uint64_t dataAt;
  int64_t expected; /* sequence of the next block; -1 unknown */
  /* Counters. Losses are exact; bytes lost count the ring's own headers, too. */
  uint64_t blocks, bytes, lostBlocks, lostBytes, sleeps, corrupt;
} slr_reader;

/* ---- releasing and leaving ---- */

SLR_FN void slr_count(slr_reader *r) {
  uint32_t *counters = slr_slot(&r->ring, r->slot, SLR_S_COUNTERS);
  slr_put_counter(counters + 2 * SLR_READ, r->blocks);
  slr_put_counter(counters + 2 * SLR_LOST, r->lostBlocks);
  slr_put_counter(counters + 2 * SLR_LOST_BYTES, r->lostBytes);
  slr_put_counter(counters + 2 * SLR_CORRUPT, r->corrupt);
  slr_put_counter(counters + 2 * SLR_SLEEPS, r->sleeps);
  slr_put_counter(counters + 2 * SLR_READ_BYTES, r->bytes);
}

SLR_FN void slr_wake_writer(slr_reader *r) {
  uint32_t *sleeps = slr_table(&r->ring, SLR_T_WRITER_SLEEPS);
  if (slr_load(sleeps) == 0 || slr_exchange(sleeps, 0) == 0) return;
  if (r->area) r->wakeWriter(r->area);
  else slr_futex_wake(sleeps);
}

/* R, of all MRP readers together (§6). Only its low word decides. */
SLR_FN void slr_share_position(slr_reader *r, uint64_t position) {
  uint32_t *shared = slr_table(&r->ring, SLR_T_SHARED);
  slr_put(shared + 1, (uint32_t)(position >> 32));
  slr_put(shared + 2, (uint32_t)(position >> 32));
  slr_store(shared, (uint32_t)position);
}

/* Frees the slot, if it is still ours. */
SLR_FN void slr_quit(slr_reader *r) {
  slr_count(r);
  __atomic_fetch_and(slr_table(&r->ring, SLR_T_SLEEPERS), ~(1u << r->slot), __ATOMIC_SEQ_CST);
  if (slr_load(slr_slot(&r->ring, r->slot, SLR_S_EPOCH)) == r->epoch) {
    slr_swap(slr_slot(&r->ring, r->slot, SLR_S_STATE), SLR_ACTIVE, SLR_FREE);
  }
  slr_wake_writer(r);
}

/* This is the end; -errno for the caller. */
SLR_FN int slr_finish(slr_reader *r, uint32_t state) {
  r->hasBlock = 0;
  if (state == SLR_BROKEN && slr_load(slr_slot(&r->ring, r->slot, SLR_S_EPOCH)) != r->epoch) state = SLR_LOST_SLOT;
  if (state == SLR_BROKEN) r->corrupt++;
  if (state != SLR_LOST_SLOT) slr_quit(r);
  r->state = state;
  return state == SLR_BROKEN ? -EPROTO : state == SLR_LOST_SLOT ? -ESTALE : 0;
}

/* Everything before the block that slr_peek showed may be overwritten. */
SLR_FN void slr_release_read(slr_reader *r) {
  if (r->at != r->released) {
    slr_store_position(slr_slot(&r->ring, r->slot, SLR_S_POSITION), r->released, r->at);
    if (r->strategy == SLR_MRP) slr_share_position(r, r->released);
    r->released = r->at;
    slr_count(r);
  }
  if (slr_load(slr_slot(&r->ring, r->slot, SLR_S_EPOCH)) != r->epoch) slr_finish(r, SLR_LOST_SLOT);
  else slr_wake_writer(r);
}

/* ---- joining ---- */

/* Steps 1 (rest) to 4 of joining; the slot has been claimed. -ESTALE: the claim was withdrawn. */
SLR_FN int slr_join(slr_reader *r, int from) {
  const slr_layout *g = &r->ring;
  uint64_t position;
  uint32_t *at = slr_slot(g, r->slot, SLR_S_POSITION);
  if (g->flags & SLR_FLAG_FRP) r->strategy = SLR_FRP;
  r->isLossy = r->strategy != SLR_SRP;
  slr_store(slr_slot(g, r->slot, SLR_S_STRATEGY), r->strategy);
  slr_store(slr_slot(g, r->slot, SLR_S_WAKE_MODE), SLR_WAKE_FUTEX);
  if (slr_load_position(slr_header(g, SLR_W_PRODUCER), &position)) return -EPROTO;
  slr_reset_position(at, position);
  int isOurs = slr_swap(slr_slot(g, r->slot, SLR_S_STATE), SLR_CLAIMED, SLR_ACTIVE);
  if (!isOurs || slr_load(slr_slot(g, r->slot, SLR_S_EPOCH)) != r->epoch) return -ESTALE;
  uint64_t published;
  int64_t sequence;
  if (slr_published(g, &published, &sequence)) return -EPROTO;
  position = published;
  /* A ring that overwrites keeps no tail: there everything begins at what comes next. */
  if (from == SLR_OLDEST && !(g->flags & SLR_FLAG_FRP)) {
    if (slr_load_position(slr_header(g, SLR_W_TAIL), &position)) return -EPROTO;
  }
  slr_reset_position(at, position);
  /* Not before: a producer that waits for readers writes from now on. */
  slr_add(slr_table(g, SLR_T_JOINED), 1);
  r->at = r->known = r->released = position;
  r->cut = g->capacity;
  r->expected = position == published ? sequence : -1;
  if (r->strategy == SLR_MRP) slr_share_position(r, position);
  /* A producer may be waiting for its first reader. */
  slr_wake_writer(r);
  return 0;
}

/* ---- is it whole? ---- */

/* Has the producer left the bytes at `at` alone until now? The fence keeps everything that was read before it. */
SLR_FN int slr_whole(slr_reader *r) {
  const slr_layout *g = &r->ring;
  uint64_t intent;
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  size_t word = g->kind == SLR_KIND_D ? SLR_W_INDEX_INTENT : SLR_W_INTENT;
  if (slr_load_position(slr_header(g, word), &intent) || slr_distance(r->at, intent) > g->span) return 0;
  if (g->kind != SLR_KIND_D) return 1;
  return slr_load_position(slr_header(g, SLR_W_INTENT), &intent) == 0 && slr_distance(r->dataAt, intent) <= g->capacity;
}

/* MRP, FRP: was the block still whole just now? Ask after using it; 0 counts it as lost. */
SLR_FN int slr_intact(slr_reader *r) {
  if (!r->isLossy || !r->hasBlock) return 1;
  if (!r->isTorn && !slr_whole(r)) r->isTorn = 1;
  return !r->isTorn;
}

/* It was overwritten: goes on where blocks are whole. -EPROTO, or 0: look again. */
SLR_FN int slr_lapped(slr_reader *r) {
  const slr_layout *g = &r->ring;
  uint64_t producer;
  int64_t sequence;
  if (slr_published(g, &producer, &sequence)) return -EPROTO;
  uint64_t behind = slr_distance(r->at, producer), keep = 0;
  if (behind >= SLR_POSITIONS / 2) return -EPROTO;
  /* Where records begin is known in p and d only: half a ring behind, or half of the way if that was overwritten, too;
     each time less than before, so that it comes to an end. */
  if (g->kind == SLR_KIND_P || g->kind == SLR_KIND_D) {
    keep = (behind < g->span ? behind : g->span) / 2;
    if (g->kind == SLR_KIND_P && producer % g->capacity < keep) keep = producer % g->capacity;
    keep -= keep % g->recordBytes;
  }
  if (keep == 0 && sequence >= 0) {
    if (r->expected >= 0 && g->kind != SLR_KIND_C) r->lostBlocks += (uint32_t)sequence - (uint32_t)r->expected;
    r->expected = sequence;
  }
  r->lostBytes += behind - keep;
  r->at = slr_advance(producer, SLR_POSITIONS - keep);
  slr_reset_position(slr_slot(g, r->slot, SLR_S_POSITION), r->at);
  r->released = r->at;
  r->known = producer;
  r->cut = slr_load(slr_header(g, SLR_W_CUT));
  slr_count(r);
  return 0;
}

/* ---- finding the next block ---- */

/* Is more published than was known? 1, 0, or -EPROTO. */
SLR_FN int slr_look(slr_reader *r) {
  const slr_layout *g = &r->ring;
  if (r->isLossy) {
    if (slr_load_position(slr_header(g, SLR_W_PRODUCER), &r->known)) return -EPROTO;
    r->cut = slr_load(slr_header(g, SLR_W_CUT));
    if (slr_distance(r->at, r->known) > g->span && slr_lapped(r)) return -EPROTO;
  } else {
    uint32_t more = slr_load(slr_header(g, SLR_W_PRODUCER)) - (uint32_t)r->at;
    if (more > g->span) return -EPROTO;
    r->known = slr_advance(r->at, more);
    if (g->kind == SLR_KIND_C || g->kind == SLR_KIND_P) r->cut = slr_load(slr_header(g, SLR_W_CUT));
  }
  return r->known != r->at;
}

/* The same. Nothing: releases, and looks whether the ring has ended or moved. */
SLR_FN int slr_refresh(slr_reader *r) {
  const slr_layout *g = &r->ring;
  int found = slr_look(r);
  if (found) return found;
  slr_release_read(r);
  if (r->state != SLR_OPEN) return -ESTALE;
  if (r->strategy == SLR_MRP) slr_share_position(r, r->at);
  uint32_t state = slr_load(slr_header(g, SLR_W_STATE));
  int isGone = state == SLR_STATE_OPEN && r->area && r->isGone(r->area);
  if (state == SLR_STATE_OPEN && !isGone) return 0;
  /* Once more: it may have been published between the two looks. */
  found = slr_look(r);
  if (found) return found;
  if (state == SLR_STATE_MOVED) {
    /* One move at a time: a hostile producer may move for ever. */
    if (!r->area || r->follow(r, slr_load(slr_header(g, SLR_W_SUCCESSOR)))) return -EPROTO;
    return slr_look(r);
  }
  if (r->isLossy && g->kind != SLR_KIND_C && r->expected >= 0) {
    r->lostBlocks += slr_plain(slr_header(g, SLR_W_COUNTERS)) - (uint32_t)r->expected;
  }
  slr_finish(r, isGone ? SLR_GONE : SLR_ENDED);
  return 0;
}

/* Shows the block whose first word is `head`. -EPROTO: it does not follow the one before. */
SLR_FN int slr_show(slr_reader *r, const uint8_t *block, uint32_t head, uint32_t size, uint32_t sequence) {
  if (r->expected >= 0 && sequence != (uint32_t)r->expected) {
    if (!r->isLossy) return -EPROTO;
    r->lostBlocks += sequence - (uint32_t)r->expected;
  }
  r->block = block;
  r->length = head & SLR_LENGTH;
  r->more = (head & SLR_MORE) != 0;
  r->size = size;
  r->sequence = sequence;
  return r->hasBlock = 1;
}

SLR_FN int slr_load_record(slr_reader *r) {
  const slr_layout *g = &r->ring;
  const uint32_t *record = slr_record(g, r->at);
  uint32_t head = slr_plain(record), sequence = slr_plain(record + 1), place = (uint32_t)r->at & (g->capacity - 1);
  if (r->isLossy && !slr_whole(r)) return slr_lapped(r);
  uint64_t size = slr_up((uint64_t)(head & SLR_LENGTH) + 8, 8);
  if (size > slr_distance(r->at, r->known) || place + size > g->capacity) return -EPROTO;
  if (head & SLR_OTHER) {
    if (place + size != g->capacity || head & SLR_MORE) return -EPROTO;
    r->at = slr_advance(r->at, size);
    return 0;
  }
  return slr_show(r, g->data + place + 8, head, (uint32_t)size, sequence);
}

SLR_FN int slr_load_entry(slr_reader *r) {
  const slr_layout *g = &r->ring;
  const uint32_t *e = slr_entry(g, r->at);
  uint32_t low = slr_plain(e), high = slr_plain(e + 1), head = slr_plain(e + 2), sequence = slr_plain(e + 3);
  r->dataAt = (uint64_t)(high & 0xFFFFF) << 32 | low;
  if (r->isLossy && !slr_whole(r)) return slr_lapped(r);
  uint32_t place = low & (g->capacity - 1), length = head & SLR_LENGTH;
  if (high >> 20 || head & SLR_OTHER || (uint64_t)place + length > g->capacity) return -EPROTO;
  return slr_show(r, g->data + place, head, SLR_ENTRY_BYTES, sequence);
}

/* c and p: a lap may end before the data area does. */
SLR_FN int slr_load_lap(slr_reader *r) {
  const slr_layout *g = &r->ring;
  uint32_t place = (uint32_t)r->at & (g->capacity - 1);
  uint64_t lap = r->at - place;
  int isLast = r->known - (r->known & (g->capacity - 1)) == lap;
  uint64_t rest = isLast ? slr_distance(r->at, r->known) : (uint64_t)r->cut - place;
  if (!isLast) {
    if (r->cut == 0 || r->cut > g->capacity) return -EPROTO;
    if (r->cut != g->capacity && r->cut % g->recordBytes != 0) return -EPROTO;
    if (place >= r->cut) {
      if (r->isLossy && !slr_whole(r)) return slr_lapped(r);
      if (place > r->cut) return -EPROTO;
      r->at = slr_advance(r->at, g->capacity - place);
      return 0;
    }
  }
  if (g->kind == SLR_KIND_C) {
    if (r->isLossy && !slr_whole(r)) return slr_lapped(r);
    r->block = g->data + place;
    r->length = r->size = (uint32_t)rest;
    return r->hasBlock = 1;
  }
  const uint32_t *record = slr_record(g, r->at);
  uint32_t head = slr_plain(record), sequence = slr_plain(record + 1);
  if (r->isLossy && !slr_whole(r)) return slr_lapped(r);
  if (g->recordBytes > rest || head & SLR_OTHER || (head & SLR_LENGTH) + 8 > g->recordBytes) return -EPROTO;
  return slr_show(r, g->data + place + 8, head, g->recordBytes, sequence);
}

/* The next block where it lies, in `block` and `length`: 1; 0: there is none, and `state` says whether more may come;
   -EPROTO, -ESTALE: the ring is broken, or the slot was taken away. */
SLR_FN int slr_peek(slr_reader *r) {
  if (r->hasBlock) return 1;
  while (r->state == SLR_OPEN) {
    int found = r->at == r->known ? slr_refresh(r) : 1;
    if (found > 0) {
      found = r->ring.kind == SLR_KIND_V ? slr_load_record(r)
              : r->ring.kind == SLR_KIND_D ? slr_load_entry(r) : slr_load_lap(r);
      if (found == 0) continue;
    }
    if (found >= 0) return found;
    return r->state == SLR_OPEN ? slr_finish(r, found == -ESTALE ? SLR_LOST_SLOT : SLR_BROKEN) : found;
  }
  return 0;
}

/* Done with the first `bytes` of what slr_peek showed (c), or with the block (all others). */
SLR_FN void slr_consume(slr_reader *r, uint32_t bytes) {
  if (!r->hasBlock) return;
  int isC = r->ring.kind == SLR_KIND_C;
  uint32_t length = isC && bytes < r->length ? bytes : r->length;
  r->at = slr_advance(r->at, isC ? length : r->size);
  r->hasBlock = 0;
  if (!isC) r->expected = (int64_t)((r->sequence + 1) & UINT32_MAX);
  if (r->isTorn) {
    r->isTorn = 0;
    r->lostBlocks++;
    r->lostBytes += length;
  } else {
    r->blocks++;
    r->bytes += length;
  }
  if (slr_distance(r->released, r->at) >= r->ring.span / 8) slr_release_read(r);
}

/* Done with the block that slr_peek showed. */
SLR_FN void slr_next(slr_reader *r) { slr_consume(r, UINT32_MAX); }

/* Copies the next block and is done with it; what was overwritten meanwhile is never returned. Its length; -EAGAIN:
   there is none; -EMSGSIZE: it is longer than `size`; else as slr_peek. Of a c ring as much as fits. */
SLR_FN int64_t slr_read(slr_reader *r, void *target, uint32_t size) {
  for (;;) {
    int found = slr_peek(r);
    if (found <= 0) return found < 0 ? found : -EAGAIN;
    uint32_t length = r->length;
    if (length > size && r->ring.kind != SLR_KIND_C) return -EMSGSIZE;
    if (length > size) length = size;
    memcpy(target, r->block, length);
    int isWhole = slr_intact(r);
    slr_consume(r, length);
    if (isWhole) return length;
  }
}

/* ---- sleeping ---- */

SLR_FN int slr_has_news(slr_reader *r) {
  return slr_load(slr_header(&r->ring, SLR_W_PRODUCER)) != (uint32_t)r->known ||
         slr_load(slr_header(&r->ring, SLR_W_STATE)) != SLR_STATE_OPEN;
}

/* Sleeps until something may have come or `nanos` have passed (below 0: for ever), after `spins` looks. */
SLR_FN void slr_wait(slr_reader *r, int64_t nanos, int spins) {
  uint32_t *sleepers = slr_table(&r->ring, SLR_T_SLEEPERS), *wake = slr_slot(&r->ring, r->slot, SLR_S_WAKE);
  if (slr_peek(r) != 0 || r->state != SLR_OPEN) return;
  for (int i = 0; i < spins; i++) {
    if (slr_has_news(r)) return;
    slr_pause();
  }
  if (slr_plain(slr_header(&r->ring, SLR_W_LEVEL)) == 2) {
    /* Nobody is signalled now (§5): a nap first. */
    slr_futex_wait(wake, slr_load(wake), 50000);
    if (slr_has_news(r)) return;
  }
  uint32_t value = slr_load(wake);
  __atomic_fetch_or(sleepers, 1u << r->slot, __ATOMIC_SEQ_CST);
  if (!slr_has_news(r) && !(r->area && r->isGone(r->area))) {
    r->sleeps++;
    slr_futex_wait(wake, value, nanos);
  }
  __atomic_fetch_and(sleepers, ~(1u << r->slot), __ATOMIC_SEQ_CST);
}

/* Goes. What is unread stays unread. */
SLR_FN void slr_leave(slr_reader *r) {
  if (r->state == SLR_OPEN) slr_quit(r);
  r->hasBlock = 0;
  r->state = SLR_LEFT;
}

#endif
