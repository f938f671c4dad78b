/* Rings between processes: memory, names, registration, waking (docs/reference/ring-sharing.md). Header only; C99 with
   GNU extensions or C++, Linux 5.1 or later. Include it in one file of a program, before any other header. Link with
   -pthread where the C library still asks for it.

   slr_share_create, _serve, _succeed, _wake_readers, _later, _evict     the producer
   slr_share_open, _map, _successor, _dead                               readers and observers
   slr_share_wake_writer, _bell, _heard, _close; slr_futex_wait          both
   slr_each_name, slr_name_of                                            names

   Functions return 0 or a negative errno. An area belongs to the thread that has made it; a process may have many. */
#ifndef STREAMLINE_SHARE_H
#define STREAMLINE_SHARE_H

#include "slr/ends.h"

#endif
