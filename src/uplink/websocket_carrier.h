// SPDX-License-Identifier: Apache-2.0
// Frames over a web socket that the worker opens to the server, so that it works from behind NAT
// and a firewall that lets out. A frame is one text message. Of several servers one leads, and the
// others refuse the connection: they are asked in turn until one takes it.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/secret.h"
#include "net/client.h"
#include "uplink/carrier.h"

namespace aiflow::uplink {

struct WebSocketCarrierOptions {
  std::vector<net::Endpoint> servers;  ///< tried in turn: one of them leads; not empty
  Secret credential;
  std::chrono::milliseconds reconnect_min{100};
  std::chrono::milliseconds reconnect_max{5'000};
  /// The one that is connected to now; from the carrier's thread, before connected().
  std::function<void(const net::Endpoint& server)> on_server{};
};

class WebSocketCarrier final : public Carrier {
 public:
  explicit WebSocketCarrier(WebSocketCarrierOptions options);
  ~WebSocketCarrier() override;

  void start(Events events) override;
  void send(std::string frame) override;
  void reconnect() override;
  void stop() override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aiflow::uplink
