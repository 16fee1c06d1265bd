// SPDX-License-Identifier: Apache-2.0
// Kalman filter of a box with constant velocity. ByteTrack's noise is diagonal, so the eight-state
// filter falls apart into four independent ones (centre x and y, width, height), with dt in
// seconds.
#pragma once

#include "geometry/box.h"

namespace aiflow::track {

/// One number and its rate of change.
class AxisFilter {
 public:
  struct Noise {
    double measured;      ///< standard deviation of a measurement, pixels
    double rate;          ///< of the rate at the start, pixels/s
    double acceleration;  ///< of the unknown acceleration, pixels/s^2 * sqrt(s)
  };
  AxisFilter(double value, const Noise& noise);
  void predict(double dt_s, double acceleration);
  void correct(double value, double measured_std);
  void forget_rate() { rate_ = 0; }
  [[nodiscard]] double value() const { return value_; }

 private:
  double value_;
  double rate_ = 0;
  // Covariance of (value, rate); symmetric.
  double p_vv_;
  double p_vr_ = 0;
  double p_rr_;
};

class Motion {
 public:
  explicit Motion(const geometry::Box& box);
  /// Moves the box on by dt_s >= 0 seconds.
  void predict(double dt_s);
  void correct(const geometry::Box& measured);
  /// A lost object keeps walking but stops growing: a size trend of a half hidden box misleads.
  void stop_growing();
  [[nodiscard]] geometry::Box box() const;

 private:
  AxisFilter x_;
  AxisFilter y_;
  AxisFilter w_;
  AxisFilter h_;
};

}  // namespace aiflow::track
