// Moving bytes between descriptors without a copy through this process: sendfile and splice of src/native/types.ts.
#pragma once
#include "errors.h"
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// One call that moves up to `length` bytes in a thread of libuv's pool. It gives the thread back after a fifth of a
// second at the latest, unless the system itself waits, for a disk or for a socket that blocks: nobody can take it away.
class Move : public Napi::AsyncWorker {
public:
  enum Way { sendfileWay, spliceWay };

  Move(Napi::Env env, Way how, int to, int from, off_t at, size_t bytes, int ms)
      : Napi::AsyncWorker(env), result(Napi::Promise::Deferred::New(env)), way(how), offset(at), length(bytes),
        patience(ms) {
    // Copies, since a descriptor may be closed, and its number be another's, while the thread works.
    target = fcntl(to, F_DUPFD_CLOEXEC, 3);
    source = target < 0 ? -1 : fcntl(from, F_DUPFD_CLOEXEC, 3);
    if (source < 0) error = errno;
    struct stat about;
    toPipe = source >= 0 && fstat(target, &about) == 0 && S_ISFIFO(about.st_mode);
  }
  ~Move() override {
    if (target >= 0) ::close(target);
    if (source >= 0) ::close(source);
  }

  void Execute() override {
    const double end = now() + 0.2;
    while (error == 0 && moved < length) {
      ssize_t n = once(length - moved);
      if (n > 0) moved += static_cast<size_t>(n);
      if (n == 0) {
        ended = true;
        return;
      }
      if (n < 0 && errno != EINTR && errno != EAGAIN) error = errno;
      if (n < 0 && errno == EAGAIN && !ready()) return;
      if (now() > end) return;
    }
  }

  void OnOK() override {
    // What was moved before an error counts; the error comes again.
    bool nothing = moved == 0 && !ended && length > 0;
    if (moved > 0 || error == 0) result.Resolve(Napi::Number::New(Env(), nothing ? -1 : static_cast<double>(moved)));
    else result.Reject(systemError(Env(), error, way == sendfileWay ? "sendfile" : "splice").Value());
  }

  Napi::Promise::Deferred result;

private:
  static double now() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return double(t.tv_sec) + double(t.tv_nsec) / 1e9;
  }

  ssize_t once(size_t bytes) {
    const unsigned flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK;
    if (way == spliceWay) return ::splice(source, nullptr, target, nullptr, bytes, flags);
    // A pipe may be one that blocks, such as a standard output; sendfile would then wait with it.
    if (toPipe) return ::splice(source, &offset, target, nullptr, bytes, flags);
    return ::sendfile(target, source, &offset, bytes);
  }

  // False: nothing can be moved for `patience` milliseconds.
  bool ready() {
    pollfd in = {source, POLLIN, 0}, out = {target, POLLOUT, 0};
    if (way == spliceWay && ::poll(&in, 1, patience) == 0) return false;
    return ::poll(&out, 1, patience) != 0;
  }

  const Way way;
  off_t offset;
  const size_t length;
  const int patience;
  int target = -1, source = -1, error = 0;
  size_t moved = 0;
  bool toPipe = false, ended = false;
};

inline Napi::Value moveBytes(const Napi::CallbackInfo &info, Move::Way way) {
  bool isSend = way == Move::sendfileWay;
  double offset = isSend ? info[2].ToNumber().DoubleValue() : 0, length = info[isSend ? 3 : 2].ToNumber().DoubleValue();
  if (!(offset >= 0 && offset < 9007199254740992.0 && length >= 0)) throw systemError(info.Env(), EINVAL, "moving bytes");
  // The system moves no more at once, either.
  size_t bytes = length < 0x7ffff000 ? static_cast<size_t>(length) : 0x7ffff000;
  int to = info[0].ToNumber().Int32Value(), from = info[1].ToNumber().Int32Value();
  int ms = info[isSend ? 4 : 3].ToNumber().Int32Value();
  Move *work = new Move(info.Env(), way, to, from, static_cast<off_t>(offset), bytes, ms < 0 ? 0 : ms > 100 ? 100 : ms);
  work->Queue();
  return work->result.Promise();
}
