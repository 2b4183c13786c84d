// Eight lanes of AVX2 with FMA. A block of 6 x 2 accumulators leaves three of the 16 registers for the operands.
#include <immintrin.h>

#define LANES 8
#define BLOCK_ROWS 6
#define TABLE_NAME "avx2"
#define TABLE_SYMBOL CKernelTableAVX2

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

typedef float V __attribute__((vector_size(32)));
typedef int32_t VI __attribute__((vector_size(32)));

static inline __attribute__((always_inline)) V load(const float *p) { return (V)_mm256_loadu_ps(p); }
static inline __attribute__((always_inline)) void store(float *p, V v) { _mm256_storeu_ps(p, (__m256)v); }

static inline __attribute__((always_inline)) __m256i firstLanes(size_t count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/// The first `count` numbers, fewer than a vector holds, and `fill` in the other lanes.
static inline __attribute__((always_inline)) V loadPart(const float *p, size_t count, float fill) {
  __m256i mask = firstLanes(count);
  return (V)_mm256_blendv_ps(_mm256_set1_ps(fill), _mm256_maskload_ps(p, mask), _mm256_castsi256_ps(mask));
}
static inline __attribute__((always_inline)) void storePart(float *p, V v, size_t count) { _mm256_maskstore_ps(p, firstLanes(count), (__m256)v); }

static inline __attribute__((always_inline)) V squareRoot(V v) { return (V)_mm256_sqrt_ps((__m256)v); }

static inline __attribute__((always_inline)) float sumOfLanes(V v) {
  __m128 half = _mm_add_ps(_mm256_castps256_ps128((__m256)v), _mm256_extractf128_ps((__m256)v, 1));
  half = _mm_add_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}
static inline __attribute__((always_inline)) float largestLane(V v) {
  __m128 half = _mm_max_ps(_mm256_castps256_ps128((__m256)v), _mm256_extractf128_ps((__m256)v, 1));
  half = _mm_max_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_max_ss(half, _mm_movehdup_ps(half)));
}

/// Writes the transpose of 8 vectors.
static inline __attribute__((always_inline)) void storeTransposed(const V rows[LANES], float *to, size_t toStride) {
  __m256 r[8], t[8];
  for (int i = 0; i < 8; i++) r[i] = (__m256)rows[i];
  for (int i = 0; i < 8; i += 2) {
    t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
  }
  for (int i = 0; i < 8; i += 4) {
    for (int h = 0; h < 2; h++) {
      r[i + 2 * h] = _mm256_shuffle_ps(t[i + h], t[i + 2 + h], 0x44);
      r[i + 2 * h + 1] = _mm256_shuffle_ps(t[i + h], t[i + 2 + h], 0xee);
    }
  }
  for (int c = 0; c < 4; c++) {
    _mm256_storeu_ps(to + c * toStride, _mm256_permute2f128_ps(r[c], r[4 + c], 0x20));
    _mm256_storeu_ps(to + (4 + c) * toStride, _mm256_permute2f128_ps(r[c], r[4 + c], 0x31));
  }
}
