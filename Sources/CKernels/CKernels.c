#include "CKernels.h"

extern const CKernelTable CKernelTableGeneric;
#if defined(__x86_64__)
extern const CKernelTable CKernelTableAVX512;
extern const CKernelTable CKernelTableAVX2;
extern const CBFloat16Table CBFloat16TableAVX512;

static bool hasAVX512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}
#endif

const CKernelTable *CKernelTableAt(size_t index) {
#if defined(__x86_64__)
  if (hasAVX512()) {
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

const CBFloat16Table *CBFloat16TableOfBest(void) {
#if defined(__x86_64__)
  if (hasAVX512() && __builtin_cpu_supports("avx512bf16")) return &CBFloat16TableAVX512;
#endif
  return 0;
}
