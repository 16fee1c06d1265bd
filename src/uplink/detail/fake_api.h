// SPDX-License-Identifier: Apache-2.0
// What a pack cache asks of the server's API, over a real socket, from folders of the test.
// For tests of src/uplink.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "net/server.h"
#include "os/file.h"
#include "os/temp_dir.h"
#include "runtime/pack.h"

namespace aiflow::uplink::detail {

class FakeApi final : public net::Handler {
 public:
  explicit FakeApi(std::filesystem::path socket) : socket_(std::move(socket)) { start(); }
  void start() {
    net::ServerOptions options;
    options.unix_socket = socket_;
    server_ = net::Server::start(options, *this).value();
  }
  void stop() { server_.reset(); }

  /// A pack with one file of this text, "data".
  std::string add_pack(const std::string& name, const std::string& text) {
    const auto folder = files_.path() / name;
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "data") << text;
    const auto manifest = runtime::seal_folder(folder, {.name = name,
                                                        .version = "1",
                                                        .engine = "none",
                                                        .plugin = "data",
                                                        .files = {},
                                                        .source = {"local", name, "1", "", ""},
                                                        .licence = "MIT",
                                                        .created_by = "test"})
                              .value();
    const std::string digest = runtime::digest_of(manifest).value;
    const std::scoped_lock lock(mutex_);
    packs_[name] = packs_[digest] = folder;
    return digest;
  }
  /// How the next requests for "data" are answered instead, one after the other.
  void answer_data(std::vector<int> statuses) {
    const std::scoped_lock lock(mutex_);
    statuses_ = std::move(statuses);
  }
  void deny(const std::string& token) {
    const std::scoped_lock lock(mutex_);
    denied_ = "Bearer " + token;
  }
  /// "data 0", "pack.json 0": files and offsets that were given, in order.
  std::vector<std::string> given() {
    const std::scoped_lock lock(mutex_);
    return given_;
  }

  std::variant<net::BodyRule, net::Response> admit(net::Request&) override {
    return net::BodyRule{};
  }
  void handle(net::Request request, net::Responder responder) override {
    std::move(responder).send(answer(request));
  }
  net::Response refuse(int status, std::string_view reason, std::string_view) override {
    return {.status = status, .body = std::string(reason)};
  }

 private:
  net::Response answer(const net::Request& request) {
    const std::scoped_lock lock(mutex_);
    constexpr std::string_view kBefore = "/api/v2/packs/";
    const auto name = net::percent_decode(
        request.path.substr(kBefore.size(), request.path.rfind('/') - kBefore.size()));
    const auto query = net::parse_query(request.query).value();  // path, offset
    const auto pack = packs_.find(name.value());
    if (pack == packs_.end()) return {.status = 404, .body = "{}"};
    if (denied_ == *request.header("authorization")) return {.status = 401, .body = "{}"};
    const auto path = query.at(0).second;
    if (path == "data" && !statuses_.empty()) {
      const int status = statuses_.front();
      statuses_.erase(statuses_.begin());
      return {.status = status, .body = "{}"};
    }
    const auto offset = std::stoul(query.at(1).second);
    const auto text = os::read_file(pack->second / path, 1 << 20).value();
    given_.push_back(path + " " + std::to_string(offset));
    return {.body = text.substr(std::min(offset, text.size()), 1000)};
  }

  const std::filesystem::path socket_;
  os::TempDir files_ = os::TempDir::create("fake-api").value();
  std::mutex mutex_;
  std::map<std::string, std::filesystem::path> packs_;
  std::vector<int> statuses_;
  std::string denied_;
  std::vector<std::string> given_;
  std::unique_ptr<net::Server> server_;
};

}  // namespace aiflow::uplink::detail
