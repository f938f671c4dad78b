/* Slots of the reader table as the producer's process sees them: who owns them, waking, evicting. With the lock held
   but where it says otherwise. Part of streamline_share.h. */
#ifndef SLR_SLOTS_H
#define SLR_SLOTS_H

#include "state.h"

/* Lets the producer's thread look: it may sleep on the word, or watch `bells`. Needs no lock. */
SLR_FN void slr_signal_producer(slr_area *area) {
  slr_futex_wake(slr_word(area->table, SLR_T_WRITER_SLEEPS));
  slr_ring_fd(area->event, 1);
}

/* For a producer that waits for room, of which there may be more now. */
SLR_FN void slr_room(slr_area *area) {
  if (slr_load(slr_word(area->table, SLR_T_WRITER_SLEEPS)) == 0) return;
  if (slr_exchange(slr_word(area->table, SLR_T_WRITER_SLEEPS), 0) != 0) slr_signal_producer(area);
}

/* Wakes the readers of these slots that sleep outside this process. Each `wake` changes first, and only then counts how
   its reader sleeps: a reader states that before it looks at `wake`.
   `locked`: the caller has the lock, which is for the doorbells only: their owners may go at any time. */
SLR_FN void slr_signal_readers(slr_area *area, uint32_t mask, int locked) {
  for (uint32_t s = 0; mask != 0 && s < area->slots; s++, mask >>= 1) {
    if ((mask & 1) == 0) continue;
    uint32_t *wake = slr_slot_word(area->table, s, SLR_S_WAKE);
    slr_add(wake, 1);
    uint32_t mode = slr_load(slr_slot_word(area->table, s, SLR_S_WAKE_MODE));
    if (mode == SLR_WAKE_FUTEX) slr_futex_wake(wake);
    if (mode != SLR_WAKE_BELL) continue;
    if (!locked) slr_lock();
    slr_connection *owner = area->held[s].owner;
    if (owner && owner->bells.out >= 0) slr_ring(&owner->bells);
    if (!locked) slr_unlock();
  }
}

/* Signals what the producer left for later. Readers that sleep inside its process can be woken only there, so it is
   told if there are any. */
SLR_FN void slr_signal_due(slr_area *area) {
  uint32_t ours = 0, *sleepers = slr_word(area->table, SLR_T_SLEEPERS);
  for (uint32_t s = 0; s < area->slots; s++) {
    uint32_t mode = slr_load(slr_slot_word(area->table, s, SLR_S_WAKE_MODE));
    if (mode == SLR_WAKE_FUTEX || mode == SLR_WAKE_BELL) ours |= (uint32_t)1 << s;
  }
  uint32_t all = __atomic_fetch_and(sleepers, ~ours, __ATOMIC_SEQ_CST);
  slr_signal_readers(area, all & ours, 1);
  if (all & ~ours) slr_signal_producer(area);
}

/* Takes the slot from the reader of this epoch; 0: it has gone already. The producer is woken whatever its flag says:
   the dead one may have taken it, and died before it woke anybody. */
SLR_FN int slr_evict(slr_area *area, uint32_t s, uint32_t epoch) {
  int evicted = slr_end_epoch(area->table, s, epoch);
  if (!evicted) {
    /* It may have died while it left. */
    if (!slr_is_leaving(area->table, s, epoch)) return 0;
    __atomic_fetch_and(slr_word(area->table, SLR_T_SLEEPERS), ~((uint32_t)1 << s), __ATOMIC_SEQ_CST);
  }
  slr_store(slr_word(area->table, SLR_T_WRITER_SLEEPS), 0);
  slr_signal_producer(area);
  slr_free_slot(area->table, s);
  return evicted;
}

/* Step 1 of joining, for a connection. 0 or an errno. */
SLR_FN int slr_claim(slr_area *area, slr_connection *c, uint32_t *slot, uint32_t *epoch) {
  for (uint32_t s = 0; s < area->slots; s++) {
    if (!slr_swap(slr_slot_word(area->table, s, SLR_S_STATE), SLR_FREE, SLR_CLAIMED)) continue;
    *slot = s;
    *epoch = (slr_load(slr_slot_word(area->table, s, SLR_S_EPOCH)) + 1) | 1; /* even ones have no reader */
    /* In this order: who sees the new epoch sees that the place is not kept for anybody. */
    slr_store(slr_slot_word(area->table, s, SLR_S_HELD), 0);
    slr_store(slr_slot_word(area->table, s, SLR_S_EPOCH), *epoch);
    slr_store(slr_slot_word(area->table, s, SLR_S_PID), c->pid);
    slr_store(slr_slot_word(area->table, s, SLR_S_STRATEGY), c->strategy);
    slr_store(slr_slot_word(area->table, s, SLR_S_WAKE_MODE), c->wakeMode);
    area->held[s].owner = c;
    area->held[s].epoch = *epoch;
    return 0;
  }
  return EBUSY;
}

/* Has the connection a slot there? */
SLR_FN int slr_owned(const slr_area *area, const slr_connection *c, uint32_t *slot) {
  for (uint32_t s = 0; s < area->slots; s++) {
    if (area->held[s].owner != c) continue;
    *slot = s;
    return 1;
  }
  return 0;
}

/* A connection has ended: its slots are free, in every area. */
SLR_FN void slr_release_slots(slr_share *share, slr_connection *c) {
  int evicted = 0, owned = 0;
  for (slr_area *area = slr_k.areas; area; area = area->next) {
    if (area->share != share) continue;
    if (c->bells.in >= 0) slr_unwatch(area->bells, c->bells.in);
    for (uint32_t s = 0; s < area->slots; s++) {
      if (area->held[s].owner != c) continue;
      area->held[s].owner = NULL;
      owned = 1;
      area->held[s].gone = area->held[s].epoch;
      evicted |= slr_evict(area, s, area->held[s].epoch);
    }
  }
  slr_add(&share->newest->evictions, (uint32_t)evicted);
  /* The producer may have waited in the newest area for a reader of another. */
  if (!owned) return;
  slr_store(slr_word(share->newest->table, SLR_T_WRITER_SLEEPS), 0);
  slr_signal_producer(share->newest);
}

/* Gives the slots that a producer has kept in `to` (word `held`) to the connections that own them in `from`; those
   whose reader has died since they were copied are free again. */
SLR_FN void slr_pass_slots(slr_area *from, slr_area *to) {
  for (uint32_t s = 0; s < from->slots && s < to->slots; s++) {
    uint32_t epoch = slr_load(slr_slot_word(to->table, s, SLR_S_EPOCH));
    if (slr_load(slr_slot_word(to->table, s, SLR_S_HELD)) != 1) continue;
    if (from->held[s].owner && from->held[s].epoch == epoch) {
      to->held[s].owner = from->held[s].owner;
      to->held[s].epoch = epoch;
    } else if (from->held[s].gone == epoch) slr_evict(to, s, epoch);
  }
  /* Who registered in `from` after its slots were copied gets one that nobody has. */
  for (uint32_t s = 0; s < from->slots; s++) {
    slr_connection *c = from->held[s].owner;
    uint32_t slot, epoch;
    if (!c || slr_owned(to, c, &slot)) continue;
    if (slr_load(slr_slot_word(from->table, s, SLR_S_STATE)) == SLR_FREE) continue;
    if (slr_load(slr_slot_word(from->table, s, SLR_S_EPOCH)) == from->held[s].epoch) slr_claim(to, c, &slot, &epoch);
  }
}

#endif
