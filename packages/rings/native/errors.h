// What the addon throws: an Error with the name of the system's error as `code` and its number as `errno`.
#pragma once
#include <napi.h>

struct ErrnoName {
  int number;
  const char *name;
};

inline const char *nameOfErrno(int number) {
  static const ErrnoName names[] = {
      {EPERM, "EPERM"},           {ENOENT, "ENOENT"},         {EINTR, "EINTR"},
      {EIO, "EIO"},               {EBADF, "EBADF"},           {EAGAIN, "EAGAIN"},
      {ENOMEM, "ENOMEM"},         {EACCES, "EACCES"},         {EBUSY, "EBUSY"},
      {EEXIST, "EEXIST"},         {ENOTDIR, "ENOTDIR"},       {EINVAL, "EINVAL"},
      {ENFILE, "ENFILE"},         {EMFILE, "EMFILE"},         {EFBIG, "EFBIG"},
      {ENOSPC, "ENOSPC"},         {EPIPE, "EPIPE"},           {EROFS, "EROFS"},
      {ENAMETOOLONG, "ENAMETOOLONG"}, {ENOSYS, "ENOSYS"},     {ELOOP, "ELOOP"},
      {EPROTO, "EPROTO"},         {EOVERFLOW, "EOVERFLOW"},   {EPROTONOSUPPORT, "EPROTONOSUPPORT"},
      {ENOTSOCK, "ENOTSOCK"},     {EADDRINUSE, "EADDRINUSE"}, {ECONNRESET, "ECONNRESET"},
      {ENOTCONN, "ENOTCONN"},     {ETIMEDOUT, "ETIMEDOUT"},   {ECONNREFUSED, "ECONNREFUSED"},
      {EALREADY, "EALREADY"},     {EISDIR, "EISDIR"},         {ESPIPE, "ESPIPE"},
  };
  for (const ErrnoName &one : names) {
    if (one.number == number) return one.name;
  }
  return "EUNKNOWN";
}

// `error` is an errno; below 0, too.
inline Napi::Error systemError(Napi::Env env, int error, const char *what) {
  int number = error < 0 ? -error : error;
  std::string message = std::string(nameOfErrno(number)) + ": " + strerror(number) + ", " + what;
  Napi::Error thrown = Napi::Error::New(env, message);
  thrown.Set("code", Napi::String::New(env, nameOfErrno(number)));
  thrown.Set("errno", Napi::Number::New(env, number));
  return thrown;
}

inline void check(Napi::Env env, int error, const char *what) {
  if (error < 0) throw systemError(env, error, what);
}
