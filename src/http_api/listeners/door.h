// SPDX-License-Identifier: Apache-2.0
// What stands before the API where workers have a listener of their own: each listener lets in
// what belongs there and refuses the rest, so that neither crowd can use up what is the other's.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "net/server.h"

namespace aiflow::http_api {

class Door final : public net::Handler {
 public:
  /// people - all but what workers elsewhere and their tasks ask for. workers - that, and how the
  /// server is; a Unix socket's peers, who are of this machine, may ask for all there.
  enum class Side { people, workers };

  /// `behind` must outlive it. `elsewhere` - the address of the workers' listener, which those who
  /// ask the other one are told.
  Door(net::Handler& behind, Side side, std::string elsewhere = "")
      : behind_(behind), side_(side), elsewhere_(std::move(elsewhere)) {}

  [[nodiscard]] Lane lane(const net::Request& request) const override {
    return behind_.lane(request);
  }
  /// 421 for who is wrong here.
  [[nodiscard]] std::variant<net::BodyRule, net::Response> admit(net::Request& request) override;
  void handle(net::Request request, net::Responder responder) override;
  [[nodiscard]] net::Response refuse(int status, std::string_view reason,
                                     std::string_view request_id) override {
    return behind_.refuse(status, reason, request_id);
  }

 private:
  [[nodiscard]] bool lets_in(const net::Request& request) const;

  net::Handler& behind_;
  const Side side_;
  const std::string elsewhere_;
};

}  // namespace aiflow::http_api
