#include "CKernels.h"

extern const CKernelTable CKernelTableGeneric;
#if defined(__x86_64__)
extern const CKernelTable CKernelTableAVX512;
extern const CKernelTable CKernelTableAVX2;
#endif

const CKernelTable *CKernelTableAt(size_t index) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw")) {
    if (index == 0) return &CKernelTableAVX512;
    index--;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    if (index == 0) return &CKernelTableAVX2;
    index--;
  }
#endif
  return index == 0 ? &CKernelTableGeneric : 0;
}
