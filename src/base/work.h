#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace vigie {

/// One thing to do later: a move-only `void()`.
class Work {
 public:
  Work() = default;
  template <class F>
  requires(!std::same_as<std::remove_cvref_t<F>, Work> && std::invocable<F&>) Work(F&& f)
      : held_(std::make_unique<Held<std::decay_t<F>>>(std::forward<F>(f))) {}  // NOLINT

  explicit operator bool() const { return held_ != nullptr; }
  void operator()() { held_->call(); }

 private:
  struct Callable {
    virtual ~Callable() = default;
    virtual void call() = 0;
  };
  template <class F>
  struct Held final : Callable {
    explicit Held(F f) : f_(std::move(f)) {}
    void call() override { f_(); }
    F f_;
  };
  std::unique_ptr<Callable> held_;
};

}  // namespace vigie
