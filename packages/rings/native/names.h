// Directories of names: list, removeStale and nameOf of src/native/types.ts.
#pragma once
#include "area.h"

// Which directory, and whose.
struct Where {
  std::string dir;
  uid_t uid = geteuid();

  explicit Where(Napi::Value options) {
    if (!options.IsObject()) return;
    Napi::Value one = options.As<Napi::Object>().Get("dir"), owner = options.As<Napi::Object>().Get("uid");
    if (one.IsString()) dir = one.ToString().Utf8Value();
    if (owner.IsNumber()) uid = owner.As<Napi::Number>().Uint32Value();
  }
  const char *path() const { return dir.empty() ? nullptr : dir.c_str(); }
};

struct Listing {
  std::vector<std::pair<std::string, int>> names;
  static void tell(void *self, const char *name, int state) {
    static_cast<Listing *>(self)->names.emplace_back(name, state);
  }
};

inline Napi::Value listNames(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  Where where(info[0]);
  Listing found;
  check(env, slr_each_name(where.path(), where.uid, Listing::tell, &found, 0), "listing rings");
  Napi::Array result = Napi::Array::New(env);
  for (auto &[name, state] : found.names) {
    Napi::Object one = Napi::Object::New(env);
    one.Set("name", name);
    one.Set("state", state == ECONNREFUSED ? "stale" : state == EACCES ? "denied" : "alive");
    result.Set(result.Length(), one);
  }
  return result;
}

inline Napi::Value removeStale(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  std::string dir = info[0].IsString() ? info[0].ToString().Utf8Value() : "";
  Listing found;
  int e = slr_each_name(dir.empty() ? nullptr : dir.c_str(), geteuid(), Listing::tell, &found, 1);
  check(env, e, "removing stale rings");
  Napi::Array result = Napi::Array::New(env);
  for (auto &[name, state] : found.names) {
    if (state == ECONNREFUSED) result.Set(result.Length(), name);
  }
  return result;
}

inline Napi::Value nameOf(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  Where where(info[1]);
  char name[SLR_NAME_MAX + 2];
  int dir = slr_dir_open(where.path(), where.uid, 0);
  check(env, dir, "the name of a ring");
  int e = slr_name_of(dir, info[0].ToNumber().Uint32Value(), name);
  ::close(dir);
  check(env, e, "the name of a ring");
  return Napi::String::New(env, name);
}
