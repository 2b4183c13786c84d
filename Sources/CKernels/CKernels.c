#include "CKernels.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__x86_64__) && defined(__linux__)
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

extern const CKernelTable CKernelTableGeneric;
#if defined(__x86_64__)
extern const CKernelTable CKernelTableAVX512;
extern const CKernelTable CKernelTableAVX2;
extern const CBFloat16Table CBFloat16TableAMX;
extern const CBFloat16Table CBFloat16TableAVX512;

static bool hasAVX512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}

static bool hasAVX512BF16(void) { return hasAVX512() && __builtin_cpu_supports("avx512bf16"); }

#if defined(__linux__)
static bool grantsAMXBF16;

/// Asks for tiles of AMX: the processor must have them, and Linux must grant the 8 KB of registers that it keeps for each thread
/// then (arch_prctl, since Linux 5.16).
static void requestAMXBF16(void) {
  enum { amxBF16 = 1 << 22, amxTile = 1 << 24 };  // EDX of leaf 7
  const long requestPermission = 0x1023, tileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  unsigned a, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & amxBF16) || !(d & amxTile)) return;
  grantsAMXBF16 = hasAVX512BF16() && syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
}

/// Whether this process may compute with tiles. It is asked once: Linux refuses while a thread has a small stack for signals, and
/// all trainings of a process are to sum in the same order.
static bool hasAMXBF16(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, requestAMXBF16);
  return grantsAMXBF16;
}
#else
static bool hasAMXBF16(void) { return false; }
#endif
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

const CBFloat16Table *CBFloat16TableAt(size_t index) {
#if defined(__x86_64__)
  if (hasAMXBF16()) {
    if (index == 0) return &CBFloat16TableAMX;
    index--;
  }
  if (index == 0 && hasAVX512BF16()) return &CBFloat16TableAVX512;
#endif
  return 0;
}
