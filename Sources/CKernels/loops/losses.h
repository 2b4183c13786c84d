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

static float softmaxCrossEntropy(const float *logits, const float *labels, size_t rows, size_t classes) {
  double total = 0;
  for (size_t row = 0; row < rows; row++) {
    const float *of = logits + row * classes;
    if (!isClass(labels[row], classes)) return __builtin_nanf("");
    SoftmaxTotal softmax = softmaxTotal(of, classes);
    total += logf(softmax.total) + (softmax.largest - of[(size_t)labels[row]]);
  }
  return (float)(total / (double)rows);
}

static void softmaxCrossEntropyGradient(
    const float *logits, const float *labels, float upstream, size_t rows, size_t classes, float *out) {
  float factor = upstream / (float)rows;
  for (size_t row = 0; row < rows; row++) {
    const float *of = logits + row * classes;
    float *to = out + row * classes;
    SoftmaxTotal softmax = softmaxTotal(of, classes);
    float scaled = factor / softmax.total;
    bool valid = isClass(labels[row], classes);
    if (!valid) scaled = __builtin_nanf("");
    FOR_VECTORS(classes) {
      storeUpTo(to + i, exponential(loadUpTo(of + i, left, 0) - softmax.largest) * scaled, left);
    }
    if (valid) to[(size_t)labels[row]] -= factor;
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
