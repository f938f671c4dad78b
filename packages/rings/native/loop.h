// The part of libuv that is used here. Node exports it; its ABI is stable within libuv 1. No header of it is needed,
// since handles are allocated by the size that libuv states.
#pragma once
#include <node_api.h>

extern "C" {
struct uv_handle_s;
struct uv_poll_s;
int uv_poll_init(uv_loop_s *, uv_poll_s *, int fd);
int uv_poll_start(uv_poll_s *, int events, void (*)(uv_poll_s *, int status, int events));
int uv_poll_stop(uv_poll_s *);
void uv_close(uv_handle_s *, void (*)(uv_handle_s *));
void uv_ref(uv_handle_s *);
void uv_unref(uv_handle_s *);
void *uv_handle_get_data(const uv_handle_s *);
void uv_handle_set_data(uv_handle_s *, void *);
size_t uv_handle_size(int type);
}

enum { UV_POLL_TYPE = 8, UV_READABLE_EVENT = 1 };
