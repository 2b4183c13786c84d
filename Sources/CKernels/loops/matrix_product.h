// The matrix product: panels of two vectors of columns, in blocks of rows whose accumulators stay in registers.
//
// The panel's part of b is read straight from its rows; only a transposed b is first copied, a panel at a time. The
// rows of b that are worked on at once are limited so that they stay in the nearest caches.

/// A total with the product of an element of each operand added. Where an element is a pair of bfloat16 numbers, this is
/// the sum of two products, and everything else stays the same.
#ifndef MULTIPLY_ADD
#define MULTIPLY_ADD(total, left, right) ((total) + (left) * (right))
#endif

#define PANEL_COLUMNS (2 * LANES)
#define PANEL_ROWS 512

/// What a block starts from.
typedef enum { StartZero, StartBias, StartOutput } Start;

/// One block of c: `rows` by one or two vectors of columns, of which the last has `rest` columns where `isPart`.
INLINE void block(
    const size_t rows, const int vectors, const bool isPart, const bool isPacked, size_t rest, size_t inner,
    const float *a, size_t aRowStride, size_t aColumnStride, const float *b, size_t bStride, Start start,
    const float *bias, bool rectifies, float *c, size_t cStride) {
#define IS_PART(v) (isPart && (v) == vectors - 1)
  V total[BLOCK_ROWS][2];
  for (int v = 0; v < vectors; v++) {
    if (start == StartOutput) {
      for (size_t i = 0; i < rows; i++) {
        const float *from = c + i * cStride + v * LANES;
        total[i][v] = IS_PART(v) ? loadPart(from, rest, 0) : load(from);
      }
    } else {
      V first = splat(0);
      if (start == StartBias) first = IS_PART(v) ? loadPart(bias + v * LANES, rest, 0) : load(bias + v * LANES);
      for (size_t i = 0; i < rows; i++) total[i][v] = first;
    }
  }
  for (size_t k = 0; k < inner; k++) {
    V right[2];
    for (int v = 0; v < vectors; v++) {
      const float *from = b + k * bStride + v * LANES;
      right[v] = IS_PART(v) && !isPacked ? loadPart(from, rest, 0) : load(from);
    }
    for (size_t i = 0; i < rows; i++) {
      V left = splat(a[i * aRowStride + k * aColumnStride]);
      for (int v = 0; v < vectors; v++) total[i][v] = MULTIPLY_ADD(total[i][v], left, right[v]);
    }
  }
  for (size_t i = 0; i < rows; i++) {
    for (int v = 0; v < vectors; v++) {
      V result = rectifies ? rectified(total[i][v]) : total[i][v];
      float *to = c + i * cStride + v * LANES;
      if (IS_PART(v)) storePart(to, result, rest);
      else store(to, result);
    }
  }
#undef IS_PART
}

/// All rows of one panel of c, for the rows of b from `k` on.
INLINE void panel(
    const int vectors, const bool isPart, const bool isPacked, size_t rest, const CMatrixProduct *call, size_t k,
    size_t inner, const float *b, size_t bStride, size_t column) {
  const Start start = k > 0 ? StartOutput : call->bias ? StartBias : StartZero;
  const float *bias = call->bias ? call->bias + column : 0;
  const bool rectifies = call->activation == CActivationReLU && k + inner == call->inner;
  const float *a = call->a + k * call->aColumnStride;
  float *c = call->c + column;
#define ROWS(count)                                                                                              \
  block(count, vectors, isPart, isPacked, rest, inner, a + row * call->aRowStride, call->aRowStride,             \
        call->aColumnStride, b, bStride, start, bias, rectifies, c + row * call->columns, call->columns)
  size_t row = 0;
  for (; row + BLOCK_ROWS <= call->rows; row += BLOCK_ROWS) ROWS(BLOCK_ROWS);
  switch (call->rows - row) {
    case 1: ROWS(1); break;
    case 2: ROWS(2); break;
    case 3: ROWS(3); break;
#if BLOCK_ROWS > 4
    case 4: ROWS(4); break;
    case 5: ROWS(5); break;
#endif
#if BLOCK_ROWS > 6
    case 6: ROWS(6); break;
    case 7: ROWS(7); break;
#endif
  }
#undef ROWS
}

/// Copies the transpose of `columns` rows of b, `inner` numbers each, into a panel, whose rows are made up to whole
/// vectors, and whose number of rows is made up to a multiple of the lanes, with numbers that do not matter.
INLINE void pack(const float *b, size_t bStride, size_t columns, size_t inner, float *to) {
  for (size_t wide = 0; wide < columns; wide += LANES) {
    const size_t last = columns - wide < LANES ? columns - wide - 1 : LANES - 1;
    for (size_t k = 0; k < inner; k += LANES) {
      V rows[LANES];
      for (size_t j = 0; j < LANES; j++) {
        const float *from = b + (wide + (j < last ? j : last)) * bStride + k;
        rows[j] = loadUpTo(from, inner - k, 0);
      }
      storeTransposed(rows, to + k * PANEL_COLUMNS + wide, PANEL_COLUMNS);
    }
  }
}

static void matrixProduct(const CMatrixProduct *call) {
  for (size_t column = 0; column < call->columns; column += PANEL_COLUMNS) {
    const size_t left = call->columns - column;
    const size_t columns = left < PANEL_COLUMNS ? left : PANEL_COLUMNS;
    const size_t rest = columns % LANES;
    for (size_t k = 0; k < call->inner; k += PANEL_ROWS) {
      const size_t inner = call->inner - k < PANEL_ROWS ? call->inner - k : PANEL_ROWS;
#define PANEL(isPacked, b, stride)                                                                      \
  do {                                                                                                  \
    if (columns > LANES) {                                                                              \
      if (rest) panel(2, true, isPacked, rest, call, k, inner, b, stride, column);                      \
      else panel(2, false, isPacked, 0, call, k, inner, b, stride, column);                             \
    } else {                                                                                            \
      if (rest) panel(1, true, isPacked, rest, call, k, inner, b, stride, column);                      \
      else panel(1, false, isPacked, 0, call, k, inner, b, stride, column);                             \
    }                                                                                                   \
  } while (0)
      if (call->transposesB) {
        pack(call->b + column * call->inner + k, call->inner, columns, inner, call->scratch);
        PANEL(true, call->scratch, PANEL_COLUMNS);
      } else {
        const float *b = call->b + k * call->columns + column;
        PANEL(false, b, call->columns);
      }
#undef PANEL
    }
  }
  if (call->activation != CActivationNone && call->activation != CActivationReLU) {
    activation(call->activation, call->activationNumber, call->c, call->c, call->rows * call->columns);
  }
}
