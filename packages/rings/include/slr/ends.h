/* What both ends do: sleeping, waking, listening to doorbells, closing. Part of streamline_share.h. */
#ifndef SLR_ENDS_H
#define SLR_ENDS_H

#include "reader.h"

/* 1: the other end of a reader's or observer's registration is gone. */
SLR_FN int slr_share_dead(const slr_area *area) {
  return area->link ? __atomic_load_n(&area->link->dead, __ATOMIC_ACQUIRE) : 0;
}

/* Wakes the producer; the caller has taken `writerSleeps`. */
SLR_FN void slr_share_wake_writer(slr_area *area) {
  if (area->role == SLR_PRODUCER) slr_signal_producer(area);
  else if (area->role == SLR_READER) {
    uint32_t mode = slr_load(slr_word(area->table, SLR_T_WRITER_WAKE));
    if (mode == SLR_WAKE_FUTEX) slr_futex_wake(slr_word(area->table, SLR_T_WRITER_SLEEPS));
    else slr_ring(&area->link->bells);
  }
}

/* A descriptor that can be read when this end was woken: for poll(2). -1: it cannot be woken so. */
SLR_FN int slr_share_bell(const slr_area *area) {
  return area->role == SLR_PRODUCER ? area->bells : area->link ? area->link->bells.in : -1;
}

/* Takes what has made that descriptor readable. 0, or -ECONNRESET: the other end of a reader's is gone. */
SLR_FN int slr_share_heard(slr_area *area) {
  struct epoll_event events[SLR_MAX_SLOTS];
  if (area->role != SLR_PRODUCER) {
    if (!area->link) return 0;
    if (slr_hear(&area->link->bells) == 0) return slr_share_dead(area) ? -ECONNRESET : 0;
    slr_lock();
    slr_link_died(area->link);
    slr_unlock();
    return -ECONNRESET;
  }
  int n = epoll_wait(area->bells, events, SLR_MAX_SLOTS, 0);
  slr_lock();
  for (int i = 0; i < n; i++) {
    uint64_t rings, what = events[i].data.u64;
    if (what == 0 && read(area->event, &rings, sizeof rings) < 0) continue;
    slr_connection *c = area->share ? area->share->connections : NULL;
    while (c && c->serial != what) c = c->next;
    if (!c) continue;
    slr_hear(&c->bells);
    /* The producer waits for room in its newest area only, whose set no longer shows what was taken here. */
    if (area->share->newest != area) slr_signal_producer(area->share->newest);
  }
  slr_unlock();
  return 0;
}

/* Producer: takes the slot of the reader of this epoch in this area, and those kept for it in the others of the name.
   1: it had one. */
SLR_FN int slr_share_evict(slr_area *area, uint32_t slot, uint32_t epoch) {
  if (area->role != SLR_PRODUCER || slot >= area->slots) return 0;
  slr_lock();
  int done = 0;
  for (slr_area *one = slr_k.areas; one; one = one->next) {
    int same = one == area || (area->share && one->share == area->share);
    if (!same || slot >= one->slots) continue;
    /* In another area the number and epoch may be somebody else's. */
    uint32_t now = slr_load(slr_slot_word(one->table, slot, SLR_S_EPOCH));
    int held = (now == epoch || now == epoch + 1) && slr_load(slr_slot_word(one->table, slot, SLR_S_HELD)) == 1;
    if (one == area || held) done |= slr_evict(one, slot, epoch);
  }
  slr_unlock();
  return done;
}

#endif
