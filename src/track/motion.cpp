// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "track/detail/motion.h"

namespace aiflow::track {
namespace {

// Standard deviations as shares of the box's height. A walking person moves at about 0.8 heights a
// second, so the first guess of the speed allows one height a second.
constexpr double kMeasured = 0.05;
constexpr double kSpeed = 1.0;
constexpr double kGrowth = 0.2;
constexpr double kSpeedChange = 0.5;
constexpr double kGrowthChange = 0.1;
constexpr double kSideMin = 1.0;  // pixels

AxisFilter::Noise place_noise(double height) {
  return {kMeasured * height, kSpeed * height, kSpeedChange * height};
}
AxisFilter::Noise size_noise(double height) {
  return {kMeasured * height, kGrowth * height, kGrowthChange * height};
}

}  // namespace

AxisFilter::AxisFilter(double value, const Noise& noise)
    : value_(value), p_vv_(noise.measured * noise.measured), p_rr_(noise.rate * noise.rate) {}

void AxisFilter::predict(double dt_s, double acceleration) {
  value_ += rate_ * dt_s;
  const double q = acceleration * acceleration;  // white noise acceleration, integrated over dt
  p_vv_ += dt_s * (2 * p_vr_ + dt_s * p_rr_) + q * dt_s * dt_s * dt_s / 3;
  p_vr_ += dt_s * p_rr_ + q * dt_s * dt_s / 2;
  p_rr_ += q * dt_s;
}

void AxisFilter::correct(double value, double measured_std) {
  const double total = p_vv_ + measured_std * measured_std;
  const double gain_value = p_vv_ / total;
  const double gain_rate = p_vr_ / total;
  const double error = value - value_;
  value_ += gain_value * error;
  rate_ += gain_rate * error;
  p_rr_ -= gain_rate * p_vr_;
  p_vr_ *= 1 - gain_value;
  p_vv_ *= 1 - gain_value;
}

Motion::Motion(const geometry::Box& box)
    : x_(box.centre().x, place_noise(std::max(box.h, kSideMin))),
      y_(box.centre().y, place_noise(std::max(box.h, kSideMin))),
      w_(box.w, size_noise(std::max(box.h, kSideMin))),
      h_(box.h, size_noise(std::max(box.h, kSideMin))) {}

void Motion::predict(double dt_s) {
  const double height = std::max(h_.value(), kSideMin);
  x_.predict(dt_s, kSpeedChange * height);
  y_.predict(dt_s, kSpeedChange * height);
  w_.predict(dt_s, kGrowthChange * height);
  h_.predict(dt_s, kGrowthChange * height);
}

void Motion::correct(const geometry::Box& measured) {
  const double std = kMeasured * std::max(measured.h, kSideMin);
  x_.correct(measured.centre().x, std);
  y_.correct(measured.centre().y, std);
  w_.correct(measured.w, std);
  h_.correct(measured.h, std);
}

void Motion::stop_growing() {
  w_.forget_rate();
  h_.forget_rate();
}

geometry::Box Motion::box() const {
  const double w = std::max(w_.value(), kSideMin);
  const double h = std::max(h_.value(), kSideMin);
  return {x_.value() - w / 2, y_.value() - h / 2, w, h};
}

}  // namespace aiflow::track
