// The loops of CDensities.h, in the instructions of the file that includes this.

#define INLINE static inline __attribute__((always_inline))

typedef double V __attribute__((vector_size(64)));
typedef int64_t VI __attribute__((vector_size(64)));

#define LANES CDensitiesLanes
#define BLOCK CDensitiesBlock

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

/// e^x for x <= 0, to 3e-16 relative, and 0 from about −700 on: 2^n e^r with n the nearest integer to x / ln 2 and the
/// Taylor series of the rest, |r| <= ln 2 / 2.
INLINE V exponential(V x) {
  x = greater(x, splat(-700));
  // Adding 1.5 · 2^52 leaves the nearest integer in the low bits.
  const double shift = 0x1.8p52;
  V shifted = x * 1.4426950408889634 + shift;
  V n = shifted - shift;
  V r = (x - n * 0x1.62e42fee00000p-1) - n * 1.90821492927058770002e-10;
  // The even and the odd powers side by side, since one polynomial would wait for each of its products.
  V z = r * r;
  V even = z * (1 / 479001600.0) + 1 / 3628800.0;
  V odd = z * (1 / 39916800.0) + 1 / 362880.0;
  even = even * z + 1 / 40320.0;
  odd = odd * z + 1 / 5040.0;
  even = even * z + 1 / 720.0;
  odd = odd * z + 1 / 120.0;
  even = even * z + 1 / 24.0;
  odd = odd * z + 1 / 6.0;
  V p = (even * z + 0.5) * z + odd * (z * r) + r + 1;
  VI exponent = (VI)shifted - 0x4338000000000000;
  return p * (V)((exponent + 1023) << 52);
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
  V even = w * (2 / 23.0) + 2 / 19.0;
  V odd = w * (2 / 21.0) + 2 / 17.0;
  even = even * w + 2 / 15.0;
  odd = odd * w + 2 / 13.0;
  even = even * w + 2 / 11.0;
  odd = odd * w + 2 / 9.0;
  even = even * w + 2 / 7.0;
  odd = odd * w + 2 / 5.0;
  V p = even * z + odd;
  p = p * z + 2 / 3.0;
  V rest = p * z * s + exponent * 1.90821492927058770002e-10;
  return exponent * 0x1.62e42fee00000p-1 + (2 * s + rest);
}

/// Whether any lane of a mask is set.
INLINE int64_t any(VI mask) { return __builtin_reduce_or(mask); }

/// e^(x²) erfc(x) for 0 <= x < 1e150, to 1e-15 relative: a polynomial in (x − 3) / (x + 3) over 1 + 2 x, see fit_scaled_tail.py.
INLINE V scaledTail(V x) {
  V divisor = 1 + 2 * x, sum = x + 3;
  V inverse = 1 / (sum * divisor);
  V t = (x - 3) * (divisor * inverse);
  // Four polynomials in t⁴ side by side, since one would wait for each of its products.
  V t2 = t * t, t4 = t2 * t2;
  V p = t4 * 2.9000869615336876e-08 + 3.404078964515661e-07;
  V q = t4 * -7.639788125716223e-09 + -5.963733988759193e-07;
  V r = t4 * -3.3911788566955877e-09 + -1.232970488909783e-07;
  V s = t4 * 8.764754881831646e-08 + 3.454263878410675e-06;
  p = p * t4 + 4.945791723076135e-06;
  q = q * t4 + -2.008997446006541e-05;
  r = r * t4 + -7.218909408251873e-07;
  s = s * t4 + 0.0001250952996349254;
  p = p * t4 + 0.0018886902217574546;
  q = q * t4 + -0.0007798312764234839;
  r = r * t4 + -0.0001051588887278582;
  s = s * t4 + 0.002529391666618449;
  p = p * t4 + -0.11927366341575335;
  q = q * t4 + 0.06830802735644075;
  r = r * t4 + -0.02377051490712461;
  s = s * t4 + 0.12964515870228097;
  p = p * t4 + 1.2530080582697296;
  q = q * t4 + -0.13562110612457573;
  r = r * t4 + -0.04756229435344576;
  V value = (p + q * t) + (r + s * t) * t2;
  return value * (sum * inverse);
}

/// ln(Φ(b) − Φ(a)) for a <= b. With p and q the lesser and the greater of |a| and |b|, the mass is
/// ½ e^(−p²/2) (E(p) − e^(−(q² − p²)/2) E(q)) where both lie on one side of 0, which keeps its digits however far out they
/// are, and 1 − ½ e^(−p²/2) E(p) − ½ e^(−q²/2) E(q) otherwise, with E(x) = e^(x²/2) erfc(x/√2).
INLINE V logMass(V a, V b) {
  const double inverseRootOfTwo = 0.70710678118654752;
  V left = (V)((VI)a & INT64_MAX), right = (V)((VI)b & INT64_MAX);
  VI isCentral = (VI)(a <= 0) & (VI)(b >= 0);
  // Of most kernels nearly all lies within the range: 1 − e^−36 has no other logarithm than 0 in double precision.
  if (!any(~isCentral | (VI)(left < 8.6) | (VI)(right < 8.6))) return splat(0);
  VI isOrdered = left <= right;
  V p = blend(isOrdered, left, right), q = blend(isOrdered, right, left);
  V half = p * p * 0.5;
  V near = scaledTail(p * inverseRootOfTwo), far = scaledTail(q * inverseRootOfTwo);
  V decay = (q - p) * (q + p) * -0.5;
  V first = exponential(blend(isCentral, -half, decay));
  V second = exponential(q * q * -0.5);
  V outside = (first * near + second * far) * 0.5;
  V mass = blend(isCentral, 1 - outside, (near - first * far) * 0.5);
  // An interval that is too narrow for its mass to be told from 0 has the least that can be.
  V logarithmOfMass = logarithm(greater(mass, splat(1e-300)));
  return blend(isCentral, logarithmOfMass, logarithmOfMass - half);
}

static void logarithms(const double *values, double *to, size_t count) {
  for (size_t i = 0; i < count; i += LANES) store(to + i, logarithm(load(values + i)));
}

static void logMasses(const double *from, const double *to, double *masses, size_t count) {
  for (size_t i = 0; i < count; i += LANES) store(masses + i, logMass(load(from + i), load(to + i)));
}

static void intervalMasses(const double *centres, const double *widths, double low, double high, double *masses,
                           size_t count) {
  for (size_t i = 0; i < count; i += LANES) {
    V centre = load(centres + i), inverse = 1 / load(widths + i);
    store(masses + i, logMass((low - centre) * inverse, (high - centre) * inverse));
  }
}

static void normalizers(const double *centres, const double *widths, double low, double high, double *logarithms,
                        double *scales, size_t count) {
  for (size_t i = 0; i < count; i += LANES) {
    V centre = load(centres + i), width = load(widths + i), inverse = 1 / width;
    V mass = logMass((low - centre) * inverse, (high - centre) * inverse);
    store(logarithms + i, logarithm(width) + mass);
    store(scales + i, inverse * 0.70710678118654752);
  }
}

static void cellShares(const double *centres, const double *widths, const double *whole, double low, double high,
                       double reach, double *shares, size_t count) {
  for (size_t i = 0; i < count; i += LANES) {
    V centre = load(centres + i), inverse = 1 / load(widths + i);
    V from = (low - centre) * inverse, to = (high - centre) * inverse;
    VI isFar = (VI)(from > reach) | (VI)(to < -reach);
    V share = splat(-INFINITY);
    if (any(~isFar)) share = blend(isFar, share, logMass(from, to) - load(whole + i));
    store(shares + i, share);
  }
}

/// A sum of exponentials that grows block by block: e^greatest · Σ sums.
typedef struct {
  double greatest;
  V sums;
} LogSum;

/// Terms that are smaller than the greatest by a factor of e^40 change the sum by less than 1e-17 of it each.
#define NEGLIGIBLE (-40.0)

INLINE void addBlock(LogSum *sum, const double *terms, size_t length, V peaks) {
  double peak = sum->greatest;
  for (int lane = 0; lane < LANES; lane++) peak = peaks[lane] > peak ? peaks[lane] : peak;
  if (peak == -INFINITY) return;
  if (sum->greatest != peak) {
    if (sum->greatest > -INFINITY) sum->sums *= exponential(splat(sum->greatest - peak));
    sum->greatest = peak;
  }
  V sums = sum->sums;
  for (size_t i = 0; i < length; i += LANES) {
    V difference = load(terms + i) - peak;
    VI matters = difference > NEGLIGIBLE;
    if (any(matters)) sums += (V)(matters & (VI)exponential(blend(matters, difference, splat(0))));
  }
  sum->sums = sums;
}

/// to[i] = table[columns[i]] for i below count, and `filler` up to whole vectors.
INLINE void gather(const double *table, const int32_t *columns, double *to, size_t count, double filler) {
  for (size_t i = 0; i < count; i++) to[i] = table[columns[i]];
  for (size_t i = count; i % LANES != 0; i++) to[i] = filler;
}

static void logSums(const double *base, size_t count, const CDensitiesTable *tables, size_t tableCount,
                    const CDensitiesNormals *normals, size_t normalCount, double *scratch, const double **pointers,
                    double *sums, size_t pointCount) {
  double terms[BLOCK];
  double *greatest = scratch, *partial = greatest + pointCount, *block = partial + pointCount * LANES;
  double *centres = block + BLOCK, *scales = centres + normalCount * BLOCK, *rows = scales + normalCount * BLOCK;
  for (size_t point = 0; point < pointCount; point++) {
    greatest[point] = -INFINITY;
    store(partial + point * LANES, splat(0));
  }
  for (size_t start = 0; start < count; start += BLOCK) {
    size_t kernels = count - start < BLOCK ? count - start : BLOCK;
    size_t length = (kernels + LANES - 1) / LANES * LANES;
    memcpy(block, base + start, kernels * sizeof *block);
    for (size_t i = kernels; i < length; i++) block[i] = -INFINITY;
    for (size_t n = 0; n < normalCount; n++) {
      const int32_t *entries = normals[n].entries + start;
      gather(normals[n].centres, entries, centres + n * BLOCK, kernels, 0);
      gather(normals[n].scales, entries, scales + n * BLOCK, kernels, 0);
      for (size_t i = 0; i < kernels; i++) block[i] -= normals[n].logarithms[entries[i]];
    }
    double *next = rows;
    for (size_t t = 0; t < tableCount; t++) {
      for (size_t row = 0; row < tables[t].rowCount; row++, next += BLOCK)
        gather(tables[t].table + row * tables[t].columnCount, tables[t].columns + start, next, kernels, 0);
    }
    for (size_t point = 0; point < pointCount; point++) {
      const double *first = rows;
      for (size_t t = 0; t < tableCount; t++) {
        pointers[t] = first + (size_t)tables[t].rows[point] * BLOCK;
        first += tables[t].rowCount * BLOCK;
      }
      V peaks = splat(-INFINITY);
      for (size_t i = 0; i < length; i += LANES) {
        V term = load(block + i);
        for (size_t t = 0; t < tableCount; t++) term += load(pointers[t] + i);
        for (size_t n = 0; n < normalCount; n++) {
          V distance = (normals[n].places[point] - load(centres + n * BLOCK + i)) * load(scales + n * BLOCK + i);
          term -= distance * distance;
        }
        store(terms + i, term);
        peaks = greater(term, peaks);
      }
      LogSum sum = {greatest[point], load(partial + point * LANES)};
      addBlock(&sum, terms, length, peaks);
      greatest[point] = sum.greatest;
      store(partial + point * LANES, sum.sums);
    }
  }
  for (size_t point = 0; point < pointCount; point++) {
    double total = 0;
    for (int lane = 0; lane < LANES; lane++) total += partial[point * LANES + lane];
    sums[point] = greatest[point] + logarithm(splat(total))[0];
  }
}

const CDensitiesLoops LOOPS = {
    .logarithms = logarithms,
    .logMasses = logMasses,
    .intervalMasses = intervalMasses,
    .cellShares = cellShares,
    .normalizers = normalizers,
    .logSums = logSums,
};
