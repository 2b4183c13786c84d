// Loops that round numbers to those of few bits, and the straight-through gradients of that.

/// The nearest whole number, halves to even, of a number of less than 2^22; of a larger one a number no smaller than that.
INLINE V wholeNumber(V x) {
  V near = limited(x, -0x1p22f, 0x1p22f);
  return (near + 0x1.8p23f) - 0x1.8p23f;
}

/// No step of weights is below it.
#define LEAST_STEP 0x1p-30f

INLINE V atLeast(V x, float least) { return blend(x > least, x, splat(least)); }

static void quantizeValues(const float *x, float step, float zero, size_t count, float *out) {
  V by = splat(step);
  MAP1(x, limited(wholeNumber(u / by), -zero, 255.0f - zero) * by)
}

static void quantizeValuesGradient(
    const float *upstream, const float *x, float step, float zero, size_t count, float *out) {
  V by = splat(step);
  FOR_VECTORS(count) {
    V g = loadUpTo(upstream + i, left, 0);
    V q = wholeNumber(loadUpTo(x + i, left, 0) / by);
    storeUpTo(out + i, (V)((VI)g & (q >= -zero) & (q <= 255.0f - zero)), left);
  }
}

/// A NaN of x need not reach the range: it reaches the loss, which ends the training.
static void movingRange(const float *range, const float *x, float momentum, size_t count, float *out) {
  V low = splat(x[0]), high = low;
  FOR_VECTORS(count) {
    V u = loadUpTo(x + i, left, x[0]);
    low = blend(u < low, u, low);
    high = blend(u > high, u, high);
  }
  out[0] = (1 - momentum) * range[0] - momentum * largestLane(-low);
  out[1] = (1 - momentum) * range[1] + momentum * largestLane(high);
}

/// Calls the statement for each vector of weights, `left` of which are left `at` their place, with the steps of its
/// elements: rows of one channel's elements, or rows of one element a channel.
#define FOR_WEIGHTS(call, steps, statement)                               \
  if ((call)->run == 1) {                                                 \
    for (size_t row = 0; row < (call)->repeats; row++) {                  \
      FOR_VECTORS((call)->channels) {                                     \
        V step = atLeast(loadUpTo((steps) + i, left, 1), LEAST_STEP);     \
        size_t at = row * (call)->channels + i;                           \
        statement                                                         \
      }                                                                   \
    }                                                                     \
  } else {                                                                \
    for (size_t row = 0; row < (call)->repeats * (call)->channels; row++) { \
      V step = atLeast(splat((steps)[row % (call)->channels]), LEAST_STEP); \
      FOR_VECTORS((call)->run) {                                          \
        size_t at = row * (call)->run + i;                                \
        statement                                                         \
      }                                                                   \
    }                                                                     \
  }

static void quantizeWeights(const CWeightChannels *call, const float *steps, float *out) {
  FOR_WEIGHTS(call, steps, {
    V q = wholeNumber(loadUpTo(call->weights + at, left, 0) / step);
    storeUpTo(out + at, limited(q, -call->limit, call->limit) * step, left);
  })
}

static void quantizeWeightsGradient(
    const CWeightChannels *call, const float *steps, const float *upstream, float *out) {
  FOR_WEIGHTS(call, steps, {
    V g = loadUpTo(upstream + at, left, 0);
    V q = wholeNumber(loadUpTo(call->weights + at, left, 0) / step);
    storeUpTo(out + at, (V)((VI)g & (q >= -call->limit) & (q <= call->limit)), left);
  })
}

/// What a weight says about its step.
INLINE V stepSlope(V weight, V step, float limit) {
  V v = weight / step;
  V q = wholeNumber(v);
  V outside = blend(v < 0.0f, splat(-limit), splat(limit));
  return blend((q < -limit) | (q > limit), outside, q - v);
}

static void quantizationStepsGradient(
    const CWeightChannels *call, const float *steps, const float *upstream, float factor, float *out) {
  if (call->run == 1) {
    FOR_VECTORS(call->channels) {
      V step = atLeast(loadUpTo(steps + i, left, 1), LEAST_STEP);
      V total = splat(0);
      for (size_t row = 0; row < call->repeats; row++) {
        size_t at = row * call->channels + i;
        total += loadUpTo(upstream + at, left, 0)
            * stepSlope(loadUpTo(call->weights + at, left, 0), step, call->limit);
      }
      storeUpTo(out + i, total * factor, left);
    }
    return;
  }
  for (size_t channel = 0; channel < call->channels; channel++) {
    V step = atLeast(splat(steps[channel]), LEAST_STEP);
    V total = splat(0);
    for (size_t row = 0; row < call->repeats; row++) {
      size_t start = (row * call->channels + channel) * call->run;
      FOR_VECTORS(call->run) {
        total += loadUpTo(upstream + start + i, left, 0)
            * stepSlope(loadUpTo(call->weights + start + i, left, 0), step, call->limit);
      }
    }
    out[channel] = sumOfLanes(total) * factor;
  }
}

INLINE V largerMagnitude(V a, V x) {
  V magnitude = (V)((VI)x & INT32_MAX);
  return blend(magnitude > a, magnitude, a);
}

static void weightExtents(const CWeightChannels *call, float *out) {
  if (call->run == 1) {
    FOR_VECTORS(call->channels) {
      V largest = splat(0);
      for (size_t row = 0; row < call->repeats; row++) {
        largest = largerMagnitude(largest, loadUpTo(call->weights + row * call->channels + i, left, 0));
      }
      storeUpTo(out + i, atLeast(largest / call->limit, LEAST_STEP), left);
    }
    return;
  }
  for (size_t channel = 0; channel < call->channels; channel++) {
    V largest = splat(0);
    for (size_t row = 0; row < call->repeats; row++) {
      size_t start = (row * call->channels + channel) * call->run;
      FOR_VECTORS(call->run) largest = largerMagnitude(largest, loadUpTo(call->weights + start + i, left, 0));
    }
    float extent = largestLane(largest) / call->limit;
    out[channel] = extent > LEAST_STEP ? extent : LEAST_STEP;
  }
}
