// Normalization over the rows of x [rows, channels] or over each row's channels.

/// The rows of which the figures are taken at once; 64 rows of 64 channels fit the nearest cache twice.
#define MOMENT_ROWS 64

/// The mean and the variance of each channel, by blocks of rows whose figures are merged (Chan, Golub and LeVeque 1983,
/// doi:10.1080/00031305.1983.10483115), so that nothing is lost to cancellation.
static void batchMoments(const float *x, size_t rows, size_t channels, float *mean, float *variance) {
  for (size_t c = 0; c < channels; c++) mean[c] = variance[c] = 0;
  for (size_t row = 0; row < rows; row += MOMENT_ROWS) {
    const size_t block = rows - row < MOMENT_ROWS ? rows - row : MOMENT_ROWS;
    const float share = 1 / (float)block, part = (float)block / (float)(row + block);
    const float between = (float)row * part;
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
      const V before = loadUpTo(mean + i, left, 0), d = own - before;
      const V sum = (squares[0] + squares[1]) + (squares[2] + squares[3]);
      storeUpTo(mean + i, before + d * part, left);
      storeUpTo(variance + i, loadUpTo(variance + i, left, 0) + sum + d * d * between, left);
    }
  }
  const float inverse = 1 / (float)rows;
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
      const size_t at = i + v * LANES, own = inVector(left, v);
      factor[v] = loadUpTo(scale + at, own, 0) / squareRoot(loadUpTo(variance + at, own, 1) + epsilon);
      offset[v] = loadUpTo(shift + at, own, 0) - loadUpTo(mean + at, own, 0) * factor[v];
    }
#define NORMALIZE(count, extent)                                                                     \
  if (rectifies) normalizeRows(count, true, x + i, rows, channels, extent, factor, offset, out + i); \
  else normalizeRows(count, false, x + i, rows, channels, extent, factor, offset, out + i);
    WITH_STRIP(NORMALIZE)
#undef NORMALIZE
  }
}

/// The upstream, masked where there is an output of ReLU.
INLINE V maskedUpstream(const float *upstream, const float *y, size_t place, size_t left) {
  V g = loadUpTo(upstream + place, left, 0);
  return y ? (V)((VI)g & (loadUpTo(y + place, left, 0) > 0.0f)) : g;
}

INLINE void sumRowsOfGradient(
    const size_t vectors, const bool isMasked, const float *upstream, const float *x, const float *y, size_t rows,
    size_t channels, size_t left, const V *mean, V *sums, V *products) {
  for (size_t start = 0; start < rows; start += 128) {
    const size_t end = rows - start < 128 ? rows : start + 128;
    V sum[2][STRIP] = {{{0}}}, product[2][STRIP] = {{{0}}};
    for (size_t row = start; row < end; row++) {
      for (size_t v = 0; v < vectors; v++) {
        const size_t place = row * channels + v * LANES, own = inVector(left, v);
        V g = maskedUpstream(upstream, isMasked ? y : 0, place, own);
        sum[0][v] += g;
        product[0][v] += g * (loadUpTo(x + place, own, 0) - mean[v]);
      }
    }
    for (size_t v = 0; v < vectors; v++) {
      sums[v] += sum[0][v];
      products[v] += product[0][v];
    }
  }
}

/// Σ g and Σ g x̂ of each channel, where g is the upstream, masked where y is not null.
static void normalizationSums(
    const float *upstream, const float *x, const float *y, const float *mean, const float *variance, float epsilon,
    size_t rows, size_t channels, float *out) {
  FOR_STRIPS(channels) {
    V means[STRIP], sums[STRIP] = {{0}}, products[STRIP] = {{0}};
    for (size_t v = 0; v < vectors; v++) means[v] = loadUpTo(mean + i + v * LANES, inVector(left, v), 0);
    const float *ys = y ? y + i : 0;
#define SUM(count, extent)                                                                                           \
  if (y) sumRowsOfGradient(count, true, upstream + i, x + i, ys, rows, channels, extent, means, sums, products);     \
  else sumRowsOfGradient(count, false, upstream + i, x + i, ys, rows, channels, extent, means, sums, products);
    WITH_STRIP(SUM)
#undef SUM
    for (size_t v = 0; v < vectors; v++) {
      const size_t at = i + v * LANES, own = inVector(left, v);
      storeUpTo(out + at, sums[v], own);
      V deviation = squareRoot(loadUpTo(variance + at, own, 1) + epsilon);
      storeUpTo(out + channels + at, products[v] / deviation, own);
    }
  }
}

INLINE void gradientRows(
    const size_t vectors, const bool isMasked, const float *upstream, const float *x, const float *y, size_t rows,
    size_t channels, size_t left, const V *factor, const V *slope, const V *offset, float *out) {
  for (size_t row = 0; row < rows; row++) {
    for (size_t v = 0; v < vectors; v++) {
      const size_t place = row * channels + v * LANES, own = inVector(left, v);
      V g = maskedUpstream(upstream, isMasked ? y : 0, place, own);
      storeUpTo(out + place, g * factor[v] + (offset[v] - loadUpTo(x + place, own, 0) * slope[v]), own);
    }
  }
}

/// With k = scale / √(variance + ε): k (g - sums₀ / n - x̂ sums₁ / n).
static void normalizationGradient(
    const float *upstream, const float *x, const float *y, const float *mean, const float *variance,
    const float *scale, const float *sums, float epsilon, size_t rows, size_t channels, float *out) {
  const float share = 1 / (float)rows;
  FOR_STRIPS(channels) {
    V factor[STRIP], slope[STRIP], offset[STRIP];
    for (size_t v = 0; v < vectors; v++) {
      const size_t at = i + v * LANES, own = inVector(left, v);
      V inverse = 1.0f / squareRoot(loadUpTo(variance + at, own, 1) + epsilon);
      factor[v] = loadUpTo(scale + at, own, 0) * inverse;
      slope[v] = factor[v] * inverse * loadUpTo(sums + channels + at, own, 0) * share;
      offset[v] = slope[v] * loadUpTo(mean + at, own, 0) - factor[v] * loadUpTo(sums + at, own, 0) * share;
    }
    const float *ys = y ? y + i : 0;
#define GRADIENT(count, extent)                                                                                    \
  if (y) gradientRows(count, true, upstream + i, x + i, ys, rows, channels, extent, factor, slope, offset, out + i); \
  else gradientRows(count, false, upstream + i, x + i, ys, rows, channels, extent, factor, slope, offset, out + i);
    WITH_STRIP(GRADIENT)
#undef GRADIENT
  }
}

/// out = (1 - momentum) state + momentum correction moments, each channel.
static void movingAverage(
    const float *state, const float *moments, float momentum, float correction, size_t count, float *out) {
  MAP2(state, moments, u * (1 - momentum) + w * (momentum * correction))
}

/// A row's mean, and 1 over its deviation.
INLINE void rowMoments(const float *x, size_t channels, float epsilon, float *mean, float *inverse) {
  const float own = sum(x, channels) / (float)channels;
  V squares = splat(0);
  FOR_VECTORS(channels) {
    V d = loadUpTo(x + i, left, own) - own;
    squares += d * d;
  }
  *mean = own;
  *inverse = 1 / sqrtf(sumOfLanes(squares) / (float)channels + epsilon);
}

static void layerNormalize(
    const float *x, const float *scale, const float *shift, float epsilon, size_t rows, size_t channels, float *out) {
  for (size_t row = 0; row < rows; row++) {
    float mean, inverse;
    rowMoments(x + row * channels, channels, epsilon, &mean, &inverse);
    FOR_VECTORS(channels) {
      V y = (loadUpTo(x + row * channels + i, left, 0) - mean) * inverse;
      storeUpTo(
          out + row * channels + i, y * loadUpTo(scale + i, left, 0) + loadUpTo(shift + i, left, 0), left);
    }
  }
}

static void layerSums(
    const float *upstream, const float *x, float epsilon, size_t rows, size_t channels, float *out) {
  memset(out, 0, 2 * channels * sizeof(float));
  for (size_t row = 0; row < rows; row++) {
    float mean, inverse;
    rowMoments(x + row * channels, channels, epsilon, &mean, &inverse);
    FOR_VECTORS(channels) {
      V g = loadUpTo(upstream + row * channels + i, left, 0);
      V product = g * (loadUpTo(x + row * channels + i, left, 0) - mean) * inverse;
      storeUpTo(out + i, loadUpTo(out + i, left, 0) + g, left);
      storeUpTo(out + channels + i, loadUpTo(out + channels + i, left, 0) + product, left);
    }
  }
}

static void layerGradient(
    const float *upstream, const float *x, const float *scale, float epsilon, size_t rows, size_t channels,
    float *out) {
  const float share = 1 / (float)channels;
  for (size_t row = 0; row < rows; row++) {
    const float *g = upstream + row * channels, *of = x + row * channels;
    float mean, inverse;
    rowMoments(of, channels, epsilon, &mean, &inverse);
    V sums = splat(0), products = splat(0);
    FOR_VECTORS(channels) {
      V scaled = loadUpTo(g + i, left, 0) * loadUpTo(scale + i, left, 0);
      sums += scaled;
      products += scaled * (loadUpTo(of + i, left, 0) - mean);
    }
    const float sum = sumOfLanes(sums) * share, slope = sumOfLanes(products) * inverse * inverse * share;
    FOR_VECTORS(channels) {
      V scaled = loadUpTo(g + i, left, 0) * loadUpTo(scale + i, left, 0);
      V d = loadUpTo(of + i, left, 0) - mean;
      storeUpTo(out + row * channels + i, inverse * (scaled - sum - d * slope), left);
    }
  }
}
