/* Answering those who connect to a name: the producer's side of a registration. With the lock held.
   Part of streamline_share.h. */
#ifndef SLR_SERVE_H
#define SLR_SERVE_H

#include "slots.h"

SLR_FN void slr_drop_connection(slr_share *share, slr_connection *c) {
  slr_release_slots(share, c);
  slr_connection **at = &share->connections;
  while (*at && *at != c) at = &(*at)->next;
  if (*at) *at = c->next;
  share->count--;
  slr_unwatch(slr_k.epoll, c->fd);
  slr_shut(&c->fd);
  slr_shut_bells(&c->bells);
  free(c);
}

SLR_FN void slr_begin_reply(slr_reply *r, int op, uint32_t serial) {
  memset(r, 0, sizeof *r);
  r->magic = SLR_REPLY_MAGIC;
  r->version = SLR_WIRE_VERSION;
  r->op = (uint16_t)op;
  r->slot = SLR_NO_SLOT;
  r->serial = serial;
}

SLR_FN void slr_accept(slr_share *share) {
  for (int i = 0; i < 16; i++) {
    int fd = accept4(share->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno == EAGAIN) return;
      /* Out of descriptors: the event would come again at once, for ever. */
      share->again = slr_now() + SLR_SECOND / 10;
      slr_watch(slr_k.epoll, share->fd, 0, share->serial, 1);
      slr_arm(share->again);
      return;
    }
    slr_connection *c = share->count < SLR_MAX_CONNECTIONS ? (slr_connection *)calloc(1, sizeof *c) : NULL;
    if (!c) {
      slr_reply full;
      slr_begin_reply(&full, 0, 0);
      full.status = EBUSY;
      slr_send(fd, &full, sizeof full, NULL, 0);
      close(fd);
      continue;
    }
    c->serial = slr_serial(SLR_IS_CONNECTION);
    c->fd = fd;
    slr_no_bells(&c->bells);
    c->deadline = slr_now() + SLR_SECOND;
    c->next = share->connections;
    share->connections = c;
    share->count++;
    if (slr_watch(slr_k.epoll, fd, EPOLLIN | EPOLLRDHUP, c->serial, 0) != 0) slr_drop_connection(share, c);
    else slr_arm(c->deadline);
  }
}

/* Who it is, by the system; and whether the policy is for such. */
SLR_FN int slr_identify(slr_share *share, slr_connection *c) {
  struct ucred peer;
  socklen_t length = sizeof peer;
  if (getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return errno;
  c->pid = (uint32_t)peer.pid;
  c->sameUser = peer.uid == geteuid();
  return share->access == SLR_ACCESS_USER && peer.uid != 0 && !c->sameUser ? EACCES : 0;
}

SLR_FN int slr_ask_register(slr_share *share, slr_connection *c, const slr_request *q, const int *fds, int *count, slr_reply *r) {
  if (c->op != 0 || q->strategy < SLR_SRP || q->strategy > SLR_FRP) return EINVAL;
  if (q->wakeMode > SLR_WAKE_BELL || q->wakeMode == SLR_WAKE_NOTIFY) return EINVAL;
  if (c->bells.in < 0 && !slr_take_bells(&c->bells, fds, *count, c->sameUser)) return EINVAL;
  *count = 0;
  c->strategy = q->strategy;
  c->wakeMode = q->wakeMode;
  int e = slr_claim(share->newest, c, &r->slot, &r->epoch);
  if (e) return e;
  c->op = SLR_OP_REGISTER;
  for (slr_area *one = slr_k.areas; one; one = one->next) {
    if (one->share == share) slr_watch(one->bells, c->bells.in, EPOLLIN | EPOLLET, c->serial, 0);
  }
  return 0;
}

/* Another area of the ring, and this connection's slot there: the one kept for it, or else one claimed now. */
SLR_FN int slr_ask_area(slr_share *share, slr_connection *c, const slr_request *q, slr_area **found, slr_reply *r) {
  slr_area *area = slr_k.areas;
  while (area && (area->share != share || area->id != q->ring)) area = area->next;
  *found = area;
  if (c->op == 0) return EINVAL;
  if (!area) return ENOENT;
  if (c->op == SLR_OP_OBSERVE) return 0;
  if (!slr_owned(area, c, &r->slot)) return slr_claim(area, c, &r->slot, &r->epoch);
  r->epoch = area->held[r->slot].epoch;
  return 0;
}

/* Fills in and sends what leads to an area. */
SLR_FN int slr_send_area(slr_connection *c, slr_reply *r, slr_area *area) {
  int fds[SLR_WIRE_FDS] = {area->a, c->op == SLR_OP_OBSERVE ? area->bReadonly : area->b};
  r->ring = area->id;
  r->sizeA = area->sizeA;
  r->sizeB = area->sizeB;
  return slr_send(c->fd, r, sizeof *r, fds, SLR_WIRE_FDS);
}

/* Tells a reader of a successor before it asks: so it can go on there even if we are dead by then. If its socket is
   full, it will have to ask. */
SLR_FN void slr_announce(slr_connection *c, slr_area *area) {
  slr_reply r;
  slr_begin_reply(&r, SLR_OP_AREA, 0);
  if (c->op != SLR_OP_REGISTER || !slr_owned(area, c, &r.slot)) return;
  r.epoch = area->held[r.slot].epoch;
  slr_send_area(c, &r, area);
}

/* One request. Whatever is not understood ends the connection. */
SLR_FN void slr_answer(slr_share *share, slr_connection *c) {
  slr_request q;
  slr_reply r;
  int fds[SLR_WIRE_FDS], count = 0;
  int e = slr_receive(c->fd, &q, sizeof q, fds, &count);
  if (e == -EAGAIN) return;
  if (e || q.magic != SLR_REQUEST_MAGIC) {
    while (count > 0) close(fds[--count]);
    slr_begin_reply(&r, 0, 0);
    r.status = EMFILE;
    if (e == -EMFILE) slr_send(c->fd, &r, sizeof r, NULL, 0);
    slr_drop_connection(share, c);
    return;
  }
  slr_begin_reply(&r, q.op, q.serial);
  slr_area *area = share->newest;
  int status = q.version != SLR_WIRE_VERSION ? EPROTONOSUPPORT : slr_identify(share, c);
  if (status == 0) {
    if (q.op == SLR_OP_REGISTER) status = slr_ask_register(share, c, &q, fds, &count, &r);
    else if (q.op == SLR_OP_AREA) status = slr_ask_area(share, c, &q, &area, &r);
    else if (q.op == SLR_OP_OBSERVE && c->op == 0) c->op = SLR_OP_OBSERVE;
    else status = EINVAL;
  }
  while (count > 0) close(fds[--count]);
  r.status = status;
  if (status == 0) c->deadline = 0;
  e = status == 0 ? slr_send_area(c, &r, area) : slr_send(c->fd, &r, sizeof r, NULL, 0);
  /* An area that has gone, or is full, is no reason to end a registration. */
  if (e || (status != 0 && !(q.op == SLR_OP_AREA && c->op != 0))) slr_drop_connection(share, c);
}

#endif
