// Softmax, and cross-entropy on it.
//
// Rows of few classes are taken as many at a time as a vector has lanes, a row a lane, so that none is left empty and no vector
// has to be summed up.

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

#define FEW_CLASSES 32

/// As many rows of few classes as a vector has lanes, or fewer, one a lane.
typedef struct {
  size_t rows, classes;
  /// For each class the exponentials of its logits less the largest of the row.
  V terms[FEW_CLASSES];
  V largest, total;
} SoftmaxRows;

INLINE SoftmaxRows softmaxRows(const float *logits, size_t rows, size_t classes) {
  SoftmaxRows softmax;
  softmax.rows = rows < LANES ? rows : LANES;
  softmax.classes = classes;
  for (size_t c = 0; c < classes; c += LANES) {
    V of[LANES];
    for (size_t i = 0; i < LANES; i++) {
      const size_t row = i < softmax.rows ? i : softmax.rows - 1;
      of[i] = loadUpTo(logits + row * classes + c, classes - c, 0);
    }
    storeTransposed(of, (float *)(softmax.terms + c), LANES);
  }
  V largest = splat(-__builtin_inff()), total = splat(0);
  for (size_t c = 0; c < classes; c++) largest = larger(softmax.terms[c], largest);
  for (size_t c = 0; c < classes; c++) {
    softmax.terms[c] = exponential(softmax.terms[c] - largest);
    total += softmax.terms[c];
  }
  softmax.largest = largest;
  softmax.total = total;
  return softmax;
}

/// Writes the terms, row by row.
INLINE void storeTerms(const SoftmaxRows *softmax, float *out) {
  for (size_t c = 0; c < softmax->classes; c += LANES) {
    V of[LANES];
    storeTransposed(softmax->terms + c, (float *)of, LANES);
    for (size_t i = 0; i < softmax->rows; i++) {
      storeUpTo(out + i * softmax->classes + c, of[i], softmax->classes - c);
    }
  }
}

/// Whether the label is the number of a class.
INLINE bool isClass(float label, size_t classes) {
  return label >= 0 && label < (float)classes && label == (float)(size_t)label;
}

static float softmaxCrossEntropy(
    const float *logits, const float *labels, float smoothing, size_t rows, size_t classes) {
  double total = 0;
  SoftmaxTotal totals[LANES];
  for (size_t row = 0; row < rows; row++) {
    const float *of = logits + row * classes;
    if (!isClass(labels[row], classes)) return __builtin_nanf("");
    if (classes > FEW_CLASSES) {
      totals[row % LANES] = softmaxTotal(of, classes);
    } else if (row % LANES == 0) {
      const SoftmaxRows softmax = softmaxRows(of, rows - row, classes);
      for (size_t i = 0; i < LANES; i++) totals[i] = (SoftmaxTotal){softmax.largest[i], softmax.total[i]};
    }
    const SoftmaxTotal softmax = totals[row % LANES];
    float target = (1 - smoothing) * (of[(size_t)labels[row]] - softmax.largest);
    if (smoothing > 0) target += smoothing * (sum(of, classes) / (float)classes - softmax.largest);
    total += logf(softmax.total) - target;
  }
  return (float)(total / (double)rows);
}

static void softmaxCrossEntropyGradient(
    const float *logits, const float *labels, float smoothing, float upstream, size_t rows, size_t classes,
    float *out) {
  const float factor = upstream / (float)rows;
  const float everywhere = factor * smoothing / (float)classes;
  // The gradient by the row of a label that is no class is NaN.
  for (size_t row = 0; row < rows; row += classes > FEW_CLASSES ? 1 : LANES) {
    const float *of = logits + row * classes;
    float *to = out + row * classes;
    if (classes > FEW_CLASSES) {
      const SoftmaxTotal softmax = softmaxTotal(of, classes);
      const float scale = isClass(labels[row], classes) ? factor / softmax.total : __builtin_nanf("");
      FOR_VECTORS(classes) {
        storeUpTo(to + i, exponential(loadUpTo(of + i, left, 0) - softmax.largest) * scale - everywhere, left);
      }
    } else {
      SoftmaxRows softmax = softmaxRows(of, rows - row, classes);
      V scale = factor / softmax.total;
      for (size_t i = 0; i < softmax.rows; i++) {
        if (!isClass(labels[row + i], classes)) scale[i] = __builtin_nanf("");
      }
      for (size_t c = 0; c < classes; c++) softmax.terms[c] = softmax.terms[c] * scale - everywhere;
      storeTerms(&softmax, to);
    }
  }
  for (size_t row = 0; row < rows; row++) {
    if (isClass(labels[row], classes)) out[row * classes + (size_t)labels[row]] -= factor * (1 - smoothing);
  }
}

/// x [rows, columns]: the softmax of each row.
static void softmax(const float *x, size_t rows, size_t columns, float *out) {
  for (size_t row = 0; row < rows; row += columns > FEW_CLASSES ? 1 : LANES) {
    const float *of = x + row * columns;
    float *to = out + row * columns;
    if (columns > FEW_CLASSES) {
      const SoftmaxTotal total = softmaxTotal(of, columns);
      const float factor = 1 / total.total;
      FOR_VECTORS(columns) storeUpTo(to + i, exponential(loadUpTo(of + i, left, 0) - total.largest) * factor, left);
    } else {
      SoftmaxRows softmax = softmaxRows(of, rows - row, columns);
      const V factor = 1 / softmax.total;
      for (size_t c = 0; c < columns; c++) softmax.terms[c] *= factor;
      storeTerms(&softmax, to);
    }
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
