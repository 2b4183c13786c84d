// Losses and their gradients; cross-entropy is in softmax.h.

/// The mean over all elements of a function of the prediction u and the target w, both of them 0 past the end, where the
/// function must be 0 as well.
#define MEAN2(expression)                        \
  V total = splat(0);                            \
  FOR_VECTORS(count) {                           \
    V u = loadUpTo(prediction + i, left, 0);     \
    V w = loadUpTo(target + i, left, 0);         \
    total += (expression);                       \
  }                                              \
  return sumOfLanes(total) / (float)count;

INLINE V absolute(V x) { return (V)((VI)x & INT32_MAX); }

static float meanAbsoluteError(const float *prediction, const float *target, size_t count) {
  MEAN2(absolute(u - w))
}

static void meanAbsoluteErrorGradient(
    const float *prediction, const float *target, float upstream, size_t count, float *out) {
  float factor = upstream / (float)count;
  // A difference of 0 or NaN is kept.
  MAP2(prediction, target, factor * blend(u > w, splat(1), blend(u < w, splat(-1), u - w)))
}

INLINE V huberTerm(V difference, float delta) {
  V d = absolute(difference);
  return blend(d > delta, delta * (d - 0.5f * delta), 0.5f * d * d);
}

static float huber(const float *prediction, const float *target, float delta, size_t count) {
  MEAN2(huberTerm(u - w, delta))
}

static void huberGradient(
    const float *prediction, const float *target, float delta, float upstream, size_t count, float *out) {
  float factor = upstream / (float)count;
  MAP2(prediction, target, factor * limited(u - w, -delta, delta))
}

static float binaryCrossEntropy(const float *logits, const float *target, size_t count) {
  double total = 0;
  for (size_t i = 0; i < count; i++) {
    const float x = logits[i];
    total += (x < 0 ? 0 : x) - x * target[i] + log1pf(expf(-fabsf(x)));
  }
  return (float)(total / (double)count);
}

static void binaryCrossEntropyGradient(
    const float *logits, const float *target, float upstream, size_t count, float *out) {
  float factor = upstream / (float)count;
  MAP2(logits, target, factor * (logistic(u) - w))
}

/// Both rows at the temperature t: T^2 times the mean of Σ p log(p / q).
static float klDivergence(
    const float *logits, const float *teacher, float temperature, size_t rows, size_t classes) {
  double sum = 0;
  for (size_t row = 0; row < rows; row++) {
    const float *z = logits + row * classes, *w = teacher + row * classes;
    float most = z[0], teacherMost = w[0];
    for (size_t c = 1; c < classes; c++) {
      most = z[c] > most ? z[c] : most;
      teacherMost = w[c] > teacherMost ? w[c] : teacherMost;
    }
    double total = 0, teacherTotal = 0, mixed = 0;
    for (size_t c = 0; c < classes; c++) {
      const double q = ((double)z[c] - most) / temperature, p = ((double)w[c] - teacherMost) / temperature;
      total += exp(q);
      teacherTotal += exp(p);
      mixed += exp(p) * (p - q);
    }
    sum += mixed / teacherTotal - log(teacherTotal) + log(total);
  }
  return (float)((double)temperature * temperature * sum / (double)rows);
}

static void klDivergenceGradient(
    const float *logits, const float *teacher, float temperature, float upstream, size_t rows, size_t classes,
    float *out) {
  const float factor = upstream * temperature / (float)rows, inverse = 1 / temperature;
  for (size_t row = 0; row < rows; row++) {
    const float *z = logits + row * classes, *w = teacher + row * classes;
    SoftmaxTotal own = {-__builtin_inff(), 0}, other = own;
    for (size_t c = 0; c < classes; c++) {
      own.largest = z[c] > own.largest ? z[c] : own.largest;
      other.largest = w[c] > other.largest ? w[c] : other.largest;
    }
    V total = splat(0), otherTotal = splat(0);
    FOR_VECTORS(classes) {
      V q = exponential((loadUpTo(z + i, left, own.largest) - own.largest) * inverse);
      V p = exponential((loadUpTo(w + i, left, other.largest) - other.largest) * inverse);
      total += left >= LANES ? q : firstOf(q, left);
      otherTotal += left >= LANES ? p : firstOf(p, left);
    }
    const float scale = 1 / sumOfLanes(total), otherScale = 1 / sumOfLanes(otherTotal);
    FOR_VECTORS(classes) {
      V q = exponential((loadUpTo(z + i, left, 0) - own.largest) * inverse);
      V p = exponential((loadUpTo(w + i, left, 0) - other.largest) * inverse);
      storeUpTo(out + row * classes + i, factor * (q * scale - p * otherScale), left);
    }
  }
}

static float meanSquaredError(const float *prediction, const float *target, size_t count) {
  V total = splat(0);
  FOR_VECTORS(count) {
    V difference = loadUpTo(prediction + i, left, 0) - loadUpTo(target + i, left, 0);
    total += difference * difference;
  }
  return sumOfLanes(total) / (float)count;
}

static void meanSquaredErrorGradient(
    const float *prediction, const float *target, float upstream, size_t count, float *out) {
  float factor = upstream * 2 / (float)count;
  MAP2(prediction, target, (u - w) * factor)
}
