// Sixteen lanes of AVX-512. A block of 8 x 2 accumulators leaves room for the operands in the 32 registers.
#include <immintrin.h>

#define LANES 16
#define BLOCK_ROWS 8
#define TABLE_NAME "avx512"
#define TABLE_SYMBOL CKernelTableAVX512

#ifndef AVX512_FEATURES
#define AVX512_FEATURES "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"
#endif

#pragma clang attribute push(__attribute__((target(AVX512_FEATURES))), apply_to = function)

typedef float V __attribute__((vector_size(64)));
typedef int32_t VI __attribute__((vector_size(64)));

static inline __attribute__((always_inline)) V load(const float *p) { return (V)_mm512_loadu_ps(p); }
static inline __attribute__((always_inline)) void store(float *p, V v) { _mm512_storeu_ps(p, (__m512)v); }

static inline __attribute__((always_inline)) __mmask16 firstLanes(size_t count) { return (__mmask16)((1u << count) - 1); }

/// The first `count` numbers, fewer than a vector holds, and `fill` in the other lanes.
static inline __attribute__((always_inline)) V loadPart(const float *p, size_t count, float fill) {
  return (V)_mm512_mask_loadu_ps(_mm512_set1_ps(fill), firstLanes(count), p);
}
static inline __attribute__((always_inline)) void storePart(float *p, V v, size_t count) { _mm512_mask_storeu_ps(p, firstLanes(count), (__m512)v); }

static inline __attribute__((always_inline)) V squareRoot(V v) { return (V)_mm512_sqrt_ps((__m512)v); }

static inline __attribute__((always_inline)) float sumOfLanes(V v) { return _mm512_reduce_add_ps((__m512)v); }
static inline __attribute__((always_inline)) float largestLane(V v) { return _mm512_reduce_max_ps((__m512)v); }

/// Writes the transpose of 16 vectors.
static inline __attribute__((always_inline)) void storeTransposed(const V rows[LANES], float *to, size_t toStride) {
  __m512 r[16], t[16];
  for (int i = 0; i < 16; i++) r[i] = (__m512)rows[i];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    for (int h = 0; h < 2; h++) {
      __m512d a = _mm512_castps_pd(t[i + h]), b = _mm512_castps_pd(t[i + 2 + h]);
      r[i + 2 * h] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b));
      r[i + 2 * h + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
    }
  }
  // Now r[4g + c] holds column c of each quarter q (columns 4q + c) for the rows 4g ..< 4g + 4.
  for (int c = 0; c < 4; c++) {
    __m512 a = _mm512_shuffle_f32x4(r[c], r[4 + c], 0x88), b = _mm512_shuffle_f32x4(r[8 + c], r[12 + c], 0x88);
    __m512 d = _mm512_shuffle_f32x4(r[c], r[4 + c], 0xdd), e = _mm512_shuffle_f32x4(r[8 + c], r[12 + c], 0xdd);
    _mm512_storeu_ps(to + c * toStride, _mm512_shuffle_f32x4(a, b, 0x88));
    _mm512_storeu_ps(to + (8 + c) * toStride, _mm512_shuffle_f32x4(a, b, 0xdd));
    _mm512_storeu_ps(to + (4 + c) * toStride, _mm512_shuffle_f32x4(d, e, 0x88));
    _mm512_storeu_ps(to + (12 + c) * toStride, _mm512_shuffle_f32x4(d, e, 0xdd));
  }
}
