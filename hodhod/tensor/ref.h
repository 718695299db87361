// SPDX-License-Identifier: Apache-2.0
// Shared ownership by a count inside the object (atomic, one word): used for storage and tape nodes only.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace hodhod {

// T derives from Counted<T> and provides `static void destroy(T*)`.
template <class T>
class Counted {
 public:
  Counted() = default;
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

  void retain() noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
  void drop() noexcept {
    if (count_.fetch_sub(1, std::memory_order_acq_rel) == 1) T::destroy(static_cast<T*>(this));
  }
  int64_t owners() const noexcept { return count_.load(std::memory_order_acquire); }

 protected:
  ~Counted() = default;

 private:
  std::atomic<int64_t> count_{0};
};

// How a Ref keeps and drops a T; specialised where T is incomplete.
template <class T>
struct Ownership {
  static void retain(T* object) noexcept { object->retain(); }
  static void drop(T* object) noexcept { object->drop(); }
};

template <class T>
class Ref {
 public:
  Ref() = default;
  explicit Ref(T* object) noexcept : object_(object) {
    if (object_) Ownership<T>::retain(object_);
  }
  Ref(const Ref& other) noexcept : Ref(other.object_) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_) Ownership<T>::drop(object_);
  }

  T* get() const noexcept { return object_; }
  T* operator->() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }

 private:
  T* object_ = nullptr;
};

}  // namespace hodhod
