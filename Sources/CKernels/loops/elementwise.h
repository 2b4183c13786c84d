// Loops over elements.

/// Computes each element from that of x, which the expression calls u.
#define MAP1(x, expression)                \
  FOR_VECTORS(count) {                     \
    V u = loadUpTo((x) + i, left, 0);      \
    storeUpTo(out + i, expression, left);  \
  }

/// Computes each element from those of a and b, which the expression calls u and w.
#define MAP2(a, b, expression)             \
  FOR_VECTORS(count) {                     \
    V u = loadUpTo((a) + i, left, 0);      \
    V w = loadUpTo((b) + i, left, 0);      \
    storeUpTo(out + i, expression, left);  \
  }

static void activation(CActivation kind, float number, const float *x, float *out, size_t count) {
  switch (kind) {
    case CActivationNone:
      if (x != out) memcpy(out, x, count * sizeof(float));
      break;
    case CActivationReLU: MAP1(x, rectified(u)) break;
    case CActivationReLU6: MAP1(x, limited(u, 0, 6)) break;
    case CActivationLeakyReLU: MAP1(x, blend(u > 0.0f, u, number * u)) break;
    case CActivationELU: MAP1(x, blend(u > 0.0f, u, number * exponentialMinusOne(u))) break;
    case CActivationGELU: MAP1(x, u * normalDistribution(u, bell(u))) break;
    case CActivationSiLU: MAP1(x, u * logistic(u)) break;
    case CActivationHardSwish: MAP1(x, u * limited(u + 3.0f, 0, 6) * (1 / 6.0f)) break;
    case CActivationTanh: MAP1(x, hyperbolicTangent(u)) break;
    case CActivationSigmoid: MAP1(x, logistic(u)) break;
  }
}

INLINE V hardSwishSlope(V x) {
  V slope = x * (1 / 3.0f) + 0.5f;
  slope = blend(x <= -3.0f, splat(0), slope);
  return blend(x >= 3.0f, splat(1), slope);
}

INLINE V geluSlope(V x) {
  V e = bell(x);
  return normalDistribution(x, e) + x * normalDensity(e);
}

INLINE V siluSlope(V x) {
  V sigmoid = logistic(x);
  return sigmoid * (1.0f + x * (1.0f - sigmoid));
}

INLINE V siluCurvature(V x) {
  // It is even, and left of 0 the sigmoid's distance from 1 is not lost.
  x = (V)((VI)x | INT32_MIN);
  V sigmoid = logistic(x);
  return sigmoid * (1.0f - sigmoid) * (2.0f + x * (1.0f - 2.0f * sigmoid));
}

/// `point` is the output for activations that are differentiated there, else the input.
static void activationGradient(
    CActivation kind, float number, const float *upstream, const float *point, float *out, size_t count) {
  switch (kind) {
    case CActivationNone:
      if (upstream != out) memcpy(out, upstream, count * sizeof(float));
      break;
    case CActivationReLU: MAP2(upstream, point, (V)((VI)u & (w > 0.0f))) break;
    case CActivationReLU6: MAP2(upstream, point, (V)((VI)u & (w > 0.0f) & (w < 6.0f))) break;
    case CActivationLeakyReLU: MAP2(upstream, point, blend(w > 0.0f, u, number * u)) break;
    case CActivationELU: MAP2(upstream, point, blend(w > 0.0f, u, u * (w + number))) break;
    case CActivationGELU: MAP2(upstream, point, u * geluSlope(w)) break;
    case CActivationSiLU: MAP2(upstream, point, u * siluSlope(w)) break;
    case CActivationHardSwish: MAP2(upstream, point, u * hardSwishSlope(w)) break;
    case CActivationTanh: MAP2(upstream, point, u * ((1.0f - w) * (1.0f + w))) break;
    case CActivationSigmoid: MAP2(upstream, point, u * (w * (1.0f - w))) break;
  }
}

/// The second derivatives of the activations that are differentiated at their input.
static void activationCurvature(CActivation kind, const float *x, float *out, size_t count) {
  switch (kind) {
    case CActivationGELU: MAP1(x, normalDensity(bell(u)) * (2.0f - u * u)) break;
    case CActivationSiLU: MAP1(x, siluCurvature(u)) break;
    case CActivationHardSwish: MAP1(x, (V)((VI)splat(1 / 3.0f) & (u > -3.0f) & (u < 3.0f))) break;
    default: break;
  }
}

static void add(const float *a, const float *b, float *out, size_t count) { MAP2(a, b, u + w) }

static void multiply(const float *a, const float *b, float *out, size_t count) { MAP2(a, b, u * w) }

static void scale(const float *x, float factor, float *out, size_t count) { MAP1(x, u * factor) }

static void sumRows(const float *x, size_t rows, size_t columns, float *out) {
  // Four sums at a time hide the delay between one addition and the next.
  size_t column = 0;
  for (; column + 4 * LANES <= columns; column += 4 * LANES) {
    V total[4] = {{0}, {0}, {0}, {0}};
    for (size_t row = 0; row < rows; row++) {
      for (int v = 0; v < 4; v++) total[v] += load(x + row * columns + column + v * LANES);
    }
    for (int v = 0; v < 4; v++) store(out + column + v * LANES, total[v]);
  }
  FOR_VECTORS(columns - column) {
    V even = splat(0), odd = splat(0);
    const float *from = x + column + i;
    size_t row = 0;
    for (; row + 2 <= rows; row += 2) {
      even += loadUpTo(from + row * columns, left, 0);
      odd += loadUpTo(from + (row + 1) * columns, left, 0);
    }
    if (row < rows) even += loadUpTo(from + row * columns, left, 0);
    storeUpTo(out + column + i, even + odd, left);
  }
}

static void broadcastRows(const float *x, size_t rows, size_t columns, float *out) {
  for (size_t row = 0; row < rows; row++) memcpy(out + row * columns, x, columns * sizeof(float));
}

static float sum(const float *x, size_t count) {
  V total = splat(0);
  FOR_VECTORS(count) total += loadUpTo(x + i, left, 0);
  return sumOfLanes(total);
}

/// Philox 4x32-10 for 16 consecutive blocks of four words at once (Salmon et al. 2011, doi:10.1145/2063384.2063405).
static void philox(uint64_t seed, uint32_t stream, uint32_t firstBlock, uint32_t words[4][16]) {
  for (int b = 0; b < 16; b++) {
    words[0][b] = firstBlock + (uint32_t)b;
    words[1][b] = stream;
    words[2][b] = 0;
    words[3][b] = 0;
  }
  uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    for (int b = 0; b < 16; b++) {
      uint64_t product0 = (uint64_t)0xD2511F53u * words[0][b], product1 = (uint64_t)0xCD9E8D57u * words[2][b];
      words[0][b] = (uint32_t)(product1 >> 32) ^ words[1][b] ^ key0;
      words[1][b] = (uint32_t)product1;
      words[2][b] = (uint32_t)(product0 >> 32) ^ words[3][b] ^ key1;
      words[3][b] = (uint32_t)product0;
    }
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
}

static void dropoutMask(
    uint64_t seed, uint32_t stream, uint32_t threshold, float kept, float *out, size_t count) {
  uint32_t words[4][16];
  float drawn[64];
  for (size_t start = 0; start < count; start += 64) {
    philox(seed, stream, (uint32_t)(start / 4), words);
    float *to = count - start < 64 ? drawn : out + start;
    for (int b = 0; b < 16; b++) {
      for (int w = 0; w < 4; w++) to[4 * b + w] = words[w][b] < threshold ? 0 : kept;
    }
    if (to == drawn) memcpy(out + start, drawn, (count - start) * sizeof(float));
  }
}
