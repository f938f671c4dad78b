// One end of one shared ring, as an object: class NativeArea of src/native/types.ts.
#pragma once
#include "streamline_share.h"

#include "bell.h"
#include "errors.h"
#include <set>

class Area;

// What belongs to one thread (environment): its open ends, which are closed when it ends.
struct Thread {
  Napi::FunctionReference constructor;
  std::set<Area *> open;
};

class Area : public Napi::ObjectWrap<Area> {
public:
  static Napi::Function define(Napi::Env env) {
    auto constants = static_cast<napi_property_attributes>(napi_default_method);
    return DefineClass(env, "NativeArea",
                       {
                           InstanceMethod<&Area::map>("map", constants),
                           InstanceMethod<&Area::serve>("serve", constants),
                           InstanceMethod<&Area::succeed>("succeed", constants),
                           InstanceMethod<&Area::successor>("successor", constants),
                           InstanceMethod<&Area::wakeReaders>("wakeReaders", constants),
                           InstanceMethod<&Area::wakeWriter>("wakeWriter", constants),
                           InstanceMethod<&Area::wait>("wait", constants),
                           InstanceMethod<&Area::wake>("wake", constants),
                           InstanceMethod<&Area::signalLater>("signalLater", constants),
                           InstanceMethod<&Area::onSignal>("onSignal", constants),
                           InstanceMethod<&Area::hold>("hold", constants),
                           InstanceMethod<&Area::evict>("evict", constants),
                           InstanceMethod<&Area::close>("close", constants),
                           InstanceAccessor<&Area::evictions>("evictions"),
                       });
  }

  // Takes `area`, and stays as long as it is open: a thread that forgets an end may still use its memory.
  static Napi::Object wrap(Napi::Env env, slr_area *area) {
    Thread *thread = env.GetInstanceData<Thread>();
    Napi::Object made;
    Area *self = nullptr;
    try {
      made = thread->constructor.New({Napi::External<slr_area>::New(env, area)});
      self = Unwrap(made);
      self->Ref();
    } catch (...) {
      // In a worker that is being terminated even making an object fails, or ends half way without saying so.
      if (self) self->area = nullptr;
      slr_share_close(area);
      throw;
    }
    thread->open.insert(self);
    return made;
  }

  explicit Area(const Napi::CallbackInfo &info) : Napi::ObjectWrap<Area>(info) {
    Napi::Env env = info.Env();
    if (info.Length() != 1 || !info[0].IsExternal()) throw Napi::TypeError::New(env, "NativeArea cannot be constructed");
    area = info[0].As<Napi::External<slr_area>>().Data();
    Napi::Object self = info.This().As<Napi::Object>();
    bool isProducer = area->role == SLR_PRODUCER;
    self.Set("role", isProducer ? "producer" : area->role == SLR_READER ? "reader" : "observer");
    self.Set("sizeA", static_cast<double>(area->sizeA));
    self.Set("sizeB", static_cast<double>(area->sizeB));
    self.Set("id", area->id);
    self.Set("slot", static_cast<int32_t>(area->slot));
    self.Set("epoch", static_cast<int32_t>(area->epoch));
    self.Set("pid", isProducer ? static_cast<uint32_t>(getpid()) : area->link->pid);
    self.Set("uid", isProducer ? static_cast<uint32_t>(geteuid()) : area->link->uid);
    Napi::Int32Array word = Napi::Int32Array::New(env, 1);
    self.Set("status", word);
    status = Napi::Persistent(word.As<Napi::Object>());
    if (isProducer) return;
    slr_lock();
    area->status = reinterpret_cast<uint32_t *>(word.Data());
    *area->status = static_cast<uint32_t>(area->link->dead);
    slr_unlock();
  }

  // The range of an arena that memory is to be mapped over. Kept alive until this is closed.
  static void *place(Napi::Env env, Napi::Value memory, Napi::Value at, uint64_t bytes) {
    napi_typedarray_type type;
    size_t length = 0;
    void *data = nullptr;
    napi_status got = napi_get_typedarray_info(env, memory, &type, &length, &data, nullptr, nullptr);
    double offset = at.IsNumber() ? at.As<Napi::Number>().DoubleValue() : -1;
    bool isInside = got == napi_ok && type == napi_uint8_array && offset >= 0 && offset + double(bytes) <= double(length);
    uint8_t *address = static_cast<uint8_t *>(data) + (isInside ? static_cast<size_t>(offset) : 0);
    if (!isInside || reinterpret_cast<uintptr_t>(address) % static_cast<size_t>(sysconf(_SC_PAGESIZE)) != 0) {
      throw systemError(env, EINVAL, "memory cannot be mapped there");
    }
    return address;
  }

  void keep(Napi::Value memory) { arena = Napi::Persistent(memory.As<Napi::Object>()); }

  // Also when the thread ends; then nothing of JavaScript may be called. `closed`: when the event loop knows.
  void shut(std::function<void()> closed = nullptr) {
    if (area == nullptr) return;
    if (bell) bell->close(closed);
    bell = nullptr;
    slr_share_close(area);
    area = nullptr;
  }
  bool isListening() const { return bell != nullptr; }

private:
  slr_area *live(Napi::Env env) {
    if (area == nullptr) throw systemError(env, EBADF, "this end is closed");
    return area;
  }

  static uint32_t number(const Napi::CallbackInfo &info, size_t i) {
    if (!info[i].IsNumber()) throw Napi::TypeError::New(info.Env(), "a number is missing");
    return info[i].As<Napi::Number>().Uint32Value();
  }

  // Words that are slept on lie inside the ring.
  uint32_t *word(const Napi::CallbackInfo &info) {
    uint32_t byte = number(info, 0);
    bool isInside = area->base && byte % 4 == 0 && byte + uint64_t(4) <= area->sizeA + area->sizeB;
    if (!isInside) throw systemError(info.Env(), EINVAL, "there is no such word");
    return slr_word(area->base, byte);
  }

  void map(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    live(env);
    check(env, slr_share_map(area, place(env, info[0], info[1], area->sizeA + area->sizeB)), "mapping a ring");
    keep(info[0]);
  }

  void serve(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    live(env);
    std::string name = info[0].ToString(), access = info[1].ToString();
    std::string dir = info[2].IsString() ? info[2].ToString().Utf8Value() : "";
    int policy = access == "user" ? SLR_ACCESS_USER : access == "group" ? SLR_ACCESS_GROUP : SLR_ACCESS_OTHER;
    if (policy == SLR_ACCESS_OTHER && access != "other") throw systemError(env, EINVAL, "no such policy");
    // A name with a zero byte inside would be another one to the system.
    if (name.find('\0') != std::string::npos) throw systemError(env, EINVAL, "serving a ring");
    check(env, slr_share_serve(area, dir.empty() ? nullptr : dir.c_str(), name.c_str(), policy), "serving a ring");
    Value().Set("id", area->id);
  }

  void succeed(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    live(env);
    Thread *thread = env.GetInstanceData<Thread>();
    bool isArea = info[0].IsObject() && info[0].As<Napi::Object>().InstanceOf(thread->constructor.Value());
    if (!isArea) throw systemError(env, EINVAL, "a NativeArea is missing");
    Area *next = Unwrap(info[0].As<Napi::Object>());
    check(env, slr_share_succeed(area, next->live(env)), "a successor");
    next->Value().Set("id", next->area->id);
  }

  Napi::Value successor(const Napi::CallbackInfo &info) {
    slr_area *next = nullptr;
    check(info.Env(), slr_share_successor(live(info.Env()), number(info, 0), &next), "asking for a successor");
    return wrap(info.Env(), next);
  }

  // What follows may come late, when the ring is closed already, and does nothing then.

  void wakeReaders(const Napi::CallbackInfo &info) {
    if (area && area->role == SLR_PRODUCER) slr_share_wake_readers(area, number(info, 0));
  }

  void wakeWriter(const Napi::CallbackInfo &) {
    if (area) slr_share_wake_writer(area);
  }

  void wait(const Napi::CallbackInfo &info) {
    if (!area) return;
    double ms = info[2].ToNumber().DoubleValue();
    // No thread that sleeps here can be terminated.
    double most = ms < 200 ? ms : 200;
    if (most > 0) slr_futex_wait(word(info), number(info, 1), static_cast<int64_t>(most * 1e6));
  }

  void wake(const Napi::CallbackInfo &info) {
    if (area) slr_futex_wake(word(info));
  }

  void signalLater(const Napi::CallbackInfo &info) {
    if (area && area->role == SLR_PRODUCER) slr_share_later(area, uint64_t(number(info, 0)) * 1000);
  }

  Napi::Value evict(const Napi::CallbackInfo &info) {
    bool done = area && slr_share_evict(area, number(info, 0), number(info, 1));
    return Napi::Boolean::New(info.Env(), done);
  }

  Napi::Value evictions(const Napi::CallbackInfo &info) {
    return Napi::Number::New(info.Env(), area ? slr_load(&area->evictions) : last);
  }

  void hold(const Napi::CallbackInfo &info) {
    isHeld = info[0].ToBoolean();
    if (bell) bell->hold(isHeld);
  }

  void onSignal(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    if (!info[0].IsFunction()) {
      if (bell) bell->close();
      bell = nullptr;
      return;
    }
    int fd = slr_share_bell(live(env));
    if (fd < 0) throw systemError(env, EINVAL, "this end cannot be woken");
    // Areas of one registration have one doorbell, and the loop watches a descriptor once.
    for (Area *other : env.GetInstanceData<Thread>()->open) {
      if (bell || !other->bell || other->bell->fd != fd) continue;
      bell = other->bell;
      other->bell = nullptr;
    }
    if (!bell) bell = Bell::make(env, fd);
    if (!bell) throw systemError(env, ENOMEM, "watching a doorbell");
    bell->heard = [this] { return area && slr_share_heard(area) == 0; };
    bell->hold(isHeld);
    bell->listen(info[0].As<Napi::Function>());
  }

  void close(const Napi::CallbackInfo &info) {
    if (area == nullptr) return;
    last = slr_load(&area->evictions);
    shut();
    arena.Reset();
    info.Env().GetInstanceData<Thread>()->open.erase(this);
    Unref();
  }

  slr_area *area = nullptr;
  Bell *bell = nullptr;
  bool isHeld = false;
  uint32_t last = 0;
  Napi::ObjectReference arena, status;
};
