// Convolutions over images with channels last, as products whose left operand is gathered: element (r, k) of it is
// a[rowOffsets[r] + innerOffsets[k]]. With rows for output places and k for (tap, input channel) that is a convolution;
// with rows for (tap, input channel) and k for output places it is the gradient by the weight.
//
// The blocks are those of the matrix product. The last block of rows computes its last row several times over and stores
// it once, which is cheaper than a function for each number of rows.

#define GATHER_ROWS BLOCK_ROWS

/// How much of the inner extent is worked on at once. In the gradient by the weight each step of it reads other lines of
/// both operands, and they are to stay in the nearest cache while all blocks pass over them.
#define GATHER_INNER 192

/// How many steps of the inner extent are written out. Clang loads so much ahead in more of them, or with blocks of eight
/// rows, that registers go to memory.
#define GATHER_STEPS (BLOCK_ROWS > 6 ? 1 : 2)

/// One block of c: `GATHER_ROWS` rows by one or two vectors of columns, of which the last has `rest` columns where `isPart`,
/// for the part of the inner extent from `k` on that ends before `end`.
INLINE void gatheredBlock(
    const int vectors, const bool isPart, const bool isPacked, size_t rest, const CGatheredProduct *call, size_t row,
    size_t k, size_t end, const float *b, size_t bStride, size_t column) {
  const size_t rows = call->rows - row < GATHER_ROWS ? call->rows - row : GATHER_ROWS;
  const float *a[GATHER_ROWS];
  float *c[GATHER_ROWS];
  for (size_t i = 0; i < GATHER_ROWS; i++) {
    const size_t own = row + (i < rows ? i : rows - 1);
    a[i] = call->a + call->rowOffsets[own];
    c[i] = call->c + column + (call->cOffsets ? (size_t)call->cOffsets[own] : own * call->cStride);
  }
  const bool continues = call->accumulates || k > 0;
  V total[GATHER_ROWS][2];
  for (int v = 0; v < vectors; v++) {
    const V first = call->bias ? loadColumns(IS_PART(v), rest, call->bias + column + v * LANES) : splat(0);
    for (size_t i = 0; i < GATHER_ROWS; i++) {
      total[i][v] = continues ? loadColumns(IS_PART(v), rest, c[i] + v * LANES) : first;
    }
  }
  const int32_t *offsets = call->innerOffsets + k;
  b += k * bStride;
#define ADD_STEPS(count)                                                                                      \
  do {                                                                                                        \
    _Pragma("unroll") for (size_t step = 0; step < count; step++) {                                           \
      V right[2];                                                                                             \
      loadRow(vectors, isPart, isPacked, rest, b + step * bStride, right);                                    \
      const ptrdiff_t offset = offsets[step];                                                                 \
      for (size_t i = 0; i < GATHER_ROWS; i++) {                                                              \
        V left = splat(a[i][offset]);                                                                         \
        for (int v = 0; v < vectors; v++) total[i][v] = MULTIPLY_ADD(total[i][v], left, right[v]);            \
      }                                                                                                       \
    }                                                                                                         \
    b += count * bStride;                                                                                     \
    OPAQUE(b);                                                                                                \
    offsets += count;                                                                                         \
    OPAQUE(offsets);                                                                                          \
  } while (0)
  size_t inner = end - k;
  for (; inner >= GATHER_STEPS; inner -= GATHER_STEPS) ADD_STEPS(GATHER_STEPS);
  for (; inner > 0; inner--) ADD_STEPS(1);
#undef ADD_STEPS
  const bool rectifies = call->rectifies && end == call->inner;
  for (size_t i = 0; i < GATHER_ROWS; i++) {
    if (i >= rows) break;
    for (int v = 0; v < vectors; v++) {
      const V result = rectifies ? rectified(total[i][v]) : total[i][v];
      storeColumns(IS_PART(v), rest, c[i] + v * LANES, result);
    }
  }
}

/// Adds the part of the inner extent from `k` on that ends before `end`.
INLINE void gatheredPart(const CGatheredProduct *call, size_t k, size_t end) {
  for (size_t column = 0; column < call->columns; column += PANEL_COLUMNS) {
    const size_t left = call->columns - column;
    const size_t columns = left < PANEL_COLUMNS ? left : PANEL_COLUMNS;
    const size_t rest = columns % LANES;
    // A packed b is one panel after the other, of rows made up to whole panels.
    const float *b = call->isPacked ? call->b + column * call->inner : call->b + column;
    const size_t stride = call->isPacked ? PANEL_COLUMNS : call->bStride;
#define BLOCKS(vectors, isPart, isPacked)                                   \
  for (size_t row = 0; row < call->rows; row += GATHER_ROWS)                \
    gatheredBlock(vectors, isPart, isPacked, rest, call, row, k, end, b, stride, column)
    if (columns > LANES) {
      if (!rest) BLOCKS(2, false, false);
      else if (call->isPacked) BLOCKS(2, true, true);
      else BLOCKS(2, true, false);
    } else {
      if (!rest) BLOCKS(1, false, false);
      else if (call->isPacked) BLOCKS(1, true, true);
      else BLOCKS(1, true, false);
    }
#undef BLOCKS
  }
}

static void gatheredProduct(const CGatheredProduct *call) {
  // An inner extent of nothing leaves the bias.
  size_t k = 0, end;
  do {
    end = call->inner - k < GATHER_INNER ? call->inner : k + GATHER_INNER;
    gatheredPart(call, k, end);
    k = end;
  } while (k < call->inner);
}
