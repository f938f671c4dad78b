/* Positions and counters in shared memory (docs/reference/ring-format.md, "Positions"). Part of streamline_ring.h. */
#ifndef SLR_POSITION_H
#define SLR_POSITION_H

#include "base.h"

/* Positions are counted modulo 2^52. Compare them by distance only. */
#define SLR_POSITIONS ((uint64_t)1 << 52)
SLR_FN uint64_t slr_advance(uint64_t position, uint64_t bytes) { return (position + bytes) & (SLR_POSITIONS - 1); }
SLR_FN uint64_t slr_distance(uint64_t from, uint64_t to) { return (to - from) & (SLR_POSITIONS - 1); }

/* What another end writes without any order is read once, and never again. */
SLR_FN uint32_t slr_plain(const uint32_t *w) { return __atomic_load_n(w, __ATOMIC_RELAXED); }
SLR_FN void slr_put(uint32_t *w, uint32_t v) { __atomic_store_n(w, v, __ATOMIC_RELAXED); }

/* Counters are two words, low first, on every machine. */
SLR_FN void slr_put_counter(uint32_t *w, uint64_t v) {
  slr_put(w, (uint32_t)v);
  slr_put(w + 1, (uint32_t)(v >> 32));
}
SLR_FN uint64_t slr_counter(const uint32_t *w) { return (uint64_t)slr_plain(w + 1) << 32 | slr_plain(w); }

/* Publishes a position that was `from`: one store, but for every 4 GiB, when the epoch changes. */
SLR_FN void slr_store_position(uint32_t *w, uint64_t from, uint64_t to) {
  if (from >> 32 != to >> 32) slr_store(w + 1, (uint32_t)(to >> 32));
  slr_store(w, (uint32_t)to);
  if (from >> 32 != to >> 32) slr_store(w + 2, (uint32_t)(to >> 32));
}

/* All three words, of a position that nobody else writes. */
SLR_FN void slr_reset_position(uint32_t *w, uint64_t to) {
  slr_store(w + 1, (uint32_t)(to >> 32));
  slr_store(w, (uint32_t)to);
  slr_store(w + 2, (uint32_t)(to >> 32));
}

/* A position, read by somebody who knows nothing of it; the proof is in the format. 0, or -EPROTO: the words are not
   such as a writer leaves. */
SLR_FN int slr_load_position(const uint32_t *w, uint64_t *position) {
  const uint32_t epochs = 1u << 20;
  for (int i = 0; i < 100; i++) {
    uint32_t after = slr_load(w + 2), low = slr_load(w), before = slr_load(w + 1);
    if (before >= epochs || after >= epochs) return -EPROTO;
    if (before != after) {
      /* In the middle of a change of epoch, or its writer died there: the second `low` tells the side itself. */
      low = slr_load(w);
      if (before != (after + 1) % epochs || slr_load(w + 2) != after) continue;
      if (low >> 31) before = after;
    }
    *position = (uint64_t)before << 32 | low;
    return 0;
  }
  return -EPROTO;
}

#endif
