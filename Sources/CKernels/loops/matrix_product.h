// The matrix product: panels of two vectors of columns, in blocks of rows whose accumulators stay in registers.
//
// The panel's part of b is read straight from its rows; only a transposed b is first copied, a panel at a time. The
// rows of b that are worked on at once are limited so that they stay in the nearest caches.

#include "panels.h"

/// A total with the product of an element of each operand added. Where an element is a pair of bfloat16 numbers, this is
/// the sum of two products, and everything else stays the same.
#ifndef MULTIPLY_ADD
#define MULTIPLY_ADD(total, left, right) ((total) + (left) * (right))
#endif

#define PANEL_ROWS 512

/// How many steps of the inner extent are written out, so that a step has hardly an instruction beside its loads and products:
/// where two threads share a core, instructions are what there is too little of.
#define STEPS 4

/// Keeps the compiler from making a pointer of its own of each sum of this one and a stride.
#define OPAQUE(pointer) __asm__("" : "+r"(pointer))

/// Whether vector v of a block is its last one and has only some columns.
#define IS_PART(v) (isPart && (v) == vectors - 1)

/// A vector of columns, of which a part has `rest`.
INLINE V loadColumns(const bool isPart, size_t rest, const float *from) {
  return isPart ? loadPart(from, rest, 0) : load(from);
}

/// Stores a vector of columns.
INLINE void storeColumns(const bool isPart, size_t rest, float *to, V result) {
  if (isPart) storePart(to, result, rest);
  else store(to, result);
}

/// The vectors of columns of one row of b; a packed one is made up to whole vectors.
INLINE void loadRow(
    const int vectors, const bool isPart, const bool isPacked, size_t rest, const float *from, V right[2]) {
  for (int v = 0; v < vectors; v++) right[v] = loadColumns(IS_PART(v) && !isPacked, rest, from + v * LANES);
}

/// What a block starts from.
typedef enum { StartZero, StartBias, StartOutput } Start;

/// One block of c: `rows` by one or two vectors of columns, of which the last has `rest` columns where `isPart`. The rows of
/// a, or where it is transposed its columns, are `aStride` apart.
INLINE void block(
    const size_t rows, const int vectors, const bool isPart, const bool isPacked, const bool transposesA, size_t rest,
    size_t inner, const float *a, size_t aStride, const float *b, size_t bStride, Start start, const float *bias,
    bool rectifies, float *c, size_t cStride) {
  V total[BLOCK_ROWS][2];
  for (int v = 0; v < vectors; v++) {
    if (start == StartOutput) {
      for (size_t i = 0; i < rows; i++) total[i][v] = loadColumns(IS_PART(v), rest, c + i * cStride + v * LANES);
    } else {
      V first = splat(0);
      if (start == StartBias) first = loadColumns(IS_PART(v), rest, bias + v * LANES);
      for (size_t i = 0; i < rows; i++) total[i][v] = first;
    }
  }
  // An address may have one or two times a stride in it, so that each three rows of a need a pointer.
  const float *third[(BLOCK_ROWS + 2) / 3];
  const size_t thirds = transposesA ? 1 : (rows + 2) / 3;
  for (size_t t = 0; t < thirds; t++) third[t] = a + 3 * t * aStride;
#define ADD_STEPS(count)                                                                                      \
  do {                                                                                                        \
    _Pragma("unroll") for (size_t step = 0; step < count; step++) {                                           \
      V right[2];                                                                                             \
      loadRow(vectors, isPart, isPacked, rest, b + step * bStride, right);                                    \
      for (size_t i = 0; i < rows; i++) {                                                                     \
        V left = splat(transposesA ? third[0][step * aStride + i] : third[i / 3][i % 3 * aStride + step]);    \
        for (int v = 0; v < vectors; v++) total[i][v] = MULTIPLY_ADD(total[i][v], left, right[v]);            \
      }                                                                                                       \
    }                                                                                                         \
    b += count * bStride;                                                                                     \
    OPAQUE(b);                                                                                                \
    for (size_t t = 0; t < thirds; t++) {                                                                     \
      third[t] += transposesA ? count * aStride : count;                                                      \
      OPAQUE(third[t]);                                                                                       \
    }                                                                                                         \
  } while (0)
  for (; inner >= STEPS; inner -= STEPS) ADD_STEPS(STEPS);
  for (; inner > 0; inner--) ADD_STEPS(1);
#undef ADD_STEPS
  for (size_t i = 0; i < rows; i++) {
    for (int v = 0; v < vectors; v++) {
      const V result = rectifies ? rectified(total[i][v]) : total[i][v];
      storeColumns(IS_PART(v), rest, c + i * cStride + v * LANES, result);
    }
  }
}

/// All rows of one panel of c, for the rows of b from `k` on.
INLINE void panel(
    const int vectors, const bool isPart, const bool isPacked, const bool transposesA, const CMatrixProduct *call,
    size_t k, size_t inner, const float *b, size_t bStride, size_t column) {
  const size_t rest = isPart ? (call->columns - column) % LANES : 0;
  const Start start = k > 0 ? StartOutput : call->bias ? StartBias : StartZero;
  const float *bias = call->bias ? call->bias + column : 0;
  const bool rectifies = call->activation == CActivationReLU && k + inner == call->inner;
  const size_t aStride = transposesA ? call->rows : call->inner;
  const float *a = call->a + (transposesA ? k * aStride : k);
  float *c = call->c + column;
#define ROWS(count)                                                                                                \
  case count:                                                                                                      \
    block(count, vectors, isPart, isPacked, transposesA, rest, inner, a + row * (transposesA ? 1 : aStride),       \
          aStride, b, bStride, start, bias, rectifies, c + row * call->columns, call->columns);                    \
    break
  for (size_t row = 0, rows; row < call->rows; row += rows) {
    // The last rows make two blocks of like size, since the products of a small one wait for one another.
    const size_t left = call->rows - row;
    rows = left >= 2 * BLOCK_ROWS ? BLOCK_ROWS : left > BLOCK_ROWS ? (left + 1) / 2 : left;
    switch (rows) {
      ROWS(1);
      ROWS(2);
      ROWS(3);
      ROWS(4);
#if BLOCK_ROWS > 4
      ROWS(5);
      ROWS(6);
#endif
#if BLOCK_ROWS > 6
      ROWS(7);
      ROWS(8);
#endif
    }
  }
#undef ROWS
}

static void matrixProduct(const CMatrixProduct *call) {
  for (size_t column = 0; column < call->columns; column += PANEL_COLUMNS) {
    const size_t left = call->columns - column;
    const size_t columns = left < PANEL_COLUMNS ? left : PANEL_COLUMNS;
    for (size_t k = 0; k < call->inner; k += PANEL_ROWS) {
      const size_t inner = call->inner - k < PANEL_ROWS ? call->inner - k : PANEL_ROWS;
#define PANEL(isPacked, transposesA, b, stride)                                            \
  do {                                                                                     \
    const bool isPart = columns % LANES > 0;                                               \
    if (columns > LANES) {                                                                 \
      if (isPart) panel(2, true, isPacked, transposesA, call, k, inner, b, stride, column);  \
      else panel(2, false, isPacked, transposesA, call, k, inner, b, stride, column);        \
    } else {                                                                               \
      if (isPart) panel(1, true, isPacked, transposesA, call, k, inner, b, stride, column);  \
      else panel(1, false, isPacked, transposesA, call, k, inner, b, stride, column);        \
    }                                                                                      \
  } while (0)
      if (call->transposesB) {
        pack(call->b + column * call->inner + k, call->inner, columns, inner, call->scratch);
        if (call->transposesA) PANEL(true, true, call->scratch, PANEL_COLUMNS);
        else PANEL(true, false, call->scratch, PANEL_COLUMNS);
      } else {
        const float *b = call->b + k * call->columns + column;
        if (call->transposesA) PANEL(false, true, b, call->columns);
        else PANEL(false, false, b, call->columns);
      }
#undef PANEL
    }
  }
  if (call->activation != CActivationNone && call->activation != CActivationReLU) {
    activation(call->activation, call->activationNumber, call->c, call->c, call->rows * call->columns);
  }
}
