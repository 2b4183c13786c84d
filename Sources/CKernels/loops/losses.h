// Losses and their gradients.

/// The largest logit of a row, and the sum of the exponentials of the logits less the largest.
typedef struct {
  float largest, total;
} SoftmaxTotal;

INLINE V larger(V a, V b) { return blend(a > b, a, b); }

INLINE SoftmaxTotal softmaxTotal(const float *logits, size_t classes) {
  const float least = -__builtin_inff();
  V most = splat(least);
  FOR_VECTORS(classes) most = larger(loadUpTo(logits + i, left, least), most);
  const float largest = largestLane(most);
  V total = splat(0);
  FOR_VECTORS(classes) {
    V terms = exponential(loadUpTo(logits + i, left, largest) - largest);
    total += left >= LANES ? terms : firstOf(terms, left);
  }
  return (SoftmaxTotal){largest, sumOfLanes(total)};
}

/// Whether the label is the number of a class.
INLINE bool isClass(float label, size_t classes) {
  return label >= 0 && label < (float)classes && label == (float)(size_t)label;
}

static float softmaxCrossEntropy(
    const float *logits, const float *labels, float smoothing, size_t rows, size_t classes) {
  double total = 0;
  for (size_t row = 0; row < rows; row++) {
    const float *of = logits + row * classes;
    if (!isClass(labels[row], classes)) return __builtin_nanf("");
    SoftmaxTotal softmax = softmaxTotal(of, classes);
    float target = (1 - smoothing) * (of[(size_t)labels[row]] - softmax.largest);
    if (smoothing > 0) target += smoothing * (sum(of, classes) / (float)classes - softmax.largest);
    total += logf(softmax.total) - target;
  }
  return (float)(total / (double)rows);
}

static void softmaxCrossEntropyGradient(
    const float *logits, const float *labels, float smoothing, float upstream, size_t rows, size_t classes,
    float *out) {
  float factor = upstream / (float)rows;
  float everywhere = factor * smoothing / (float)classes;
  for (size_t row = 0; row < rows; row++) {
    const float *of = logits + row * classes;
    float *to = out + row * classes;
    SoftmaxTotal softmax = softmaxTotal(of, classes);
    float scaled = factor / softmax.total;
    bool valid = isClass(labels[row], classes);
    if (!valid) scaled = __builtin_nanf("");
    FOR_VECTORS(classes) {
      V terms = exponential(loadUpTo(of + i, left, 0) - softmax.largest);
      storeUpTo(to + i, terms * scaled - everywhere, left);
    }
    if (valid) to[(size_t)labels[row]] -= factor * (1 - smoothing);
  }
}

/// x [rows, columns]: the softmax of each row.
static void softmax(const float *x, size_t rows, size_t columns, float *out) {
  for (size_t row = 0; row < rows; row++) {
    const float *of = x + row * columns;
    float *to = out + row * columns;
    SoftmaxTotal total = softmaxTotal(of, columns);
    float factor = 1 / total.total;
    FOR_VECTORS(columns) storeUpTo(to + i, exponential(loadUpTo(of + i, left, 0) - total.largest) * factor, left);
  }
}

static void softmaxGradient(const float *upstream, const float *y, size_t rows, size_t columns, float *out) {
  for (size_t row = 0; row < rows; row++) {
    const float *u = upstream + row * columns, *of = y + row * columns;
    V products = splat(0);
    FOR_VECTORS(columns) products += loadUpTo(u + i, left, 0) * loadUpTo(of + i, left, 0);
    const float total = sumOfLanes(products);
    FOR_VECTORS(columns) {
      storeUpTo(out + row * columns + i, loadUpTo(of + i, left, 0) * (loadUpTo(u + i, left, 0) - total), left);
    }
  }
}

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
