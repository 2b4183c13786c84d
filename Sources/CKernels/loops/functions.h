// Elementary functions of vectors.

#define INLINE static inline __attribute__((always_inline))

/// The same number in each lane; taking 0 away is nothing to compute, while adding it would be (-0 + 0 is 0).
INLINE V splat(float x) { return x - (V){0}; }

/// a where the mask is set, b elsewhere.
INLINE V blend(VI mask, V a, V b) { return (V)((mask & (VI)a) | (~mask & (VI)b)); }

/// (e^r - 1 - r) / r^2 for |r| <= ln 2 / 2, by the polynomial of Cephes' expf (Moshier 1989).
INLINE V exponentialRest(V r) {
  V p = splat(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  return p * r + 5.0000001201e-1f;
}

/// e^(x + low), where low is far smaller than x, and the result a normal number.
INLINE V exponentialOfSum(V x, V low) {
  // Adding 1.5 * 2^23 rounds to a whole number, the n of x + low = n ln 2 + r.
  V n = ((x + low) * 1.44269504f + 12582912.0f) - 12582912.0f;
  V r = x - n * 0.693359375f + n * 2.12194440e-4f + low;
  VI exponent = (__builtin_convertvector(n, VI) + 127) << 23;
  return (exponentialRest(r) * (r * r) + r + 1.0f) * (V)exponent;
}

/// e^x to 2 units in the last place, with x limited to the range in which the result is a normal number; NaN stays.
INLINE V exponential(V x) {
  x = blend(x < -87.3f, splat(-87.3f), x);
  x = blend(x > 88.3f, splat(88.3f), x);
  return exponentialOfSum(x, splat(0));
}

/// tanh to 2 units in the last place: by Cephes' odd polynomial (Moshier 1989) near 0, by e^2|x| elsewhere.
INLINE V hyperbolicTangent(V x) {
  VI signBit = (VI)x & INT32_MIN;
  V magnitude = (V)((VI)x & INT32_MAX);
  V z = x * x;
  V p = splat(-5.70498872745e-3f);
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  V near = p * z * x + x;
  V far = 1.0f - 2.0f / (exponential(magnitude * 2.0f) + 1.0f);
  return blend(magnitude < 0.625f, near, (V)((VI)far | signBit));
}

/// 1 / (1 + e^-x).
INLINE V logistic(V x) { return 1.0f / (1.0f + exponential(-x)); }

/// e^x - 1, by the polynomial of `exponential` where the result is near 0.
INLINE V exponentialMinusOne(V x) {
  V near = exponentialRest(x) * (x * x) + x;
  return blend((VI)(x > -0.34657f) & (x < 0.34657f), near, exponential(x) - 1.0f);
}

/// |x|, but no more than leaves e^(-x^2 / 2) a normal number.
INLINE V limitedMagnitude(V x) {
  V magnitude = (V)((VI)x & INT32_MAX);
  return blend(magnitude > 13.2f, splat(13.2f), magnitude);
}

/// e^(-x^2 / 2) to 4 units in the last place: x is split so that the square of its higher part is exact.
INLINE V bell(V x) {
  V magnitude = limitedMagnitude(x), high = (V)((VI)magnitude & ~0xFFF);
  return exponentialOfSum(-0.5f * high * high, -0.5f * (magnitude - high) * (magnitude + high));
}

/// The normal distribution function, given `bell(x)`, with a relative error below 1e-6 in the lower tail as well. The
/// polynomial is by fit_normal_tail.py.
INLINE V normalDistribution(V x, V bell) {
  V t = 1.0f / (1.0f + 0.3f * limitedMagnitude(x));
  V p = splat(3.5423636679e-2f);
  p = p * t - 1.5615802571e-1f;
  p = p * t + 2.0455604207e-1f;
  p = p * t - 5.2033323642e-2f;
  p = p * t + 1.2769140222e-1f;
  p = p * t + 1.0017606011e-1f;
  p = p * t + 1.2071211821e-1f;
  p = p * t + 1.1963200840e-1f;
  V tail = p * t * bell;
  return blend(x > 0.0f, 1.0f - tail, tail);
}

/// The normal density, given `bell(x)`.
INLINE V normalDensity(V bell) { return 0.39894228040f * bell; }

/// x limited to a range, with NaN kept.
INLINE V limited(V x, float low, float high) {
  x = blend(x < low, splat(low), x);
  return blend(x > high, splat(high), x);
}

/// max(x, 0), with NaN kept.
INLINE V rectified(V x) { return blend(x < 0.0f, splat(0), x); }

/// The first `count` lanes, and 0 in the others.
INLINE V firstOf(V v, size_t count) {
  VI number;
  for (int i = 0; i < LANES; i++) number[i] = i;
  return (V)((VI)v & (number < (int32_t)count));
}

/// The next numbers of which `left` are left: a whole vector, or the last ones with `fill` beside them.
INLINE V loadUpTo(const float *p, size_t left, float fill) { return left >= LANES ? load(p) : loadPart(p, left, fill); }

/// Stores a whole vector, or the `left` numbers that are left.
INLINE void storeUpTo(float *p, V v, size_t left) {
  if (left >= LANES) store(p, v);
  else storePart(p, v, left);
}

/// Runs the statement after it for each vector, with `i` at its first element and `left` elements from there on.
#define FOR_VECTORS(count) for (size_t i = 0, left = (count); i < (count); i += LANES, left -= LANES)
