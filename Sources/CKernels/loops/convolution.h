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
    else if (call->tapCount == 4) depthwiseBlock(rows, 4, LANES, call, row, c);
    else if (call->tapCount == 2) depthwiseBlock(rows, 2, LANES, call, row, c);
    else depthwiseBlock(rows, call->tapCount, LANES, call, row, c);
  }
}

/// A window of three by three places, of which those of a row lie side by side.
typedef struct {
  /// Where each row begins, and where the weights of its places do.
  ptrdiff_t offsets[3];
  size_t weights[3][3];
} SquareWindow;

/// Whether the window of a call is of that kind; its rows may be given from the right to the left.
static bool findSquareWindow(const CDepthwise *call, SquareWindow *window) {
  if (call->tapCount != 9) return false;
  const ptrdiff_t channels = (ptrdiff_t)call->channels;
  for (size_t r = 0; r < 3; r++) {
    const int32_t *offsets = call->tapOffsets + 3 * r;
    const ptrdiff_t step = offsets[1] - offsets[0];
    if ((step != channels && step != -channels) || offsets[2] - offsets[1] != step) return false;
    window->offsets[r] = offsets[step < 0 ? 2 : 0];
    for (size_t j = 0; j < 3; j++) {
      window->weights[r][j] = (size_t)call->taps[3 * r + (step < 0 ? 2 - j : j)] * call->channels;
    }
  }
  return true;
}

/// Whether the windows of some rows begin side by side.
INLINE bool areAdjacent(const CDepthwise *call, size_t row, size_t rows) {
  return row + rows <= call->rows &&
         (size_t)(call->rowOffsets[row + rows - 1] - call->rowOffsets[row]) == (rows - 1) * call->channels;
}

/// Adjacent rows of all vectors of channels: each element is loaded once for the three places of a window's row.
INLINE void squareWindowRows(const size_t rows, const CDepthwise *call, const SquareWindow *window, size_t row) {
  const size_t channels = call->channels;
  size_t c = 0;
  for (; c + LANES <= channels; c += LANES) {
    V total[8];
    const V bias = call->bias ? load(call->bias + c) : splat(0);
    for (size_t i = 0; i < rows; i++) total[i] = bias;
#pragma clang loop unroll(disable)
    for (size_t r = 0; r < 3; r++) {
      const float *a = call->a + call->rowOffsets[row] + window->offsets[r] + c;
      V weights[3];
      for (size_t j = 0; j < 3; j++) weights[j] = load(call->weight + window->weights[r][j] + c);
#pragma clang loop unroll(full)
      for (size_t i = 0; i < rows + 2; i++) {
        const V x = load(a);
        a += channels;
        OPAQUE(a);
        if (i < rows) total[i] += x * weights[0];
        if (i >= 1 && i <= rows) total[i - 1] += x * weights[1];
        if (i >= 2) total[i - 2] += x * weights[2];
      }
    }
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) {
      float *to = call->c + c + (call->cOffsets ? (size_t)call->cOffsets[row + i] : (row + i) * channels);
      store(to, call->rectifies ? rectified(total[i]) : total[i]);
    }
  }
  if (c < channels) {
    for (size_t i = 0; i < rows; i++) depthwiseBlock(1, 9, channels - c, call, row + i, c);
  }
}

static void depthwise(const CDepthwise *call) {
  SquareWindow window;
  const bool isSquare = findSquareWindow(call, &window) && areAdjacent(call, 0, 2);
  for (size_t row = 0; row < call->rows;) {
    if (isSquare && areAdjacent(call, row, 8)) {
      squareWindowRows(8, call, &window, row);
      row += 8;
    } else if (isSquare && areAdjacent(call, row, 4)) {
      squareWindowRows(4, call, &window, row);
      row += 4;
    } else if (row + DEPTHWISE_ROWS <= call->rows) {
      depthwiseRows(DEPTHWISE_ROWS, call, row);
      row += DEPTHWISE_ROWS;
    } else {
      depthwiseRows(1, call, row);
      row++;
    }
  }
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

/// The products with `rows` adjacent rows of one vector of channels: each element is loaded once.
INLINE void addSquareWindow(
    const size_t rows, const CDepthwise *call, const SquareWindow *window, size_t row, size_t c, V total[3][3]) {
  V g[4];
  for (size_t i = 0; i < rows; i++) g[i] = load(call->weight + (row + i) * call->channels + c);
  for (size_t r = 0; r < 3; r++) {
    const float *a = call->a + call->rowOffsets[row] + window->offsets[r] + c;
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows + 2; i++, a += call->channels) {
      const V x = load(a);
      if (i < rows) total[r][0] += x * g[i];
      if (i >= 1 && i <= rows) total[r][1] += x * g[i - 1];
      if (i >= 2) total[r][2] += x * g[i - 2];
    }
  }
}

/// All nine taps of one vector of channels.
INLINE void squareWindowTaps(const CDepthwise *call, const SquareWindow *window, size_t c) {
  V total[3][3];
  for (size_t r = 0; r < 3; r++) {
    for (size_t j = 0; j < 3; j++) total[r][j] = load(call->c + window->weights[r][j] + c);
  }
  for (size_t row = 0; row < call->rows;) {
    if (areAdjacent(call, row, 4)) {
      addSquareWindow(4, call, window, row, c, total);
      row += 4;
    } else {
      addSquareWindow(1, call, window, row, c, total);
      row++;
    }
  }
  for (size_t r = 0; r < 3; r++) {
    for (size_t j = 0; j < 3; j++) store(call->c + window->weights[r][j] + c, total[r][j]);
  }
}

static void depthwiseWeightGradient(const CDepthwise *call) {
  SquareWindow window;
  const bool isSquare = findSquareWindow(call, &window) && areAdjacent(call, 0, 2);
  for (size_t c = 0; c < call->channels; c += LANES) {
    const size_t left = call->channels - c;
    size_t tap = 0;
    if (left >= LANES) {
      if (isSquare) {
        squareWindowTaps(call, &window, c);
        continue;
      }
      for (; tap + 9 <= call->tapCount; tap += 9) depthwiseTaps(9, LANES, call, tap, c);
      for (; tap + 3 <= call->tapCount; tap += 3) depthwiseTaps(3, LANES, call, tap, c);
      for (; tap < call->tapCount; tap++) depthwiseTaps(1, LANES, call, tap, c);
    } else {
      for (; tap + 3 <= call->tapCount; tap += 3) depthwiseTaps(3, left, call, tap, c);
      for (; tap < call->tapCount; tap++) depthwiseTaps(1, left, call, tap, c);
    }
  }
}
