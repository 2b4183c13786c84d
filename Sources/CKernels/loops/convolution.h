// Convolutions over images with channels last: what gathered products need beside them, and depthwise convolutions.

/// For each tap the weight [inner, channels] transposed, all taps of one panel of `inner` columns after the other.
static void packTaps(
    const float *weight, const int32_t *taps, size_t tapCount, size_t inner, size_t channels, size_t wStride,
    float *to) {
  for (size_t column = 0; column < inner; column += PANEL_COLUMNS) {
    const size_t columns = inner - column < PANEL_COLUMNS ? inner - column : PANEL_COLUMNS;
    for (size_t t = 0; t < tapCount; t++) {
      const float *from = weight + ((size_t)taps[t] * inner + column) * wStride;
      // Rows of a tap beyond `channels` are overwritten by the next tap, and lie in the slack after the last.
      pack(from, wStride, columns, channels, to + (column * tapCount + t * PANEL_COLUMNS) * channels);
    }
  }
}

/// Copies images into the middle of larger ones of zeros.
static void padImages(const CPadding *call) {
  const size_t row = call->width * call->channels, paddedRow = call->paddedWidth * call->channels;
  const size_t left = call->left * call->channels, right = paddedRow - left - row;
  for (size_t n = 0; n < call->images; n++) {
    const float *from = call->x + n * call->height * row;
    float *to = call->padded + n * call->paddedHeight * paddedRow;
    memset(to, 0, call->top * paddedRow * sizeof(float));
    to += call->top * paddedRow;
    for (size_t h = 0; h < call->height; h++, from += row, to += paddedRow) {
      for (size_t i = 0; i < left; i++) to[i] = 0;
      memcpy(to + left, from, row * sizeof(float));
      for (size_t i = 0; i < right; i++) to[left + row + i] = 0;
    }
    memset(to, 0, (call->paddedHeight - call->top - call->height) * paddedRow * sizeof(float));
  }
}

// Depthwise convolutions: vectors of channels.

#define DEPTHWISE_ROWS 6

/// Some rows of one vector of channels; `taps` and `left` are constants where they can be.
INLINE void depthwiseBlock(
    const size_t rows, const size_t taps, const size_t left, const CDepthwise *call, size_t row, size_t c) {
  const float *a[DEPTHWISE_ROWS];
  V total[DEPTHWISE_ROWS];
  const V bias = call->bias ? loadUpTo(call->bias + c, left, 0) : splat(0);
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++) {
    a[i] = call->a + call->rowOffsets[row + i] + c;
    total[i] = bias;
  }
  for (size_t t = 0; t < taps; t++) {
    const V weight = loadUpTo(call->weight + (size_t)call->taps[t] * call->channels + c, left, 0);
    const ptrdiff_t offset = call->tapOffsets[t];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) total[i] += loadUpTo(a[i] + offset, left, 0) * weight;
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++) {
    float *to = call->c + c + (call->cOffsets ? (size_t)call->cOffsets[row + i] : (row + i) * call->channels);
    storeUpTo(to, call->rectifies ? rectified(total[i]) : total[i], left);
  }
}

INLINE void depthwiseRows(const size_t rows, const CDepthwise *call, size_t row) {
  for (size_t c = 0; c < call->channels; c += LANES) {
    const size_t left = call->channels - c;
    if (left < LANES) depthwiseBlock(rows, call->tapCount, left, call, row, c);
    else if (call->tapCount == 9) depthwiseBlock(rows, 9, LANES, call, row, c);
    else depthwiseBlock(rows, call->tapCount, LANES, call, row, c);
  }
}

static void depthwise(const CDepthwise *call) {
  size_t row = 0;
  for (; row + DEPTHWISE_ROWS <= call->rows; row += DEPTHWISE_ROWS) depthwiseRows(DEPTHWISE_ROWS, call, row);
  for (; row < call->rows; row++) depthwiseRows(1, call, row);
}

/// The products of `taps` elements of the windows with the upstream, added to c.
INLINE void depthwiseTaps(const size_t taps, const size_t left, const CDepthwise *call, size_t tap, size_t c) {
  ptrdiff_t offsets[9];
  V total[9];
#pragma clang loop unroll(full)
  for (size_t t = 0; t < taps; t++) {
    offsets[t] = call->tapOffsets[tap + t];
    total[t] = loadUpTo(call->c + (tap + t) * call->channels + c, left, 0);
  }
  const float *upstream = call->weight + c, *a = call->a + c;
  for (size_t row = 0; row < call->rows; row++, upstream += call->channels) {
    const V g = loadUpTo(upstream, left, 0);
    const float *from = a + call->rowOffsets[row];
#pragma clang loop unroll(full)
    for (size_t t = 0; t < taps; t++) total[t] += loadUpTo(from + offsets[t], left, 0) * g;
  }
#pragma clang loop unroll(full)
  for (size_t t = 0; t < taps; t++) storeUpTo(call->c + (tap + t) * call->channels + c, total[t], left);
}

static void depthwiseWeightGradient(const CDepthwise *call) {
  for (size_t c = 0; c < call->channels; c += LANES) {
    const size_t left = call->channels - c;
    size_t tap = 0;
    if (left >= LANES) {
      for (; tap + 9 <= call->tapCount; tap += 9) depthwiseTaps(9, LANES, call, tap, c);
      for (; tap + 3 <= call->tapCount; tap += 3) depthwiseTaps(3, LANES, call, tap, c);
      for (; tap < call->tapCount; tap++) depthwiseTaps(1, LANES, call, tap, c);
    } else {
      for (; tap + 3 <= call->tapCount; tap += 3) depthwiseTaps(3, left, call, tap, c);
      for (; tap < call->tapCount; tap++) depthwiseTaps(1, left, call, tap, c);
    }
  }
}
