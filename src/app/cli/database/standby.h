// SPDX-License-Identifier: Apache-2.0
// What a server on standby answers: who leads. Pages are sent on to the leader; everything else is
// refused with its name, the health page too, so that a load balancer sends nobody here.
#pragma once

#include <mutex>

#include "net/server.h"
#include "store/admin/lead.h"

namespace aiflow::app {

class StandbyHandler final : public net::Handler {
 public:
  /// Thread-safe.
  void set_leader(store::Leader leader);

  [[nodiscard]] std::variant<net::BodyRule, net::Response> admit(net::Request& request) override;
  void handle(net::Request request, net::Responder responder) override;
  [[nodiscard]] net::Response refuse(int status, std::string_view reason,
                                     std::string_view request_id) override;

 private:
  store::Leader leader();
  std::mutex mutex_;
  store::Leader leader_;  ///< guarded by mutex_
};

}  // namespace aiflow::app
