// Eight lanes and the elementary functions over them.

#define INLINE static inline __attribute__((always_inline))

typedef double V __attribute__((vector_size(64)));
typedef int64_t VI __attribute__((vector_size(64)));

#define LANES CDensitiesLanes

INLINE V load(const double *p) {
  V v;
  memcpy(&v, p, sizeof v);
  return v;
}
INLINE void store(double *p, V v) { memcpy(p, &v, sizeof v); }

/// The same number in each lane; taking 0 away is nothing to compute.
INLINE V splat(double x) { return x - (V){0}; }

/// a where the mask is set, b elsewhere.
INLINE V blend(VI mask, V a, V b) { return (V)((mask & (VI)a) | (~mask & (VI)b)); }

INLINE V greater(V a, V b) { return blend(a > b, a, b); }

INLINE V lesser(V a, V b) { return blend(a < b, a, b); }

/// a · b + c, rounded once: by one instruction where the machine has it, and slowly elsewhere.
INLINE V fused(V a, V b, V c) { return __builtin_elementwise_fma(a, b, c); }

INLINE V magnitude(V x) { return (V)((VI)x & INT64_MAX); }

/// Adding it leaves the nearest integer in the low bits.
#define ROUNDING 0x1.8p52

/// The polynomial of the coefficients c10 ... c2 and c1, with 1 for x⁰: the even and the odd powers side by side, since one
/// chain would wait for each of its products.
#define POLYNOMIAL_OF_10(x, c10, c9, c8, c7, c6, c5, c4, c3, c2, c1) \
  ({ \
    V square_ = (x) * (x); \
    V even_ = fused(square_, splat(c10), splat(c8)), odd_ = fused(square_, splat(c9), splat(c7)); \
    even_ = fused(even_, square_, splat(c6)); \
    odd_ = fused(odd_, square_, splat(c5)); \
    even_ = fused(even_, square_, splat(c4)); \
    odd_ = fused(odd_, square_, splat(c3)); \
    even_ = fused(even_, square_, splat(c2)); \
    odd_ = fused(odd_, square_, splat(c1)); \
    fused(even_, square_, fused(odd_, (x), splat(1))); \
  })

/// The nearest integer to x / ln 2, in the low bits, and e to the power of the rest: e^x = 2^exponent · power.
typedef struct {
  VI exponent;
  V power;
} Exponential;

/// To 5e-16 relative, by a polynomial for the rest; see fit_exponentials.py.
INLINE Exponential exponentialParts(V x) {
  V shifted = fused(x, splat(1.4426950408889634), splat(ROUNDING));
  V n = shifted - ROUNDING;
  V r = fused(n, splat(-1.90821492927058770002e-10), fused(n, splat(-0x1.62e42fee00000p-1), x));
  V power = POLYNOMIAL_OF_10(
      r, 2.7626357241447223e-07, 2.764018079620985e-06, 2.4801504346997686e-05, 0.00019841170270440067,
      0.0013888888932488599, 0.008333333385667782, 0.04166666666657314, 0.16666666666554406, 0.5000000000000006,
      1.0000000000000067);
  return (Exponential){(VI)shifted, power};
}

/// x · 2^n, with n in the low bits, where that is a normal number.
INLINE V scaled(V x, VI n) { return (V)((VI)x + (n << 52)); }

/// e^x for x <= 0, and 0 from about −700 on.
INLINE V exponential(V x) {
  Exponential e = exponentialParts(greater(x, splat(-700)));
  return scaled(e.power, e.exponent);
}

/// e^x for any x but NaN, also where it is less than the normal numbers are.
INLINE V exponentialOfAny(V x) {
  Exponential e = exponentialParts(lesser(greater(x, splat(-750)), splat(710)));
  // In two steps, since one may be too long for the exponent of a double.
  VI n = e.exponent - (VI)splat(ROUNDING), half = n >> 1;
  return scaled(e.power, half) * scaled(splat(1), n - half);
}

/// 2^x for x <= 0, to 5e-16 relative, and 0 from about −1000 on.
INLINE V powerOfTwo(V x) {
  x = greater(x, splat(-1000));
  V shifted = x + ROUNDING;
  V r = x - (shifted - ROUNDING);
  V power = POLYNOMIAL_OF_10(
      r, 7.072585949269223e-09, 1.0208690299958306e-07, 1.321544258792169e-06, 1.5252657260200837e-05,
      0.0001540353044173605, 0.0013333558230164974, 0.009618129107606888, 0.05550410866444772, 0.24022650695910097,
      0.69314718055995);
  return scaled(power, (VI)shifted);
}

/// ln x for normal x > 0: k ln 2 + ln m with m in √½...√2, by the series of 2 artanh s, s = (m − 1) / (m + 1).
INLINE V logarithm(V x) {
  VI bits = (VI)x;
  VI offset = bits - 0x3fe6a09e667f3bcd;
  VI k = offset >> 52;
  V m = (V)(bits - (k << 52));
  // The whole number k as a double, by the low bits of 1.5 · 2^52.
  V exponent = (V)(k + 0x4338000000000000) - 0x1.8p52;
  V s = (m - 1) / (m + 1);
  V z = s * s;
  V w = z * z;
  V even = fused(w, splat(2 / 23.0), splat(2 / 19.0));
  V odd = fused(w, splat(2 / 21.0), splat(2 / 17.0));
  even = fused(even, w, splat(2 / 15.0));
  odd = fused(odd, w, splat(2 / 13.0));
  even = fused(even, w, splat(2 / 11.0));
  odd = fused(odd, w, splat(2 / 9.0));
  even = fused(even, w, splat(2 / 7.0));
  odd = fused(odd, w, splat(2 / 5.0));
  V p = fused(fused(even, z, odd), z, splat(2 / 3.0));
  V rest = fused(p * z, s, exponent * 1.90821492927058770002e-10);
  return fused(exponent, splat(0x1.62e42fee00000p-1), fused(splat(2), s, rest));
}

/// Whether any lane of a mask is set.
INLINE int64_t any(VI mask) { return __builtin_reduce_or(mask); }
