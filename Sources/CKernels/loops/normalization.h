// Batch normalization: over the rows of x [rows, channels].

/// The rows of which the figures are taken at once; 64 rows of 64 channels fit the nearest cache twice.
#define MOMENT_ROWS 64

/// The mean and the variance of each channel, by blocks of rows whose figures are merged (Chan, Golub and LeVeque 1983,
/// doi:10.1080/00031305.1983.10483115), so that nothing is lost to cancellation.
static void batchMoments(
    const float *x, size_t before, size_t rows, size_t total, size_t channels, float *mean, float *variance) {
  if (before == 0) {
    for (size_t c = 0; c < channels; c++) mean[c] = variance[c] = 0;
  }
  for (size_t row = 0; row < rows; row += MOMENT_ROWS) {
    const size_t block = rows - row < MOMENT_ROWS ? rows - row : MOMENT_ROWS;
    const float share = 1 / (float)block, part = (float)block / (float)(before + row + block);
    const float between = (float)(before + row) * part;
    FOR_VECTORS(channels) {
      const float *from = x + row * channels + i;
      V totals[4] = {{0}, {0}, {0}, {0}};
      size_t r = 0;
      for (; r + 4 <= block; r += 4) {
        for (size_t k = 0; k < 4; k++) totals[k] += loadUpTo(from + (r + k) * channels, left, 0);
      }
      for (; r < block; r++) totals[0] += loadUpTo(from + r * channels, left, 0);
      const V own = ((totals[0] + totals[1]) + (totals[2] + totals[3])) * share;
      V squares[4] = {{0}, {0}, {0}, {0}};
      for (r = 0; r + 4 <= block; r += 4) {
        for (size_t k = 0; k < 4; k++) {
          V d = loadUpTo(from + (r + k) * channels, left, 0) - own;
          squares[k] += d * d;
        }
      }
      for (; r < block; r++) {
        V d = loadUpTo(from + r * channels, left, 0) - own;
        squares[0] += d * d;
      }
      const V earlier = loadUpTo(mean + i, left, 0), d = own - earlier;
      const V sum = (squares[0] + squares[1]) + (squares[2] + squares[3]);
      storeUpTo(mean + i, earlier + d * part, left);
      storeUpTo(variance + i, loadUpTo(variance + i, left, 0) + sum + d * d * between, left);
    }
  }
  if (before + rows < total) return;
  const float inverse = 1 / (float)total;
  FOR_VECTORS(channels) storeUpTo(variance + i, loadUpTo(variance + i, left, 0) * inverse, left);
}

/// The vectors of channels that are worked on at once, whose factors stay in registers.
#define STRIP 4

/// Runs the statement after it for each strip of channels, with `i` at its first, `left` channels from there on, and
/// `vectors` the number of vectors of the strip.
#define FOR_STRIPS(channels)                                                                            \
  for (size_t i = 0, left = (channels), vectors = stripVectors(channels); i < (channels);               \
       i += STRIP * LANES, left -= i < (channels) ? STRIP * LANES : left, vectors = stripVectors(left))

INLINE size_t stripVectors(size_t left) {
  return left >= STRIP * LANES ? STRIP : (left + LANES - 1) / LANES;
}

/// How many channels of vector v of a strip there are.
INLINE size_t inVector(size_t left, size_t v) { return left - v * LANES; }

/// What a strip of channels is normalized by: y = x factor + offset.
INLINE void normalizationFactors(
    const float *mean, const float *variance, const float *scale, const float *shift, float epsilon, size_t at,
    size_t left, V *factor, V *offset) {
  *factor = loadUpTo(scale + at, left, 0) / squareRoot(loadUpTo(variance + at, left, 1) + epsilon);
  *offset = loadUpTo(shift + at, left, 0) - loadUpTo(mean + at, left, 0) * *factor;
}

INLINE void normalizeRows(
    const size_t vectors, const bool rectifies, const float *x, size_t rows, size_t channels, size_t left,
    const V *factor, const V *offset, float *out) {
  for (size_t row = 0; row < rows; row++) {
    for (size_t v = 0; v < vectors; v++) {
      const size_t place = row * channels + v * LANES;
      V y = loadUpTo(x + place, inVector(left, v), 0) * factor[v] + offset[v];
      storeUpTo(out + place, rectifies ? rectified(y) : y, inVector(left, v));
    }
  }
}

/// Calls a function with the number of vectors of a strip as a constant, and with whole vectors as such.
#define WITH_STRIP(call)                                     \
  if (left >= STRIP * LANES) { call(STRIP, STRIP * LANES) }  \
  else if (vectors == 4) { call(4, left) }                   \
  else if (vectors == 3) { call(3, left) }                   \
  else if (left == 2 * LANES) { call(2, 2 * LANES) }         \
  else if (vectors == 2) { call(2, left) }                   \
  else if (left == LANES) { call(1, LANES) }                 \
  else { call(1, left) }

static void normalize(
    const float *x, const float *mean, const float *variance, const float *scale, const float *shift, float epsilon,
    bool rectifies, size_t rows, size_t channels, float *out) {
  FOR_STRIPS(channels) {
    V factor[STRIP], offset[STRIP];
    for (size_t v = 0; v < vectors; v++) {
      const size_t at = i + v * LANES;
      normalizationFactors(
          mean, variance, scale, shift, epsilon, at, inVector(left, v), &factor[v], &offset[v]);
    }
#define NORMALIZE(count, extent)                                                                     \
  if (rectifies) normalizeRows(count, true, x + i, rows, channels, extent, factor, offset, out + i); \
  else normalizeRows(count, false, x + i, rows, channels, extent, factor, offset, out + i);
    WITH_STRIP(NORMALIZE)
#undef NORMALIZE
  }
}

INLINE void sumRowsOfGradient(
    const size_t vectors, const bool isMasked, const float *upstream, const float *x, size_t rows, size_t channels,
    size_t left, const V *mean, const V *factor, const V *offset, V *sums, V *products) {
  for (size_t start = 0; start < rows; start += 128) {
    const size_t end = rows - start < 128 ? rows : start + 128;
    V sum[STRIP] = {{0}}, product[STRIP] = {{0}};
    for (size_t row = start; row < end; row++) {
      for (size_t v = 0; v < vectors; v++) {
        const size_t place = row * channels + v * LANES, own = inVector(left, v);
        V g = loadUpTo(upstream + place, own, 0), from = loadUpTo(x + place, own, 0);
        if (isMasked) g = (V)((VI)g & (from * factor[v] + offset[v] > 0.0f));
        sum[v] += g;
        product[v] += g * (from - mean[v]);
      }
    }
    for (size_t v = 0; v < vectors; v++) {
      sums[v] += sum[v];
      products[v] += product[v];
    }
  }
}

/// Stores Σ g and Σ g x̂ of a vector of channels, given Σ g (x - mean), or adds them.
INLINE void storeSums(
    V sum, V product, const float *variance, float epsilon, bool accumulates, size_t at, size_t left, float *out,
    size_t channels) {
  product = product / squareRoot(loadUpTo(variance + at, left, 1) + epsilon);
  if (accumulates) {
    sum += loadUpTo(out + at, left, 0);
    product += loadUpTo(out + channels + at, left, 0);
  }
  storeUpTo(out + at, sum, left);
  storeUpTo(out + channels + at, product, left);
}

/// Σ g and Σ g x̂ of each channel, where g is the upstream, where there is a shift only where the normalized x is positive.
static void normalizationSums(
    const float *upstream, const float *x, const float *mean, const float *variance, const float *scale,
    const float *shift, float epsilon, bool accumulates, size_t rows, size_t channels, float *out) {
  FOR_STRIPS(channels) {
    V means[STRIP], sums[STRIP] = {{0}}, products[STRIP] = {{0}}, factor[STRIP] = {{0}}, offset[STRIP] = {{0}};
    for (size_t v = 0; v < vectors; v++) {
      const size_t at = i + v * LANES, own = inVector(left, v);
      means[v] = loadUpTo(mean + at, own, 0);
      if (shift) normalizationFactors(mean, variance, scale, shift, epsilon, at, own, &factor[v], &offset[v]);
    }
#define SUM(count, extent)                                                                                        \
  if (shift)                                                                                                      \
    sumRowsOfGradient(                                                                                            \
        count, true, upstream + i, x + i, rows, channels, extent, means, factor, offset, sums, products);         \
  else                                                                                                            \
    sumRowsOfGradient(                                                                                            \
        count, false, upstream + i, x + i, rows, channels, extent, means, factor, offset, sums, products);
    WITH_STRIP(SUM)
#undef SUM
    for (size_t v = 0; v < vectors; v++) {
      storeSums(
          sums[v], products[v], variance, epsilon, accumulates, i + v * LANES, inVector(left, v), out, channels);
    }
  }
}

/// The gradient of a vector of channels: g factor + offset - x slope.
typedef struct {
  V factor, slope, offset;
} Slopes;

/// With k = scale / √(variance + ε), what makes k (g - sums₀ / n - x̂ sums₁ / n) of g and x.
INLINE Slopes slopesAt(
    size_t at, size_t left, const float *mean, const float *variance, const float *scale, const float *sums,
    float epsilon, float share, size_t channels) {
  const V inverse = 1.0f / squareRoot(loadUpTo(variance + at, left, 1) + epsilon);
  const V factor = loadUpTo(scale + at, left, 0) * inverse;
  const V slope = factor * inverse * loadUpTo(sums + channels + at, left, 0) * share;
  const V offset = slope * loadUpTo(mean + at, left, 0) - factor * loadUpTo(sums + at, left, 0) * share;
  return (Slopes){factor, slope, offset};
}

INLINE void gradientRows(
    const size_t vectors, const bool isMasked, const float *upstream, const float *x, size_t rows, size_t channels,
    size_t left, const Slopes *slopes, const V *factor, const V *offset, float *out) {
  for (size_t row = 0; row < rows; row++) {
    for (size_t v = 0; v < vectors; v++) {
      const size_t place = row * channels + v * LANES, own = inVector(left, v);
      V g = loadUpTo(upstream + place, own, 0), from = loadUpTo(x + place, own, 0);
      if (isMasked) g = (V)((VI)g & (from * factor[v] + offset[v] > 0.0f));
      storeUpTo(out + place, g * slopes[v].factor + (slopes[v].offset - from * slopes[v].slope), own);
    }
  }
}

/// The gradient by some rows of x, given `normalizationSums` of all; where there is a shift, g counts only where the
/// normalized x is positive.
static void normalizationGradient(
    const float *upstream, const float *x, const float *mean, const float *variance, const float *scale,
    const float *shift, const float *sums, float epsilon, size_t rows, size_t total, size_t channels, float *out) {
  const float share = 1 / (float)total;
  FOR_STRIPS(channels) {
    Slopes slopes[STRIP];
    V factor[STRIP] = {{0}}, offset[STRIP] = {{0}};
    for (size_t v = 0; v < vectors; v++) {
      const size_t at = i + v * LANES, own = inVector(left, v);
      slopes[v] = slopesAt(at, own, mean, variance, scale, sums, epsilon, share, channels);
      if (shift) normalizationFactors(mean, variance, scale, shift, epsilon, at, own, &factor[v], &offset[v]);
    }
#define GRADIENT(count, extent)                                                                                   \
  if (shift)                                                                                                      \
    gradientRows(count, true, upstream + i, x + i, rows, channels, extent, slopes, factor, offset, out + i);      \
  else                                                                                                            \
    gradientRows(count, false, upstream + i, x + i, rows, channels, extent, slopes, factor, offset, out + i);
    WITH_STRIP(GRADIENT)
#undef GRADIENT
  }
}

/// out = (1 - momentum) state + momentum correction moments, each channel.
static void movingAverage(
    const float *state, const float *moments, float momentum, float correction, size_t count, float *out) {
  MAP2(state, moments, u * (1 - momentum) + w * (momentum * correction))
}
