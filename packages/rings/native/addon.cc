// The native addon of @netstreamline/rings. Its interface is src/native/types.ts; what it does stands in
// include/streamline_share.h. Built by build-native.mjs.
#include "area.h"
#include "files.h"
#include "names.h"

static Napi::Value create(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  double sizeA = info[2].ToNumber().DoubleValue(), sizeB = info[3].ToNumber().DoubleValue();
  bool isPossible = sizeA > 0 && sizeA <= double(SLR_MAX_BYTES) && sizeB > 0 && sizeB <= double(SLR_MAX_TABLE);
  if (!isPossible) throw systemError(env, EINVAL, "a ring of this size");
  std::string label = info[4].ToString();
  slr_area *area = nullptr;
  uint64_t a = static_cast<uint64_t>(sizeA), b = static_cast<uint64_t>(sizeB);
  void *at = Area::place(env, info[0], info[1], a + b);
  check(env, slr_share_create(&area, label.c_str(), a, b, at), "memory for a ring");
  Napi::Object made = Area::wrap(env, area);
  Area::Unwrap(made)->keep(info[0]);
  return made;
}

static Napi::Value open(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  std::string name = info[0].ToString();
  Where where(info[1]);
  slr_open_options how = {where.path(), &where.uid, 0, SLR_WAKE_FUTEX, 0, 0};
  if (info[1].IsObject()) {
    Napi::Object options = info[1].As<Napi::Object>();
    if (options.Get("strategy").IsNumber()) how.strategy = options.Get("strategy").ToNumber();
    if (options.Get("wakeMode").IsNumber()) how.wakeMode = options.Get("wakeMode").ToNumber();
    how.observe = options.Get("observe").ToBoolean();
  }
  slr_area *area = nullptr;
  int e = name.find('\0') == std::string::npos ? slr_share_open(&area, name.c_str(), &how) : -ENOENT;
  check(env, e, "opening a ring");
  return Area::wrap(env, area);
}

static Napi::Value sendFile(const Napi::CallbackInfo &info) { return moveBytes(info, Move::sendfileWay); }
static Napi::Value spliceFile(const Napi::CallbackInfo &info) { return moveBytes(info, Move::spliceWay); }

// The thread ends: close what it has not closed. The event loop turns until the last doorbell is gone.
static void endThread(napi_async_cleanup_hook_handle hook, void *data) {
  Thread *thread = static_cast<Thread *>(data);
  int *left = new int(1);
  auto closed = [left, hook] {
    if (--*left > 0) return;
    delete left;
    napi_remove_async_cleanup_hook(hook);
  };
  for (Area *area : thread->open) {
    if (area->isListening()) ++*left;
    area->shut(closed);
  }
  thread->open.clear();
  closed();
}

static Napi::Object init(Napi::Env env, Napi::Object exports) {
  Thread *thread = new Thread;
  thread->constructor = Napi::Persistent(Area::define(env));
  env.SetInstanceData(thread);
  napi_add_async_cleanup_hook(env, endThread, thread, nullptr);
  exports.Set("pageSize", static_cast<double>(sysconf(_SC_PAGESIZE)));
  exports.Set("create", Napi::Function::New<create>(env, "create"));
  exports.Set("open", Napi::Function::New<open>(env, "open"));
  exports.Set("nameOf", Napi::Function::New<nameOf>(env, "nameOf"));
  exports.Set("list", Napi::Function::New<listNames>(env, "list"));
  exports.Set("removeStale", Napi::Function::New<removeStale>(env, "removeStale"));
  exports.Set("sendfile", Napi::Function::New<sendFile>(env, "sendfile"));
  exports.Set("splice", Napi::Function::New<spliceFile>(env, "splice"));
  return exports;
}

NODE_API_MODULE(rings, init)
