/* The keeper: one thread of a process that answers those who want to read its rings, notices who dies, and signals
   later what was not signalled at once. It starts when it is needed and ends when nothing is left.
   Part of streamline_share.h. */
#ifndef SLR_KEEPER_H
#define SLR_KEEPER_H

#include "serve.h"
#include <signal.h>

/* The other end of our registration is gone: whoever sleeps for it has to look. A socket tells by itself, an
   eventfd has to be rung. */
SLR_FN void slr_link_died(slr_link *link) {
  if (link->dead) return;
  __atomic_store_n(&link->dead, 1, __ATOMIC_RELEASE);
  slr_unwatch(slr_k.epoll, link->fd);
  for (slr_area *area = slr_k.areas; area; area = area->next) {
    if (area->link != link) continue;
    if (area->status) slr_store(area->status, 1);
    if (area->role != SLR_READER || area->slot >= area->slots) continue;
    uint32_t *wake = slr_slot_word(area->table, area->slot, SLR_S_WAKE);
    slr_add(wake, 1);
    slr_futex_wake(wake);
  }
  /* Last: who is woken by it looks at `status` once, and sleeps again if nothing has happened. */
  if (link->bells.isEvent) slr_ring_fd(link->bells.in, 1);
}

/* Everything that waits for a time. */
SLR_FN void slr_tick(void) {
  uint64_t now = slr_now(), rings;
  if (read(slr_k.timer, &rings, sizeof rings) < 0 && errno != EAGAIN) return;
  slr_k.armed = 0;
  for (slr_share *share = slr_k.shares; share; share = share->next) {
    if (share->again && share->again <= now) {
      share->again = 0;
      slr_watch(slr_k.epoll, share->fd, EPOLLIN, share->serial, 1);
    }
    slr_arm(share->again);
    for (slr_connection *c = share->connections, *next; c; c = next) {
      next = c->next;
      if (c->deadline && c->deadline <= now) slr_drop_connection(share, c);
      else slr_arm(c->deadline);
    }
  }
  for (slr_area *area = slr_k.areas; area; area = area->next) {
    if (area->due && area->due <= now) {
      __atomic_store_n(&area->due, 0, __ATOMIC_SEQ_CST);
      slr_signal_due(area);
    }
    slr_arm(area->due);
  }
}

SLR_FN void slr_event(uint64_t what) {
  if (what == SLR_IS_TIMER) {
    slr_tick();
    return;
  }
  for (slr_share *share = slr_k.shares; share; share = share->next) {
    if (share->serial == what) {
      slr_accept(share);
      return;
    }
    for (slr_connection *c = share->connections; c; c = c->next) {
      if (c->serial != what) continue;
      slr_answer(share, c);
      return;
    }
  }
  for (slr_link *link = slr_k.links; link; link = link->next) {
    if (link->serial == what) slr_link_died(link);
  }
}

SLR_FN void *slr_keep(void *unused) {
  struct epoll_event events[16];
  int set = slr_k.epoll;
  (void)unused;
  for (;;) {
    int n = epoll_wait(set, events, 16, -1);
    slr_lock();
    for (int i = 0; i < n; i++) slr_event(events[i].data.u64);
    if (!slr_k.shares && !slr_k.links && !slr_k.areas) break;
    slr_unlock();
  }
  slr_shut(&slr_k.epoll);
  slr_shut(&slr_k.timer);
  slr_k.running = 0;
  slr_unlock();
  return NULL;
}

/* ---- fork and exit ---- */

/* Not if somebody else has put another socket there. */
SLR_FN void slr_unname(slr_share *share) {
  if (slr_is_same(share->dir, share->name, share->device, share->inode)) unlinkat(share->dir, share->name, 0);
}

SLR_FN void slr_unlink_id(slr_share *share, uint32_t id) {
  char link[16], name[SLR_NAME_MAX + 1];
  slr_id_link(link, sizeof link, id);
  if (slr_name_of(share->dir, id, name) == 0 && strcmp(name, share->name) == 0) unlinkat(share->dir, link, 0);
}

SLR_FN void slr_at_exit(void) {
  if (pthread_mutex_trylock(&slr_k.lock) != 0) {
    /* The keeper never holds it for long; who else does may have been cut off in the middle. */
    usleep(20000);
    if (pthread_mutex_trylock(&slr_k.lock) != 0) return;
  }
  for (slr_area *area = slr_k.areas; area; area = area->next) {
    if (area->share) slr_unlink_id(area->share, area->id);
  }
  for (slr_share *share = slr_k.shares; share; share = share->next) slr_unname(share);
  for (slr_link *link = slr_k.links; link; link = link->next) {
    if (link->dead) slr_remove_dead(link->dir, link->name, link->device, link->inode);
  }
  slr_unlock();
}

/* A forked child has no keeper and no mappings. It closes its copies of descriptors, else the death of its parent would
   go unnoticed. */
SLR_FN void slr_in_child(void) {
  for (slr_share *s = slr_k.shares; s; s = s->next) {
    slr_shut(&s->fd);
    slr_shut(&s->dir);
    for (slr_connection *c = s->connections; c; c = c->next) {
      slr_shut(&c->fd);
      slr_shut_bells(&c->bells);
    }
    s->connections = NULL;
  }
  for (slr_link *l = slr_k.links; l; l = l->next) {
    slr_shut(&l->fd);
    slr_shut_bells(&l->bells);
    slr_shut(&l->dir);
    __atomic_store_n(&l->dead, 1, __ATOMIC_RELEASE);
  }
  for (slr_area *a = slr_k.areas; a; a = a->next) {
    slr_shut(&a->bells);
    slr_shut(&a->event);
    slr_shut(&a->a);
    slr_shut(&a->b);
    slr_shut(&a->bReadonly);
    a->share = NULL;
    a->link = NULL;
    a->status = NULL;
    a->base = NULL;
    a->table = NULL;
    memset(a->held, 0, sizeof a->held);
  }
  slr_shut(&slr_k.epoll);
  slr_shut(&slr_k.timer);
  slr_k.running = 0;
  slr_k.areas = NULL;
  slr_k.shares = NULL;
  slr_k.links = NULL;
  slr_unlock();
}

/* Called with the lock held. The thread ends by itself when there is nothing left. */
SLR_FN int slr_start(void) {
  sigset_t all, before;
  pthread_t thread;
  pthread_attr_t detached;
  if (slr_k.running) return 0;
  if (!slr_k.prepared) {
    if (pthread_atfork(slr_lock, slr_unlock, slr_in_child) != 0 || atexit(slr_at_exit) != 0) return -ENOMEM;
    slr_k.prepared = 1;
  }
  slr_k.epoll = epoll_create1(EPOLL_CLOEXEC);
  slr_k.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  slr_k.armed = 0;
  int e = slr_k.epoll < 0 || slr_k.timer < 0 ? errno : 0;
  if (!e) e = -slr_watch(slr_k.epoll, slr_k.timer, EPOLLIN, SLR_IS_TIMER, 0);
  if (!e) {
    /* Signals are for the threads of the program. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    e = pthread_create(&thread, &detached, slr_keep, NULL);
    pthread_attr_destroy(&detached);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
  }
  if (e) {
    slr_shut(&slr_k.epoll);
    slr_shut(&slr_k.timer);
    return -e;
  }
  slr_k.running = 1;
  return 0;
}

#endif
