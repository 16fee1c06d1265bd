// SPDX-License-Identifier: Apache-2.0
// Frames over a web socket that the worker opens to the server, so that it works from behind NAT
// and a firewall that lets out. A frame is one text message.
#pragma once

#include <memory>

#include "base/secret.h"
#include "net/client.h"
#include "uplink/carrier.h"

namespace aiflow::uplink {

struct WebSocketCarrierOptions {
  net::Endpoint server;
  Secret credential;
  std::chrono::milliseconds reconnect_min{100};
  std::chrono::milliseconds reconnect_max{5'000};
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
