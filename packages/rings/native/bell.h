// A descriptor that the event loop watches for one callback. In the addon, so that nothing lies between the system's
// event and the callback: what wakes a sleeping reader costs no hop between threads and no stream.
#pragma once
#include "loop.h"
#include <cstdlib>
#include <functional>
#include <napi.h>

class Bell {
public:
  // `heard` takes what has come; false: nothing will come any more. Made with the loop not held.
  static Bell *make(Napi::Env env, int fd) {
    uv_loop_s *loop = nullptr;
    if (napi_get_uv_event_loop(env, &loop) != napi_ok) return nullptr;
    Bell *bell = new Bell(env, fd);
    bell->poll = static_cast<uv_poll_s *>(std::calloc(1, uv_handle_size(UV_POLL_TYPE)));
    if (bell->poll == nullptr || uv_poll_init(loop, bell->poll, fd) != 0) {
      std::free(bell->poll);
      delete bell;
      return nullptr;
    }
    uv_handle_set_data(bell->handle(), bell);
    uv_unref(bell->handle());
    return bell;
  }

  const int fd;
  std::function<bool()> heard;

  void listen(Napi::Function callback) {
    call = Napi::Persistent(callback);
    uv_poll_start(poll, UV_READABLE_EVENT, onReady);
  }
  void hold(bool on) { on ? uv_ref(handle()) : uv_unref(handle()); }

  // Not used after this. `closed` is called when the loop has let go of it.
  void close(std::function<void()> closed = nullptr) {
    heard = nullptr;
    call.Reset();
    onClosed = closed;
    uv_close(handle(), [](uv_handle_s *closing) {
      Bell *bell = static_cast<Bell *>(uv_handle_get_data(closing));
      if (bell->onClosed) bell->onClosed();
      std::free(bell->poll);
      delete bell;
    });
  }

private:
  Bell(Napi::Env environment, int descriptor)
      : fd(descriptor), env(environment), context(environment, "streamline:bell") {}

  uv_handle_s *handle() { return reinterpret_cast<uv_handle_s *>(poll); }

  static void onReady(uv_poll_s *poll, int, int) {
    Bell *bell = static_cast<Bell *>(uv_handle_get_data(reinterpret_cast<uv_handle_s *>(poll)));
    // A dead descriptor stays readable.
    if (bell->heard && !bell->heard()) uv_poll_stop(poll);
    if (bell->call.IsEmpty()) return;
    Napi::HandleScope scope(bell->env);
    napi_value result, receiver = bell->env.Global();
    // So that promises settled by the callback go on at once.
    napi_status status = napi_make_callback(bell->env, bell->context, receiver, bell->call.Value(), 0, nullptr, &result);
    bool isThrown = false;
    if (status != napi_ok && napi_is_exception_pending(bell->env, &isThrown) == napi_ok && isThrown) {
      napi_value error;
      if (napi_get_and_clear_last_exception(bell->env, &error) == napi_ok) napi_fatal_exception(bell->env, error);
    }
  }

  Napi::Env env;
  Napi::AsyncContext context;
  Napi::FunctionReference call;
  uv_poll_s *poll = nullptr;
  std::function<void()> onClosed;
};
