// Batch normalization with ReLU and the maximum of each two by two places behind it, whose outputs are never stored but
// computed again where a gradient needs them.

/// Runs the statement after it for each window of images [.., 2 outHeight, 2 outWidth, channels], with `place` at its first
/// place in the images and `y` at its own in the pooled ones.
#define FOR_PAIRS(call)                                                                              \
  for (size_t row = 0, y = 0; row < (call)->images * (call)->outHeight; row++)                       \
    for (size_t place = 4 * row * (call)->outWidth * (call)->channels, end = y + (call)->outWidth * (call)->channels; \
         y < end; y += (call)->channels, place += 2 * (call)->channels)

/// The four elements of a window, as they are and normalized, and the largest of the latter.
typedef struct {
  V x[4], y[4], best;
} Quad;

INLINE Quad quadAt(const CPooledNormalization *call, size_t place, size_t left, V factor, V offset) {
  const size_t below = 2 * call->outWidth * call->channels;
  const size_t places[4] = {place, place + call->channels, place + below, place + below + call->channels};
  Quad quad;
  for (int k = 0; k < 4; k++) {
    quad.x[k] = loadUpTo(call->x + places[k], left, 0);
    quad.y[k] = quad.x[k] * factor + offset;
  }
  quad.best = maximum(maximum(quad.y[0], quad.y[1]), maximum(quad.y[2], quad.y[3]));
  return quad;
}

INLINE void normalizePairs(
    const size_t vectors, const CPooledNormalization *call, size_t channel, size_t left, const V *factor,
    const V *offset) {
  FOR_PAIRS(call) {
    for (size_t v = 0; v < vectors; v++) {
      const size_t at = channel + v * LANES, own = inVector(left, v);
      const Quad quad = quadAt(call, place + at, own, factor[v], offset[v]);
      storeUpTo(call->out + y + at, rectified(quad.best), own);
    }
  }
}

static void normalizePooled(const CPooledNormalization *call) {
  FOR_STRIPS(call->channels) {
    V factor[STRIP], offset[STRIP];
    for (size_t v = 0; v < vectors; v++) {
      normalizationFactors(
          call->mean, call->variance, call->scale, call->shift, call->epsilon, i + v * LANES, inVector(left, v),
          &factor[v], &offset[v]);
    }
#define NORMALIZE(count, extent) normalizePairs(count, call, i, extent, factor, offset);
    WITH_STRIP(NORMALIZE)
#undef NORMALIZE
  }
}

INLINE void sumPairs(
    const size_t vectors, const CPooledNormalization *call, size_t channel, size_t left, const V *factor,
    const V *offset, const V *mean, V *sums, V *products) {
  FOR_PAIRS(call) {
    for (size_t v = 0; v < vectors; v++) {
      const size_t at = channel + v * LANES, own = inVector(left, v);
      const Quad quad = quadAt(call, place + at, own, factor[v], offset[v]);
      const V g = (V)((VI)loadUpTo(call->upstream + y + at, own, 0) & (quad.best > 0.0f));
      // The first of the largest elements is the one that the window's upstream goes to.
      V x = quad.x[3];
      for (int k = 2; k >= 0; k--) x = blend(quad.y[k] == quad.best, quad.x[k], x);
      sums[v] += g;
      products[v] += g * (x - mean[v]);
    }
  }
}

/// The same from the pooled images: x - mean of the element that a pooled one was made of is (pooled - shift) / factor.
INLINE void sumPooled(
    const size_t vectors, const CPooledNormalization *call, size_t channel, size_t left, const V *shift, V *sums,
    V *products) {
  const size_t count = call->outHeight * call->outWidth * call->channels;
  for (size_t y = 0; y < count; y += call->channels) {
    for (size_t v = 0; v < vectors; v++) {
      const size_t at = channel + v * LANES, own = inVector(left, v);
      const V pooled = loadUpTo(call->pooled + y + at, own, 0);
      const V g = (V)((VI)loadUpTo(call->upstream + y + at, own, 0) & (pooled > 0.0f));
      sums[v] += g;
      products[v] += g * (pooled - shift[v]);
    }
  }
}

/// Whether pooled numbers tell x: where the scale is far below the shift, their digits are those of the shift.
INLINE bool tellsInput(const CPooledNormalization *call, size_t channel) {
  const float scale = fabsf(call->scale[channel]);
  return scale > 1e-20f && 64 * scale >= fabsf(call->shift[channel]);
}

/// Σ g and Σ g x̂ of each channel, where g is the gradient before the pooling and ReLU: all but one of a window's are 0.
static void pooledSums(const CPooledNormalization *call) {
  FOR_STRIPS(call->channels) {
    V factor[STRIP], offset[STRIP], mean[STRIP], shift[STRIP], sums[STRIP] = {{0}}, products[STRIP] = {{0}};
    bool isTold = true;
    for (size_t c = 0; c < STRIP * LANES && c < left; c++) isTold = isTold && tellsInput(call, i + c);
    for (size_t v = 0; v < vectors; v++) {
      const size_t at = i + v * LANES, own = inVector(left, v);
      mean[v] = loadUpTo(call->mean + at, own, 0);
      shift[v] = loadUpTo(call->shift + at, own, 0);
      normalizationFactors(
          call->mean, call->variance, call->scale, call->shift, call->epsilon, at, own, &factor[v], &offset[v]);
    }
    // A few rows at a time, so that long sums stay exact.
    CPooledNormalization part = *call;
    const size_t images = call->images, image = call->outHeight * call->outWidth * call->channels;
    part.images = 1;
    for (size_t n = 0; n < images; n++, part.x += 4 * image, part.pooled += image, part.upstream += image) {
      V sum[STRIP] = {{0}}, product[STRIP] = {{0}};
#define SUM(count, extent) sumPairs(count, &part, i, extent, factor, offset, mean, sum, product);
#define SUM_POOLED(count, extent) sumPooled(count, &part, i, extent, shift, sum, product);
      if (isTold) {
        WITH_STRIP(SUM_POOLED)
      } else {
        WITH_STRIP(SUM)
      }
#undef SUM
#undef SUM_POOLED
      for (size_t v = 0; v < vectors; v++) {
        sums[v] += sum[v];
        products[v] += isTold ? product[v] / factor[v] : product[v];
      }
    }
    for (size_t v = 0; v < vectors; v++) {
      storeSums(
          sums[v], products[v], call->variance, call->epsilon, call->accumulates, i + v * LANES, inVector(left, v),
          call->out, call->channels);
    }
  }
}

INLINE void gradientPairs(
    const size_t vectors, const CPooledNormalization *call, size_t channel, size_t left, const V *factor,
    const V *offset, const Slopes *slopes) {
  const size_t below = 2 * call->outWidth * call->channels;
  FOR_PAIRS(call) {
    for (size_t v = 0; v < vectors; v++) {
      const size_t at = channel + v * LANES, own = inVector(left, v), first = place + at;
      const size_t places[4] = {first, first + call->channels, first + below, first + below + call->channels};
      const Quad quad = quadAt(call, first, own, factor[v], offset[v]);
      const V g = loadUpTo(call->upstream + y + at, own, 0) * slopes[v].factor;
      VI open = quad.best > 0.0f;
      for (int k = 0; k < 4; k++) {
        const VI isOwn = open & (quad.y[k] == quad.best);
        open &= ~isOwn;
        const V rest = slopes[v].offset - quad.x[k] * slopes[v].slope;
        storeUpTo(call->out + places[k], (V)((VI)g & isOwn) + rest, own);
      }
    }
  }
}

/// The gradient by x, given `pooledSums`.
static void pooledGradient(const CPooledNormalization *call) {
  const float share = 1 / (float)(4 * call->total * call->outHeight * call->outWidth);
  FOR_STRIPS(call->channels) {
    V factor[STRIP], offset[STRIP];
    Slopes slopes[STRIP];
    for (size_t v = 0; v < vectors; v++) {
      const size_t at = i + v * LANES, own = inVector(left, v);
      slopes[v] = slopesAt(
          at, own, call->mean, call->variance, call->scale, call->sums, call->epsilon, share, call->channels);
      normalizationFactors(
          call->mean, call->variance, call->scale, call->shift, call->epsilon, at, own, &factor[v], &offset[v]);
    }
#define GRADIENT(count, extent) gradientPairs(count, call, i, extent, factor, offset, slopes);
    WITH_STRIP(GRADIENT)
#undef GRADIENT
  }
}
