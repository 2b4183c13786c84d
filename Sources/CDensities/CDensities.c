#include "CDensities.h"

extern const CDensitiesLoops CDensitiesGeneric;
#if defined(__x86_64__)
extern const CDensitiesLoops CDensitiesAVX512;
extern const CDensitiesLoops CDensitiesAVX2;
#endif

const CDensitiesLoops *CDensitiesLoopsAt(size_t index) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && index-- == 0) return &CDensitiesAVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && index-- == 0) return &CDensitiesAVX2;
#endif
  return index == 0 ? &CDensitiesGeneric : 0;
}

void CDensitiesSpread(const double *rows, size_t columnCount, size_t stride, const int32_t *rowOfPoint, double *table,
                      size_t pointCount) {
  for (size_t column = 0; column < columnCount; column++) {
    for (size_t point = 0; point < pointCount; point++)
      table[column * pointCount + point] = rows[(size_t)rowOfPoint[point] * stride + column] * 1.4426950408889634;
  }
}

void CDensitiesEnterRows(const int32_t *entries, size_t count, int32_t first, int32_t *rows, size_t stride) {
  for (size_t kernel = 0; kernel < count; kernel++) rows[kernel * stride] = first + entries[kernel];
}

void CDensitiesEnterNormals(const double *centres, const double *scales, const double *divisors, const int32_t *entries,
                            size_t count, CDensitiesNormal *normals, size_t stride, double *logarithms) {
  for (size_t kernel = 0; kernel < count; kernel++) {
    int32_t entry = entries[kernel];
    normals[kernel * stride] = (CDensitiesNormal){centres[entry], scales[entry]};
    logarithms[kernel] -= divisors[entry];
  }
}
