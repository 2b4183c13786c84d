#include "CDensities.h"

extern const CDensitiesLoops CDensitiesGeneric;
#if defined(__x86_64__)
extern const CDensitiesLoops CDensitiesAVX512;
extern const CDensitiesLoops CDensitiesAVX2;
#endif

const CDensitiesLoops *CDensitiesLoopsAt(size_t index) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && index-- == 0) return &CDensitiesAVX512;
  if (__builtin_cpu_supports("avx2") && index-- == 0) return &CDensitiesAVX2;
#endif
  return index == 0 ? &CDensitiesGeneric : 0;
}

size_t CDensitiesScratch(size_t rowCount, size_t normalCount, size_t pointCount) {
  // Base, the rows and two numbers a normal for each kernel of a block; the sum so far of each point.
  return CDensitiesBlock * (1 + rowCount + 2 * normalCount) + pointCount * (1 + CDensitiesLanes);
}
