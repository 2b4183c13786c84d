// Four lanes, which every processor this package runs on has: NEON on Arm, SSE2 on x86-64.
#include <string.h>

#define LANES 4
#if defined(__aarch64__)
#define BLOCK_ROWS 8
#define TABLE_NAME "neon"
#else
#define BLOCK_ROWS 4
#define TABLE_NAME "sse2"
#endif
#define TABLE_SYMBOL CKernelTableGeneric

typedef float V __attribute__((vector_size(16)));
typedef int32_t VI __attribute__((vector_size(16)));

static inline __attribute__((always_inline)) V load(const float *p) {
  V v;
  memcpy(&v, p, sizeof v);
  return v;
}
static inline __attribute__((always_inline)) void store(float *p, V v) { memcpy(p, &v, sizeof v); }

/// The first `count` numbers, fewer than a vector holds, and `fill` in the other lanes.
static inline __attribute__((always_inline)) V loadPart(const float *p, size_t count, float fill) {
  V v = {fill, fill, fill, fill};
  for (size_t i = 0; i < count; i++) v[i] = p[i];
  return v;
}
static inline __attribute__((always_inline)) void storePart(float *p, V v, size_t count) {
  for (size_t i = 0; i < count; i++) p[i] = v[i];
}

static inline __attribute__((always_inline)) V squareRoot(V v) { return __builtin_elementwise_sqrt(v); }

static inline __attribute__((always_inline)) float sumOfLanes(V v) { return (v[0] + v[1]) + (v[2] + v[3]); }
static inline __attribute__((always_inline)) float largestLane(V v) {
  float low = v[0] > v[1] ? v[0] : v[1], high = v[2] > v[3] ? v[2] : v[3];
  return low > high ? low : high;
}

/// Writes the transpose of 4 vectors.
static inline __attribute__((always_inline)) void storeTransposed(const V rows[LANES], float *to, size_t toStride) {
  V a = rows[0], b = rows[1], c = rows[2], d = rows[3];
  V ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), abHigh = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  V cd = __builtin_shufflevector(c, d, 0, 4, 1, 5), cdHigh = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  store(to, __builtin_shufflevector(ab, cd, 0, 1, 4, 5));
  store(to + toStride, __builtin_shufflevector(ab, cd, 2, 3, 6, 7));
  store(to + 2 * toStride, __builtin_shufflevector(abHigh, cdHigh, 0, 1, 4, 5));
  store(to + 3 * toStride, __builtin_shufflevector(abHigh, cdHigh, 2, 3, 6, 7));
}
