// SPDX-License-Identifier: Apache-2.0
// Frames over Redis Streams (src/executor/redis is the other end): a control stream to this worker,
// one of reports from all. The worker is not given attempts but takes them, as it has slots, from
// the lanes that the server names; a claim that the server grants brings the Start. A carrier knows
// no frame from another, this one does: it counts slots by Hello, Start and Finished.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "redis/address.h"
#include "uplink/carrier.h"

namespace aiflow::uplink {

struct RedisCarrierOptions {
  redis::Address address;
  std::string worker_id;
};

class RedisCarrier final : public Carrier {
 public:
  RedisCarrier(const Clock& clock, RedisCarrierOptions options);
  ~RedisCarrier() override;

  void start(Events events) override;
  void send(std::string frame) override;
  void reconnect() override;
  void stop() override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aiflow::uplink
