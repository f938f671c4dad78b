/* Words in shared memory, and sleeping on them. Part of streamline_share.h. C99 and C++, Linux. */
#ifndef SLR_BASE_H
#define SLR_BASE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Every function is private to the file that includes it; those that it does not use cost nothing. */
#define SLR_FN static __attribute__((unused))

/* Bytes of the header and of the reader table (docs/reference/ring-format.md). */
enum {
  SLR_H_MAGIC = 0, SLR_H_ID = 24, SLR_H_TABLE = 40, SLR_H_SLOTS = 44,
  SLR_T_SLEEPERS = 0, SLR_T_WRITER_SLEEPS = 128, SLR_T_WRITER_WAKE = 132, SLR_T_SHARED = 256, SLR_T_JOINED = 384,
  SLR_T_BYTES = 512, SLR_SLOT_BYTES = 256,
  SLR_S_STATE = 0, SLR_S_EPOCH = 4, SLR_S_STRATEGY = 8, SLR_S_PID = 12, SLR_S_WAKE_MODE = 16, SLR_S_WAKE = 20,
  SLR_S_HELD = 24, SLR_S_POSITION = 32, SLR_S_COUNTERS = 128,
  SLR_MAX_SLOTS = 32
};
#define SLR_MAGIC 0x47524C53u
/* Joining: its reader is about to state its position, until then nothing may be overwritten. */
enum { SLR_FREE = 0, SLR_CLAIMED = 1, SLR_ACTIVE = 2, SLR_JOINING = 3 };
enum { SLR_SRP = 1, SLR_MRP = 2, SLR_FRP = 3 };
enum { SLR_WAKE_NONE = 0, SLR_WAKE_NOTIFY = 1, SLR_WAKE_FUTEX = 2, SLR_WAKE_BELL = 3 };

SLR_FN uint32_t *slr_word(void *base, size_t byte) { return (uint32_t *)(void *)((uint8_t *)base + byte); }
SLR_FN uint32_t *slr_slot_word(void *table, uint32_t slot, size_t byte) {
  return slr_word(table, SLR_T_BYTES + (size_t)slot * SLR_SLOT_BYTES + byte);
}

/* The orders of the format's table "word by word": acquire and release for positions, sequentially consistent for the
   words of the protocols that put a store before a load. */
SLR_FN uint32_t slr_acquire(const uint32_t *w) { return __atomic_load_n(w, __ATOMIC_ACQUIRE); }
SLR_FN void slr_release(uint32_t *w, uint32_t v) { __atomic_store_n(w, v, __ATOMIC_RELEASE); }
SLR_FN uint32_t slr_load(const uint32_t *w) { return __atomic_load_n(w, __ATOMIC_SEQ_CST); }
SLR_FN void slr_store(uint32_t *w, uint32_t v) { __atomic_store_n(w, v, __ATOMIC_SEQ_CST); }
SLR_FN uint32_t slr_exchange(uint32_t *w, uint32_t v) { return __atomic_exchange_n(w, v, __ATOMIC_SEQ_CST); }
SLR_FN uint32_t slr_add(uint32_t *w, uint32_t v) { return __atomic_fetch_add(w, v, __ATOMIC_SEQ_CST); }
SLR_FN int slr_swap(uint32_t *w, uint32_t from, uint32_t to) {
  return __atomic_compare_exchange_n(w, &from, to, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/* Ends an epoch of a slot: its reader leaves, or somebody evicts it. Only one can; 0: it had ended before. From now on
   the slot holds nobody back. Then wake the producer, and last free the slot: the next reader may come. */
SLR_FN int slr_end_epoch(void *table, uint32_t slot, uint32_t epoch) {
  if (!slr_swap(slr_slot_word(table, slot, SLR_S_EPOCH), epoch, epoch + 1)) return 0;
  __atomic_fetch_and(slr_word(table, SLR_T_SLEEPERS), ~((uint32_t)1 << slot), __ATOMIC_SEQ_CST);
  return 1;
}
/* Has the reader of this epoch ended it, but not freed its slot? Then the next reader has not come yet. */
SLR_FN int slr_is_leaving(void *table, uint32_t slot, uint32_t epoch) {
  const uint32_t *word = slr_slot_word(table, slot, SLR_S_EPOCH);
  if (slr_load(word) != epoch + 1) return 0;
  uint32_t state = slr_load(slr_slot_word(table, slot, SLR_S_STATE));
  return (state == SLR_ACTIVE || state == SLR_JOINING) && slr_load(word) == epoch + 1;
}
SLR_FN void slr_free_slot(void *table, uint32_t slot) { slr_store(slr_slot_word(table, slot, SLR_S_STATE), SLR_FREE); }

SLR_FN uint64_t slr_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Sleeps while the word is `expected`, at most `nanos` (below 0: for ever). 0: look again, also after a signal;
   -ETIMEDOUT. Not a PRIVATE futex: the other end maps the page elsewhere. A read-only mapping is enough. */
SLR_FN int slr_futex_wait(const uint32_t *word, uint32_t expected, int64_t nanos) {
  struct timespec t;
  t.tv_sec = (time_t)(nanos / 1000000000);
  t.tv_nsec = (long)(nanos % 1000000000);
  if (syscall(SYS_futex, word, FUTEX_WAIT, expected, nanos < 0 ? NULL : &t, NULL, 0) == 0) return 0;
  return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

SLR_FN void slr_futex_wake(const uint32_t *word) { syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0); }

SLR_FN void slr_shut(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

#endif
