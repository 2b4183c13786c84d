// Products of pairs of bfloat16 numbers by tiles, as AMX has them: a tile of c, 16 rows of 16 numbers, gains the product of a
// tile of a, 16 rows of 16 pairs, and one of b, 16 rows of pairs for 16 columns.
//
// 2 by 2 tiles of c stay in their registers over a part of the inner extent. The part of a that a block of rows needs is
// copied into tiles, since its rows lie anywhere; that of b only where its panels are no whole tiles as they lie. What
// includes this file defines TILES_BEGIN and TILES_END around all of it, TILE_ZERO(tile), TILE_LOAD(tile, from, stride) and
// TILE_STORE(tile, to, stride) for rows that are `stride` bytes apart, and TILE_MULTIPLY(c, a, b), for tiles by number.

#include "panels.h"

/// The rows of a tile, and the pairs or numbers of one of its rows.
#define TILE 16
#define TILE_SIZE (TILE * TILE)

/// The rows and the columns of a block of c, which are those of a panel.
#define BLOCK PANEL_COLUMNS

/// How much is worked on at once: `PART_INNER` pairs of the inner extent, whose left operand stays in the nearest cache, and
/// as many panels of columns as stay in the second one with it.
#define PART_INNER (12 * TILE)
#define PART_PANELS 4

/// A product by tiles: a gathered one, or with what a matrix product has beside it.
typedef struct {
  CGatheredProduct gathered;
  /// The next row and the next pair of the left operand of a matrix product, which has the offsets of one block and part alone;
  /// else 0.
  size_t rowStep, innerStep;
  /// Whether b is [columns, inner], its rows `bStride` apart.
  bool transposesB;
} TileProduct;

/// How many of 16 offsets at a time are neighbours: 16, 4 or 1.
INLINE int runLength(const int32_t *offsets) {
  const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i starts = _mm512_sub_epi32(_mm512_loadu_si512(offsets), lanes);
  if (!_mm512_cmpneq_epi32_mask(starts, _mm512_set1_epi32(offsets[0]))) return 16;
  return _mm512_cmpneq_epi32_mask(starts, _mm512_shuffle_epi32(starts, _MM_PERM_AAAA)) ? 1 : 4;
}

/// The elements at 16 offsets, of which `run` at a time are neighbours.
INLINE V loadRuns(const int run, const float *from, const int32_t *offsets) {
  if (run == 16) return load(from + offsets[0]);
  if (run == 1) return (V)_mm512_i32gather_ps(_mm512_loadu_si512(offsets), from, sizeof(float));
  __m512 runs = _mm512_castps128_ps512(_mm_loadu_ps(from + offsets[0]));
  runs = _mm512_insertf32x4(runs, _mm_loadu_ps(from + offsets[4]), 1);
  runs = _mm512_insertf32x4(runs, _mm_loadu_ps(from + offsets[8]), 2);
  return (V)_mm512_insertf32x4(runs, _mm_loadu_ps(from + offsets[12]), 3);
}

/// The elements at fewer than 16 offsets, and 0 in the other lanes.
INLINE V gatherPart(const float *from, const int32_t *offsets, size_t count) {
  const __mmask16 lanes = firstLanes(count);
  return (V)_mm512_mask_i32gather_ps(
      _mm512_setzero_ps(), lanes, _mm512_maskz_loadu_epi32(lanes, offsets), from, sizeof(float));
}

/// Copies elements a[rowOffsets[i] + innerOffsets[k]] to a whole tile. Where rows are missing, the last one is repeated;
/// where pairs are, they are 0.
static void packTile(
    const float *a, const int32_t *rowOffsets, size_t rows, const int32_t *innerOffsets, size_t inner, float *tile) {
#define PACK_ROWS(elements)                                             \
  for (size_t i = 0; i < TILE; i++) {                                   \
    const float *row = a + rowOffsets[i < rows ? i : rows - 1];         \
    store(tile + i * TILE, elements);                                   \
  }
#define PACK_COLUMNS(run)                                                                       \
  {                                                                                             \
    V columns[TILE];                                                                            \
    for (size_t k = 0; k < TILE; k++) columns[k] = loadRuns(run, a + innerOffsets[k], rowOffsets); \
    storeTransposed(columns, tile, TILE);                                                       \
  }
  const bool isWhole = inner >= TILE;
  const int run = isWhole ? runLength(innerOffsets) : 1;
  const int rowRun = isWhole && run == 1 && rows >= TILE ? runLength(rowOffsets) : 1;
  if (!isWhole) PACK_ROWS(gatherPart(row, innerOffsets, inner))
  else if (run == 16) PACK_ROWS(loadRuns(16, row, innerOffsets))
  else if (run == 4) PACK_ROWS(loadRuns(4, row, innerOffsets))
  else if (rowRun == 16) PACK_COLUMNS(16)
  else if (rowRun == 4) PACK_COLUMNS(4)
  else PACK_ROWS(loadRuns(1, row, innerOffsets))
#undef PACK_ROWS
#undef PACK_COLUMNS
}

/// A panel of a part of b: rows of `BLOCK` columns, `stride` apart, with rows of 0 up to a multiple of `TILE`.
typedef struct {
  const float *start;
  size_t stride;
} Panel;

/// The panel of b from `column` on, for the part of the inner extent from `k` on; copied where it has no whole tiles.
INLINE Panel panelAt(const TileProduct *product, size_t column, size_t k, size_t inner, float *copy) {
  const CGatheredProduct *call = &product->gathered;
  const size_t columns = call->columns - column < BLOCK ? call->columns - column : BLOCK;
  if (product->transposesB) {
    pack(call->b + column * call->bStride + k, call->bStride, columns, inner, copy);
    return (Panel){copy, BLOCK};
  }
  // A packed b is one panel after the other, of rows made up to whole panels.
  const size_t stride = call->isPacked ? BLOCK : call->bStride;
  const float *from = call->b + k * stride + (call->isPacked ? column * call->inner : column);
  if (inner % TILE == 0 && (columns == BLOCK || call->isPacked)) return (Panel){from, stride};
  size_t row = 0;
  for (; row < inner; row++) {
    store(copy + row * BLOCK, loadUpTo(from + row * stride, columns, 0));
    store(copy + row * BLOCK + TILE, columns > TILE ? loadUpTo(from + row * stride + TILE, columns - TILE, 0) : splat(0));
  }
  for (; row % TILE > 0; row++) {
    store(copy + row * BLOCK, splat(0));
    store(copy + row * BLOCK + TILE, splat(0));
  }
  return (Panel){copy, BLOCK};
}

/// Sums [BLOCK, BLOCK] of a part of the inner extent, `steps` tiles long. The left operand has two tiles a step, the upper
/// rows first.
static void sumBlock(const float *left, Panel right, size_t steps, float *sums) {
  TILE_ZERO(0);
  TILE_ZERO(1);
  TILE_ZERO(2);
  TILE_ZERO(3);
  for (size_t step = 0; step < steps; step++) {
    TILE_LOAD(4, left, TILE * sizeof(float));
    TILE_LOAD(6, right.start, right.stride * sizeof(float));
    TILE_LOAD(7, right.start + TILE, right.stride * sizeof(float));
    TILE_LOAD(5, left + TILE_SIZE, TILE * sizeof(float));
    TILE_MULTIPLY(0, 4, 6);
    TILE_MULTIPLY(1, 4, 7);
    TILE_MULTIPLY(2, 5, 6);
    TILE_MULTIPLY(3, 5, 7);
    left += 2 * TILE_SIZE;
    right.start += TILE * right.stride;
  }
  TILE_STORE(0, sums, BLOCK * sizeof(float));
  TILE_STORE(1, sums + TILE, BLOCK * sizeof(float));
  TILE_STORE(2, sums + TILE * BLOCK, BLOCK * sizeof(float));
  TILE_STORE(3, sums + TILE * BLOCK + TILE, BLOCK * sizeof(float));
}

/// Adds sums to a block of c, or stores them with the bias in a first part.
INLINE void addBlock(
    const CGatheredProduct *call, size_t row, size_t rows, size_t column, bool continues, bool rectifies,
    const float *sums) {
  const size_t columns = call->columns - column < BLOCK ? call->columns - column : BLOCK;
  for (size_t i = 0; i < rows; i++, sums += BLOCK) {
    float *c = call->c + column + (call->cOffsets ? (size_t)call->cOffsets[row + i] : (row + i) * call->cStride);
    for (size_t wide = 0, left = columns; wide < columns; wide += LANES, left -= LANES) {
      V first = splat(0);
      if (continues) first = loadUpTo(c + wide, left, 0);
      else if (call->bias) first = loadUpTo(call->bias + column + wide, left, 0);
      const V result = first + load(sums + wide);
      storeUpTo(c + wide, rectifies ? rectified(result) : result, left);
    }
  }
}

/// Adds the part of the inner extent from `k` on, `inner` pairs, to all rows of the panels from `column` on.
static void tilePart(const TileProduct *product, size_t column, size_t k, size_t inner) {
  const CGatheredProduct *call = &product->gathered;
  _Alignas(64) float left[2 * TILE * PART_INNER], right[PART_PANELS][PART_INNER * BLOCK], sums[BLOCK * BLOCK];
  const size_t steps = (inner + TILE - 1) / TILE;
  const bool continues = call->accumulates || k > 0, rectifies = call->rectifies && k + inner == call->inner;
  Panel panels[PART_PANELS];
  size_t count = 0;
  for (size_t c = column; c < call->columns && count < PART_PANELS; c += BLOCK, count++) {
    panels[count] = panelAt(product, c, k, inner, right[count]);
  }
  const bool isRegular = product->innerStep > 0;
  const int32_t *innerOffsets = call->innerOffsets + (isRegular ? 0 : k);
  for (size_t row = 0; row < call->rows; row += BLOCK) {
    const size_t rows = call->rows - row < BLOCK ? call->rows - row : BLOCK;
    const size_t upper = rows < TILE ? rows : TILE, lower = rows - upper;
    const float *a = call->a + row * product->rowStep + k * product->innerStep;
    const int32_t *rowOffsets = call->rowOffsets + (isRegular ? 0 : row);
    for (size_t step = 0; step < steps; step++) {
      const size_t pairs = inner - step * TILE < TILE ? inner - step * TILE : TILE;
      float *tile = left + step * 2 * TILE_SIZE;
      packTile(a, rowOffsets, upper, innerOffsets + step * TILE, pairs, tile);
      // Without lower rows their tile is that of the upper ones, whose sums nobody reads.
      if (lower > 0) packTile(a, rowOffsets + TILE, lower, innerOffsets + step * TILE, pairs, tile + TILE_SIZE);
      else memcpy(tile + TILE_SIZE, tile, TILE_SIZE * sizeof(float));
    }
    for (size_t p = 0; p < count; p++) {
      sumBlock(left, panels[p], steps, sums);
      addBlock(call, row, rows, column + p * BLOCK, continues, rectifies, sums);
    }
  }
}

static void tileProduct(const TileProduct *product) {
  const size_t inner = product->gathered.inner, columns = product->gathered.columns;
  // Parts of like size, in whole tiles. An inner extent of nothing leaves the bias.
  const size_t parts = inner > 0 ? (inner + PART_INNER - 1) / PART_INNER : 1;
  const size_t part = ((inner + parts - 1) / parts + TILE - 1) / TILE * TILE;
  TILES_BEGIN();
  size_t k = 0;
  do {
    const size_t count = inner - k < part ? inner - k : part;
    for (size_t column = 0; column < columns; column += PART_PANELS * BLOCK) tilePart(product, column, k, count);
    k += count;
  } while (k < inner);
  TILES_END();
}

static void gatheredProduct(const CGatheredProduct *call) { tileProduct(&(TileProduct){.gathered = *call}); }

static void matrixProduct(const CMatrixProduct *call) {
  const size_t rowStep = call->transposesA ? 1 : call->inner, innerStep = call->transposesA ? call->rows : 1;
  int32_t rowOffsets[BLOCK], innerOffsets[PART_INNER];
  for (size_t i = 0; i < BLOCK; i++) rowOffsets[i] = (int32_t)(i * rowStep);
  for (size_t k = 0; k < PART_INNER; k++) innerOffsets[k] = (int32_t)(k * innerStep);
  const TileProduct product = {
      .gathered =
          {.rows = call->rows,
           .columns = call->columns,
           .inner = call->inner,
           .a = call->a,
           .rowOffsets = rowOffsets,
           .innerOffsets = innerOffsets,
           .b = call->b,
           .bStride = call->transposesB ? call->inner : call->columns,
           .bias = call->bias,
           .rectifies = call->activation == CActivationReLU,
           .c = call->c,
           .cStride = call->columns},
      .rowStep = rowStep,
      .innerStep = innerStep,
      .transposesB = call->transposesB,
  };
  tileProduct(&product);
  if (call->activation != CActivationNone && call->activation != CActivationReLU) {
    activation(call->activation, call->activationNumber, call->c, call->c, call->rows * call->columns);
  }
}
