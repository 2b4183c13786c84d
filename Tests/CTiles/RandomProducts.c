#include "CTiles.h"

#include <string.h>

enum { Elements = 1 << 18, Extent = 4096, Margin = 2048 };

/// A number below `limit`, by xorshift.
static uint32_t below(uint32_t limit) {
  static uint64_t state = 88172645463325252;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 16) % limit;
}

/// The number in the upper half of the bits.
static float numberOf(uint32_t bits) {
  float number;
  bits &= 0xFFFF0000;
  memcpy(&number, &bits, sizeof number);
  return number;
}

/// A number that bfloat16 has, as the upper half of the bits.
static uint32_t randomBits(void) {
  const float number = ((int)below(511) - 255) / 64.0f;
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits;
}

static double productOf(uint32_t a, uint32_t b) {
  return (double)numberOf(a) * numberOf(b) + (double)numberOf(a << 16) * numberOf(b << 16);
}

static _Alignas(64) uint32_t a[Elements], b[Elements], packed[Elements];
static float c[Elements], bias[Extent];
static int32_t places[Extent], taps[Extent], cOffsets[Extent];
static CCheckedProducts found;

/// Random pairs, and NaN behind them.
static void fillPairs(uint32_t *pairs, size_t count) {
  for (size_t i = 0; i < count; i++) pairs[i] = randomBits() | randomBits() >> 16;
  memset(pairs + count, 0xFF, Margin * sizeof *pairs);
}

static void fill(size_t aCount, size_t bCount, size_t columns) {
  fillPairs(a, aCount);
  fillPairs(b, bCount);
  for (size_t i = 0; i < columns; i++) bias[i] = below(100) / 8.0f;
  memset(bias + columns, 0xFF, Margin * sizeof *bias);
}

/// Packs b into panels of 32 columns, with NaN in missing columns and behind the last panel.
static const float *packPanels(size_t inner, size_t columns) {
  const size_t panels = (columns + 31) / 32;
  memset(packed, 0xFF, (panels * inner * 32 + Margin) * sizeof *packed);
  for (size_t k = 0; k < inner; k++) {
    for (size_t j = 0; j < columns; j++) packed[(j / 32 * inner + k) * 32 + j % 32] = b[k * columns + j];
  }
  return (const float *)packed;
}

/// Leaves NaN where the next call has its arrays.
static __attribute__((noinline)) void spoilStack(void) {
  volatile uint32_t numbers[1 << 16];
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) numbers[i] = 0xFFFFFFFF;
}

static void check(float number, double expected) {
  const double difference = number > expected ? number - expected : expected - number;
  found.numbers++;
  // Written so that NaN is wrong.
  if (!(difference <= 1e-4 * (10 + (expected < 0 ? -expected : expected)))) found.wrong++;
}

static void checkMatrixProduct(const CBFloat16Table *table) {
  const bool isWhole = below(3) == 0, hasBias = below(2), rectifies = below(2);
  const CMatrixProduct call = {
      .rows = 1 + below(90),
      .columns = isWhole ? 32 * (1 + below(6)) : 1 + below(200),
      .inner = isWhole ? 16 * (1 + below(28)) : 1 + below(450),
      .a = (const float *)a,
      .transposesA = below(2),
      .b = (const float *)b,
      .transposesB = below(2),
      .bias = hasBias ? bias : 0,
      .activation = rectifies ? CActivationReLU : CActivationNone,
      .c = c,
      .scratch = (float *)packed,
  };
  fill(call.rows * call.inner, call.inner * call.columns, call.columns);
  c[call.rows * call.columns] = 7;
  spoilStack();
  table->matrixProduct(&call);
  check(c[call.rows * call.columns], 7);
  for (size_t i = 0; i < call.rows; i++) {
    for (size_t j = 0; j < call.columns; j++) {
      double sum = hasBias ? bias[j] : 0;
      for (size_t k = 0; k < call.inner; k++) {
        const uint32_t left = call.transposesA ? a[k * call.rows + i] : a[i * call.inner + k];
        sum += productOf(left, call.transposesB ? b[j * call.inner + k] : b[k * call.columns + j]);
      }
      check(c[i * call.columns + j], rectifies && sum < 0 ? 0 : sum);
    }
  }
}

/// A convolution of three by three places, or with its two tables of offsets swapped the gradient by its weight.
static void checkGatheredProduct(const CBFloat16Table *table) {
  static const uint32_t channelCounts[] = {1, 3, 4, 8, 12, 16, 24, 32};
  const uint32_t channels = channelCounts[below(8)], width = 5 + below(14), height = 3 + below(8), stride = 1 + below(2);
  size_t placeCount = 0, tapCount = 0;
  for (uint32_t y = 0; y + 3 <= height; y += stride) {
    for (uint32_t x = 0; x + 3 <= width; x += stride) places[placeCount++] = (int32_t)((y * width + x) * channels);
  }
  for (uint32_t y = 0; y < 3; y++) {
    for (uint32_t x = 0; x < 3 * channels; x++) taps[tapCount++] = (int32_t)(y * width * channels + x);
  }
  const bool isGradient = below(2), accumulates = below(2), hasBias = !accumulates && below(2), rectifies = below(2);
  const uint32_t columns = 1 + below(150), cStride = columns + 3;
  CGatheredProduct call = {
      .rows = isGradient ? tapCount : placeCount,
      .columns = columns,
      .inner = isGradient ? placeCount : tapCount,
      .a = (const float *)a,
      .rowOffsets = isGradient ? taps : places,
      .innerOffsets = isGradient ? places : taps,
      .b = (const float *)b,
      .bStride = columns,
      .bias = hasBias ? bias : 0,
      .rectifies = rectifies,
      .accumulates = accumulates,
      .c = c,
      .cOffsets = below(2) ? cOffsets : 0,
      .cStride = cStride,
  };
  fill(width * height * channels, call.inner * columns, columns);
  if (below(2)) {
    call.b = packPanels(call.inner, columns);
    call.isPacked = true;
  }
  for (size_t i = 0; i < call.rows; i++) cOffsets[i] = (int32_t)((call.rows - 1 - i) * cStride);
  for (size_t i = 0; i < call.rows * cStride; i++) c[i] = (i % 17) / 4.0f;
  spoilStack();
  table->gatheredProduct(&call);
  for (size_t i = 0; i < call.rows; i++) {
    const size_t row = call.cOffsets ? (size_t)cOffsets[i] : i * cStride;
    for (size_t j = 0; j < cStride; j++) {
      const double before = ((row + j) % 17) / 4.0;
      if (j >= columns) {
        // Between the rows nothing is written.
        check(c[row + j], before);
        continue;
      }
      double sum = accumulates ? before : hasBias ? bias[j] : 0;
      for (size_t k = 0; k < call.inner; k++) {
        sum += productOf(a[call.rowOffsets[i] + call.innerOffsets[k]], b[k * columns + j]);
      }
      check(c[row + j], rectifies && sum < 0 ? 0 : sum);
    }
  }
}

CCheckedProducts CCheckProducts(const CBFloat16Table *table, int rounds) {
  found = (CCheckedProducts){.products = 2 * (uint64_t)rounds};
  for (int round = 0; round < rounds; round++) {
    checkMatrixProduct(table);
    checkGatheredProduct(table);
  }
  return found;
}
