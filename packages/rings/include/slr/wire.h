/* What the two sides of a registration say to each other (docs/reference/ring-sharing.md). Part of streamline_share.h. */
#ifndef SLR_WIRE_H
#define SLR_WIRE_H

#include "names.h"

enum { SLR_WIRE_VERSION = 1, SLR_OP_REGISTER = 1, SLR_OP_OBSERVE = 2, SLR_OP_AREA = 3 };
#define SLR_REQUEST_MAGIC 0x51524C53u /* SLRQ */
#define SLR_REPLY_MAGIC 0x50524C53u   /* SLRP */
#define SLR_NO_SLOT 0xFFFFFFFFu

typedef struct {
  uint32_t magic;
  uint16_t version, op;
  uint32_t strategy, wakeMode, ring, serial, reserved[2];
} slr_request; /* 32 bytes */

typedef struct {
  uint32_t magic;
  uint16_t version, op;
  int32_t status; /* 0 or an errno */
  uint32_t ring, slot, epoch;
  uint64_t sizeA, sizeB;
  uint32_t serial, reserved;
} slr_reply; /* 48 bytes */

enum { SLR_WIRE_FDS = 2 };

/* Sends one message with up to two descriptors; never waits, never raises SIGPIPE. */
SLR_FN int slr_send(int fd, const void *data, size_t bytes, const int *fds, int count) {
  union {
    struct cmsghdr align;
    char space[CMSG_SPACE(sizeof(int) * SLR_WIRE_FDS)];
  } control;
  struct iovec io = {(void *)(uintptr_t)data, bytes};
  struct msghdr m;
  memset(&m, 0, sizeof m);
  m.msg_iov = &io;
  m.msg_iovlen = 1;
  if (count > 0) {
    memset(&control, 0, sizeof control);
    m.msg_control = &control;
    m.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count);
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count);
    memcpy(CMSG_DATA(c), fds, sizeof(int) * (size_t)count);
  }
  ssize_t n;
  do n = sendmsg(fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  return n < 0 ? -errno : (size_t)n == bytes ? 0 : -EMSGSIZE;
}

/* Receives one message of exactly `bytes` with at most two descriptors, and closes those of any other: 0, -EAGAIN
   nothing yet, -ECONNRESET the end, -EMFILE not all descriptors could be had, -EPROTO anything else. */
SLR_FN int slr_receive(int fd, void *data, size_t bytes, int *fds, int *count) {
  union {
    struct cmsghdr align;
    char space[CMSG_SPACE(sizeof(int) * SLR_WIRE_FDS)];
  } control;
  struct iovec io = {data, bytes};
  struct msghdr m;
  memset(&m, 0, sizeof m);
  m.msg_iov = &io;
  m.msg_iovlen = 1;
  m.msg_control = &control;
  m.msg_controllen = sizeof control;
  *count = 0;
  ssize_t n;
  do n = recvmsg(fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  while (n < 0 && errno == EINTR);
  if (n < 0) return errno == EAGAIN ? -EAGAIN : -ECONNRESET;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    int some = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    for (int i = 0; i < some; i++) {
      int one;
      memcpy(&one, CMSG_DATA(c) + sizeof(int) * (size_t)i, sizeof one);
      if (*count < SLR_WIRE_FDS) fds[(*count)++] = one;
      else close(one);
    }
  }
  if (n > 0 && (size_t)n == bytes && !(m.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) return 0;
  while (*count > 0) close(fds[--*count]);
  return n == 0 ? -ECONNRESET : m.msg_flags & MSG_CTRUNC ? -EMFILE : -EPROTO;
}

#endif
