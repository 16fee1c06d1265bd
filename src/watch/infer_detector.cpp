// SPDX-License-Identifier: Apache-2.0
#include "watch/infer_detector.h"

#include <optional>

#include "infer/client.h"

namespace aiflow::watch {
namespace {

constexpr Duration kConnectMax = std::chrono::seconds(2);
constexpr Duration kAnswerMax = std::chrono::seconds(30);

class InferDetector final : public Detector {
 public:
  InferDetector(std::filesystem::path socket, const Clock& clock)
      : socket_(std::move(socket)), clock_(clock) {}

  Result<Detected> detect(const media::Frame& frame, double score_min) override {
    AIFLOW_TRY(connect());
    const media::Image& image = *frame.image;
    AIFLOW_ASSIGN(const auto view, infer::ImageView::make(image.bgr, image.width, image.height,
                                                          infer::ColourOrder::bgr));
    AIFLOW_ASSIGN(const auto answer,
                  client_->detect(view, score_min, Deadline::after(clock_, kAnswerMax)));
    Detected out;
    out.run = Duration(answer.run_us);
    out.queue = Duration(answer.queue_us);
    out.detections.reserve(answer.detections.size());
    for (const auto& d : answer.detections) {
      out.detections.push_back({{d.x, d.y, d.w, d.h}, d.score, d.label});
    }
    return out;
  }

 private:
  Status connect() {
    if (client_ && client_->usable()) return {};
    client_.reset();
    auto client = infer::Client::connect(socket_, clock_, Deadline::after(clock_, kConnectMax));
    if (!client) {
      // A service that is being started again has no socket for a moment.
      return fail(ErrorCode::unavailable,
                  "the detector does not answer: " + client.error().message);
    }
    client_.emplace(*std::move(client));
    return {};
  }

  std::filesystem::path socket_;
  const Clock& clock_;
  std::optional<infer::Client> client_;
};

}  // namespace

std::unique_ptr<Detector> make_infer_detector(std::filesystem::path socket, const Clock& clock) {
  return std::make_unique<InferDetector>(std::move(socket), clock);
}

}  // namespace aiflow::watch
