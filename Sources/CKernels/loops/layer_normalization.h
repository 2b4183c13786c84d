// Layer normalization: over the channels of each row of x [rows, channels].

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
