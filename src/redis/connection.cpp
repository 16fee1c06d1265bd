// SPDX-License-Identifier: Apache-2.0
#include "redis/connection.h"

#include <hiredis/hiredis.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>

#include "os/file.h"
#include "redis/detail/tls.h"

namespace aiflow::redis {
namespace {

constexpr Duration kPauseMin = std::chrono::milliseconds(100);
constexpr Duration kPauseMax = std::chrono::seconds(5);
/// No command of ours is answered later (blocking reads wait for at most a second).
constexpr Duration kSilenceMax = std::chrono::seconds(5);
constexpr Duration kLookEvery = std::chrono::seconds(1);
constexpr std::size_t kUnsentBytesMax = 64U << 20;
/// Of one reply: what a reader asks for is bounded, but not what a foreign server answers.
constexpr std::size_t kReplyBytesMax = 256U << 20;

struct FreeContext {
  void operator()(redisContext* context) const { redisFree(context); }
};
struct FreeReader {
  void operator()(redisReader* reader) const { redisReaderFree(reader); }
};
struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};

Reply to_reply(const redisReply& raw) {
  Reply reply;
  switch (raw.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      reply.kind = Reply::Kind::text;
      reply.text.assign(raw.str, raw.len);
      break;
    case REDIS_REPLY_ERROR:
      reply.kind = Reply::Kind::error;
      reply.text.assign(raw.str, raw.len);
      break;
    case REDIS_REPLY_INTEGER:
      reply.kind = Reply::Kind::integer;
      reply.integer = raw.integer;
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = Reply::Kind::list;
      reply.items.reserve(raw.elements);
      for (std::size_t i = 0; i < raw.elements; ++i)
        reply.items.push_back(to_reply(*raw.element[i]));
      break;
    default: break;
  }
  return reply;
}

/// The next whole reply of a reader, nullopt when more bytes are needed.
Result<std::optional<Reply>> next_reply(redisReader* reader) {
  void* raw = nullptr;
  if (redisReaderGetReply(reader, &raw) != REDIS_OK) {
    return fail(ErrorCode::corrupt, "the answer is none of Redis");
  }
  if (raw == nullptr) return std::optional<Reply>();
  const std::unique_ptr<redisReply, FreeReply> owned(static_cast<redisReply*>(raw));
  return std::optional(to_reply(*owned));
}

}  // namespace

std::string encode(const Command& command) {
  std::string out = "*" + std::to_string(command.size()) + "\r\n";
  for (const std::string& word : command) {
    out += "$" + std::to_string(word.size()) + "\r\n";
    out += word;
    out += "\r\n";
  }
  return out;
}

Result<std::vector<Reply>> parse_replies(std::string_view bytes) {
  const std::unique_ptr<redisReader, FreeReader> reader(redisReaderCreate());
  redisReaderFeed(reader.get(), bytes.data(), bytes.size());
  std::vector<Reply> all;
  while (true) {
    AIFLOW_ASSIGN(auto reply, next_reply(reader.get()));
    if (!reply) return all;
    all.push_back(*std::move(reply));
  }
}

struct Connection::Impl {
  Impl(const Clock& real_clock, os::EventLoop& on, const Address& to, Events tell)
      : clock(real_clock), loop(on), address(to), events(std::move(tell)) {}

  void connect();
  void greet();
  void greeted(const Reply& reply);
  void on_ready();
  void read();
  void flush();
  void look();
  void lose(const Error& why);
  void fed(std::string_view bytes);
  void push(const Command& command, Answer answer);
  void write(const Command& command);
  void shake_hands();

  const Clock& clock;
  os::EventLoop& loop;
  const Address& address;
  const Events events;
  std::unique_ptr<redisContext, FreeContext> context;
  std::unique_ptr<detail::Tls> tls;
  bool is_connected = false;  ///< TCP
  bool is_up = false;         ///< logged in
  std::string unsent;
  bool flush_is_due = false;
  bool waits_to_write = false;
  std::size_t fed_bytes = 0;  ///< since the last whole reply
  std::deque<Answer> answers;
  SteadyTime heard{};
  Duration pause = kPauseMin;
  std::optional<Error> lost;  ///< to be told once no callback runs
  os::EventLoop::TimerId timer = 0, flush_timer = 0, look_timer = 0;
};

Connection::Connection(const Clock& clock, os::EventLoop& loop, const Address& address,
                       Events events)
    : impl_(std::make_unique<Impl>(clock, loop, address, std::move(events))) {
  impl_->timer = loop.after({}, [impl = impl_.get()] { impl->connect(); });
  impl_->look();
}

Connection::~Connection() {
  for (const auto timer : {impl_->timer, impl_->flush_timer, impl_->look_timer}) {
    impl_->loop.cancel(timer);
  }
  if (impl_->context) impl_->loop.unwatch(impl_->context->fd);
}

void Connection::call(const Command& command, Answer answer) {
  if (impl_->is_up && !impl_->lost) impl_->push(command, std::move(answer));
}
void Connection::send(const Command& command) {
  if (impl_->is_up && !impl_->lost) impl_->write(command);
}
bool Connection::is_up() const { return impl_->is_up && !impl_->lost; }
void Connection::drop(const Error& why) {
  if (impl_->context) impl_->lose(why);
}

void Connection::Impl::connect() {
  lost.reset();
  context.reset(redisConnectNonBlock(address.host.c_str(), address.port));
  if (!context || context->err != 0 || context->fd < 0) {
    context.reset();
    return lose({ErrorCode::unavailable, "it is not reached"});
  }
  heard = clock.steady_now();
  waits_to_write = true;
  loop.watch(context->fd, {.read = true, .write = true}, [this] { on_ready(); });
}

void Connection::Impl::on_ready() {
  if (lost) return;
  if (!is_connected) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(context->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return lose(os::error_from_errno(error, "connect"));
    is_connected = true;
    if (address.tls) {
      shake_hands();
    } else {
      greet();
    }
  }
  read();
  if (!lost) flush();
}

void Connection::Impl::shake_hands() {
  auto made = detail::Tls::create(address);
  if (!made) return lose(made.error());
  tls = *std::move(made);
  if (Status begun = tls->shake_hands(); !begun) return lose(begun.error());
  unsent += tls->out();
}

/// PING shows that a server which is loading its files, or wants a password, is not ready.
void Connection::Impl::greet() {
  if (address.password) {
    Command login = {"AUTH"};
    if (!address.user.empty()) login.push_back(address.user);
    login.emplace_back(address.password->reveal());
    push(login, [this](const Reply& reply) {
      if (reply.is_error()) lose({ErrorCode::denied, "it refuses the login"});
    });
  }
  if (address.db != 0) {
    push({"SELECT", std::to_string(address.db)}, [this](const Reply& reply) {
      if (reply.is_error()) lose({ErrorCode::not_found, "it has no such database"});
    });
  }
  push({"PING"}, [this](const Reply& reply) { greeted(reply); });
}

void Connection::Impl::greeted(const Reply& reply) {
  if (reply.is_error()) {
    const bool wants_login = reply.text.starts_with("NOAUTH");
    return lose({wants_login ? ErrorCode::denied : ErrorCode::unavailable,
                 wants_login ? "it wants a password" : reply.text.substr(0, 200)});
  }
  is_up = true;
  pause = kPauseMin;
  events.up();
}

void Connection::Impl::read() {
  std::array<char, 65'536> buffer;
  while (!lost) {
    const ssize_t got = ::recv(context->fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (got <= 0) return lose({ErrorCode::unavailable, "it closed the connection"});
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    if (!tls) {
      fed(bytes);
      continue;
    }
    const bool was_done = tls->is_done();
    std::string plain;
    Status taken = tls->take(bytes, plain);
    unsent += tls->out();
    if (!was_done && tls->is_done()) greet();
    fed(plain);
    if (!taken) return lose(taken.error());
  }
}

void Connection::Impl::fed(std::string_view bytes) {
  fed_bytes += bytes.size();
  redisReaderFeed(context->reader, bytes.data(), bytes.size());
  while (!lost) {
    auto reply = next_reply(context->reader);
    if (!reply) return lose(reply.error());
    if (!*reply) break;
    fed_bytes = 0;
    heard = clock.steady_now();
    if (answers.empty()) {
      if (!events.pushed) return lose({ErrorCode::corrupt, "it answers what was not asked"});
      events.pushed(**reply);
      continue;
    }
    const Answer answer = std::move(answers.front());
    answers.pop_front();
    if (answer) answer(**reply);
  }
  if (fed_bytes > kReplyBytesMax) lose({ErrorCode::corrupt, "an answer is too long"});
}

void Connection::Impl::push(const Command& command, Answer answer) {
  if (answers.empty()) heard = clock.steady_now();
  answers.push_back(std::move(answer));
  write(command);
}

void Connection::Impl::write(const Command& command) {
  if (!tls) {
    unsent += encode(command);
  } else {
    if (Status put = tls->put(encode(command)); !put) return lose(put.error());
    unsent += tls->out();
  }
  if (unsent.size() > kUnsentBytesMax) {
    return lose({ErrorCode::unavailable, "it does not take what waits for it"});
  }
  if (flush_is_due || waits_to_write) return;
  // All commands of one turn of the loop leave together.
  flush_is_due = true;
  flush_timer = loop.after({}, [this] {
    flush_is_due = false;
    if (!lost) flush();
  });
}

void Connection::Impl::flush() {
  std::size_t done = 0;
  while (done < unsent.size()) {
    const ssize_t sent = ::send(context->fd, unsent.data() + done, unsent.size() - done,
                                MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (sent < 0) return lose(os::error_from_errno(errno, "send"));
    done += static_cast<std::size_t>(sent);
  }
  unsent.erase(0, done);
  const bool waits = !unsent.empty();
  if (std::exchange(waits_to_write, waits) != waits) {
    loop.change(context->fd, {.read = true, .write = waits});
  }
}

void Connection::Impl::look() {
  const bool waits = context && !lost && (!is_up || !answers.empty());
  if (waits && clock.steady_now() - heard > kSilenceMax) {
    lose({ErrorCode::timeout, "it does not answer"});
  }
  look_timer = loop.after(kLookEvery, [this] { look(); });
}

/// Told from the loop, so that nobody loses it in the middle of a callback.
void Connection::Impl::lose(const Error& why) {
  if (lost) return;
  lost = why;
  is_up = false;
  timer = loop.after({}, [this] {
    if (context) loop.unwatch(context->fd);
    context.reset();
    tls.reset();
    loop.cancel(flush_timer);
    flush_is_due = waits_to_write = is_connected = false;
    unsent.clear();
    fed_bytes = 0;
    answers.clear();
    timer = loop.after(pause, [this] { connect(); });
    pause = std::min(2 * pause, kPauseMax);
    events.down(*lost);
  });
}

}  // namespace aiflow::redis
