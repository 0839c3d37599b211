// What a Node-API call costs at the least, in C++: the floor under every native function.
// The raw functions call Node-API by hand, the wrapped ones go through node-addon-api.
#include <napi.h>

#include <cstring>

namespace {

napi_value noop(napi_env, napi_callback_info) { return nullptr; }

napi_value add(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value given[2];
  double a = 0, b = 0;
  napi_get_cb_info(env, info, &count, given, nullptr, nullptr);
  napi_get_value_double(env, given[0], &a);
  napi_get_value_double(env, given[1], &b);
  napi_value sum;
  napi_create_double(env, a + b, &sum);
  return sum;
}

napi_value equal(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value given[2];
  void *a = nullptr, *b = nullptr;
  size_t aLength = 0, bLength = 0;
  napi_get_cb_info(env, info, &count, given, nullptr, nullptr);
  // Of the two that tell where a view's bytes are, the one that takes 8 ns and not 13.
  napi_get_typedarray_info(env, given[0], nullptr, &aLength, &a, nullptr, nullptr);
  napi_get_typedarray_info(env, given[1], nullptr, &bLength, &b, nullptr, nullptr);
  napi_value same;
  napi_get_boolean(env, aLength == bLength && std::memcmp(a, b, aLength) == 0, &same);
  return same;
}

napi_value textLength(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value given;
  char text[4096];
  size_t length = 0;
  napi_get_cb_info(env, info, &count, &given, nullptr, nullptr);
  napi_get_value_string_utf8(env, given, text, sizeof text, &length);
  napi_value result;
  napi_create_uint32(env, static_cast<uint32_t>(length), &result);
  return result;
}

napi_value sumFields(napi_env env, napi_callback_info info) {
  static const char* const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
  size_t count = 1;
  napi_value given;
  napi_get_cb_info(env, info, &count, &given, nullptr, nullptr);
  double sum = 0;
  for (const char* name : names) {
    napi_value field;
    double value = 0;
    napi_get_named_property(env, given, name, &field);
    napi_get_value_double(env, field, &value);
    sum += value;
  }
  napi_value result;
  napi_create_double(env, sum, &result);
  return result;
}

Napi::Value EqualWrapped(const Napi::CallbackInfo& info) {
  auto a = info[0].As<Napi::Uint8Array>();
  auto b = info[1].As<Napi::Uint8Array>();
  bool same = a.ByteLength() == b.ByteLength() && std::memcmp(a.Data(), b.Data(), a.ByteLength()) == 0;
  return Napi::Boolean::New(info.Env(), same);
}

class Later : public Napi::AsyncWorker {
 public:
  explicit Later(Napi::Env env) : Napi::AsyncWorker(env), deferred(env) {}
  Napi::Promise::Deferred deferred;
  void Execute() override {}
  void OnOK() override { deferred.Resolve(Napi::Boolean::New(Env(), true)); }
};

Napi::Value LaterCall(const Napi::CallbackInfo& info) {
  auto* work = new Later(info.Env());
  work->Queue();
  return work->deferred.Promise();
}

void put(Napi::Env env, Napi::Object exports, const char* name, napi_callback call) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, call, nullptr, &function);
  exports.Set(name, Napi::Value(env, function));
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  put(env, exports, "noop", noop);
  put(env, exports, "add", add);
  put(env, exports, "equal", equal);
  put(env, exports, "textLength", textLength);
  put(env, exports, "sumFields", sumFields);
  exports.Set("equalWrapped", Napi::Function::New(env, EqualWrapped));
  exports.Set("later", Napi::Function::New(env, LaterCall));
  return exports;
}

}  // namespace

NODE_API_MODULE(floor, Init)
