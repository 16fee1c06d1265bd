// SPDX-License-Identifier: Apache-2.0
// Answers a client whose request nobody reads, and lets it finish: a close with bytes unread would
// reset the connection, and the client might see that in place of the answer. Private to src/net.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <functional>

#include "net/server.h"

namespace aiflow::net::detail {

/// Sends status, content_type and body. `on_end` is called when the connection is closed: by the
/// client, or after a limit.
void turn_away(boost::asio::generic::stream_protocol::socket client, const Response& answer,
               std::function<void()> on_end);

}  // namespace aiflow::net::detail
