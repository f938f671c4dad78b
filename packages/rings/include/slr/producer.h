/* The producer's end: memory, a name, waking readers. Part of streamline_share.h. */
#ifndef SLR_PRODUCER_H
#define SLR_PRODUCER_H

#include "keeper.h"

SLR_FN slr_area *slr_new_area(int role) {
  slr_area *area = (slr_area *)calloc(1, sizeof *area);
  if (!area) return NULL;
  area->role = role;
  area->a = area->b = area->bReadonly = area->bells = area->event = -1;
  area->slot = SLR_NO_SLOT;
  return area;
}

SLR_FN void slr_free_area(slr_area *area) {
  if (area->base) slr_unmap_pair(area->base, area->sizeA + area->sizeB, area->placed);
  if (area->table) munmap(area->table, (size_t)area->sizeB);
  slr_shut(&area->a);
  slr_shut(&area->b);
  slr_shut(&area->bReadonly);
  slr_shut(&area->bells);
  slr_shut(&area->event);
  free(area);
}

SLR_FN int slr_map_table(slr_area *area, int prot) {
  void *table = mmap(NULL, (size_t)area->sizeB, prot, MAP_SHARED, area->b, 0);
  if (table == MAP_FAILED) return -errno;
  area->table = table;
  return madvise(table, (size_t)area->sizeB, MADV_DONTFORK) == 0 ? 0 : -errno;
}

SLR_FN int slr_make_memory(slr_area *area, const char *label, void *at) {
  int e = slr_memory_left(area->sizeA + area->sizeB);
  if (e) return e;
  int a = slr_memfd(label, area->sizeA, 0400, 0);
  if (a < 0) return a;
  int b = slr_memfd(label, area->sizeB, 0600, F_SEAL_SEAL);
  if (b < 0) {
    close(a);
    return b;
  }
  int rw = PROT_READ | PROT_WRITE;
  area->b = b;
  e = slr_map_pair(&area->base, at, a, rw, area->sizeA, b, rw, area->sizeB);
  /* This mapping stays; no other that writes can be made from now on. */
  if (!e && fcntl(a, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) != 0) e = -errno;
  if (!e && (area->a = slr_reopen_readonly(a)) < 0) e = area->a;
  if (!e && (area->bReadonly = slr_reopen_readonly(b)) < 0) e = area->bReadonly;
  close(a);
  area->placed = at != NULL;
  if (!e) slr_touch(area->base, area->sizeA + area->sizeB, 1);
  return e ? e : slr_map_table(area, rw);
}

/* Fresh memory for a ring, all zero: at `at`, over whatever is there, or (NULL) anywhere; `(*out)->base` says where.
   0 or an error: -ENOMEM, -EFBIG, -EINVAL. */
SLR_FN int slr_share_create(slr_area **out, const char *label, uint64_t sizeA, uint64_t sizeB, void *at) {
  if (!slr_sizes_ok(sizeA, sizeB)) return -EINVAL;
  slr_area *area = slr_new_area(SLR_PRODUCER);
  if (!area) return -ENOMEM;
  area->sizeA = sizeA;
  area->sizeB = sizeB;
  int e = slr_make_memory(area, label, at);
  if (!e && (area->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0) e = -errno;
  if (!e && (area->bells = epoll_create1(EPOLL_CLOEXEC)) < 0) e = -errno;
  if (!e) e = slr_watch(area->bells, area->event, EPOLLIN, 0, 0);
  if (e) {
    slr_free_area(area);
    return e;
  }
  slr_lock();
  area->next = slr_k.areas;
  slr_k.areas = area;
  slr_unlock();
  *out = area;
  return 0;
}

/* Takes over what the keeper has to know from the header, which only this process can write. */
SLR_FN int slr_adopt(slr_area *area) {
  uint32_t id = slr_acquire(slr_word(area->base, SLR_H_ID)), slots = slr_acquire(slr_word(area->base, SLR_H_SLOTS));
  if (slr_acquire(slr_word(area->base, SLR_H_MAGIC)) != SLR_MAGIC) return -EINVAL;
  if (id == 0 || id == 0xFFFFFFFFu || slots < 1 || slots > SLR_MAX_SLOTS) return -EINVAL;
  if (slr_acquire(slr_word(area->base, SLR_H_TABLE)) != area->sizeA) return -EINVAL;
  if (SLR_T_BYTES + (uint64_t)slots * SLR_SLOT_BYTES > area->sizeB) return -EINVAL;
  area->id = id;
  area->slots = slots;
  return 0;
}

SLR_FN void slr_free_share(slr_share *share) {
  slr_shut(&share->fd);
  slr_shut(&share->dir);
  free(share);
}

/* Gives a ring that is formatted its name in the directory `path` (NULL: the user's own), for those whom `access`
   admits. 0 or an error: -EADDRINUSE, -EEXIST (the id), -EPERM (the directory), -EINVAL. */
SLR_FN int slr_share_serve(slr_area *area, const char *path, const char *name, int access) {
  struct stat s;
  if (area->role != SLR_PRODUCER || area->share || !area->base || !slr_name_ok(name)) return -EINVAL;
  if (access < SLR_ACCESS_USER || access > SLR_ACCESS_OTHER) return -EINVAL;
  int e = slr_adopt(area);
  slr_share *share = e ? NULL : (slr_share *)calloc(1, sizeof *share);
  if (!share) return e ? e : -ENOMEM;
  share->fd = -1;
  share->access = access;
  strcpy(share->name, name);
  share->dir = slr_dir_open(path, geteuid(), 1);
  if (share->dir < 0) e = share->dir;
  else if ((share->fd = slr_listen(share->dir, name, access)) < 0) e = share->fd;
  if (e) {
    slr_free_share(share);
    return e;
  }
  if (fstatat(share->dir, name, &s, AT_SYMLINK_NOFOLLOW) != 0) e = -errno;
  share->device = s.st_dev;
  share->inode = s.st_ino;
  if (!e) e = slr_link_id(share->dir, area->id, name);
  slr_lock();
  if (!e) e = slr_start();
  share->serial = slr_serial(SLR_IS_SHARE);
  if (!e) e = slr_watch(slr_k.epoll, share->fd, EPOLLIN, share->serial, 0);
  if (!e) {
    share->newest = area;
    area->share = share;
    share->next = slr_k.shares;
    slr_k.shares = share;
  }
  slr_unlock();
  if (!e) return 0;
  unlinkat(share->dir, name, 0);
  if (e != -EEXIST) slr_unlink_id(share, area->id);
  slr_free_share(share);
  return e;
}

/* Makes `successor` the newest area of the name that `area` has. The producer has kept the slots of `area` in it, and
   tells nobody before this. */
SLR_FN int slr_share_succeed(slr_area *area, slr_area *successor) {
  slr_share *share = area->share;
  if (!share || successor->role != SLR_PRODUCER || successor->share || !successor->base) return -EINVAL;
  int e = slr_adopt(successor);
  if (!e) e = slr_link_id(share->dir, successor->id, share->name);
  if (e) return e;
  slr_lock();
  successor->share = share;
  share->newest = successor;
  slr_pass_slots(area, successor);
  for (slr_connection *c = share->connections; c; c = c->next) {
    if (c->bells.in >= 0) slr_watch(successor->bells, c->bells.in, EPOLLIN | EPOLLET, c->serial, 0);
    slr_announce(c, successor);
  }
  slr_unlock();
  return 0;
}

/* Wakes the readers of these slots, but for those that sleep inside this process. */
SLR_FN void slr_share_wake_readers(slr_area *area, uint32_t mask) { slr_signal_readers(area, mask, 0); }

/* Has the keeper signal after so many nanoseconds whoever sleeps then. */
SLR_FN int slr_share_later(slr_area *area, uint64_t nanos) {
  uint64_t at = slr_now() + nanos, due = __atomic_load_n(&area->due, __ATOMIC_SEQ_CST);
  /* The keeper clears `due` before it looks who sleeps, so it will see whom the caller has seen. */
  if (due != 0 && due <= at) return 0;
  slr_lock();
  int e = slr_start();
  if (!e) {
    __atomic_store_n(&area->due, at, __ATOMIC_SEQ_CST);
    slr_arm(at);
  }
  slr_unlock();
  return e;
}

#endif
