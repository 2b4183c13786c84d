#define _GNU_SOURCE
#include "COneDNN.h"

#if HAS_ONEDNN

#include "Internal.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>

bool COneDNNIsAvailable(void) { return true; }

void COneDNNGetVersion(int *major, int *minor, int *patch) {
  const dnnl_version_t *version = dnnl_version();
  *major = version->major;
  *minor = version->minor;
  *patch = version->patch;
}

// oneDNN's usual build computes on all of OpenMP's threads. The number of threads is a setting of the calling thread,
// so that it can be lowered around each call without disturbing others. OpenMP is whichever oneDNN brought along; a
// build without it has nothing to set.
typedef int (*GetThreads)(void);
typedef void (*SetThreads)(int);
static _Atomic(GetThreads) getThreads;
static _Atomic(SetThreads) setThreads;

static void findOpenMP(void) {
  // The same values are found on each thread, so that it does not matter who stores them first.
  SetThreads set = (SetThreads)dlsym(RTLD_DEFAULT, "omp_set_num_threads");
  GetThreads get = (GetThreads)dlsym(RTLD_DEFAULT, "omp_get_max_threads");
  if (!set || !get) return;
  atomic_store_explicit(&setThreads, set, memory_order_release);
  atomic_store_explicit(&getThreads, get, memory_order_release);
}

int COneDNNEnterSingleThreaded(void) {
  GetThreads get = atomic_load_explicit(&getThreads, memory_order_acquire);
  if (!get) return 0;
  int before = get();
  if (before == 1) return 0;
  atomic_load_explicit(&setThreads, memory_order_relaxed)(1);
  return before;
}

void COneDNNLeaveSingleThreaded(int before) {
  if (before > 0) atomic_load_explicit(&setThreads, memory_order_relaxed)(before);
}

struct COneDNNDevice {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
};

COneDNNDevice *COneDNNDeviceCreate(COneDNNFailure *failure) {
  *failure = (COneDNNFailure){0, 0};
  findOpenMP();
  COneDNNDevice *device = calloc(1, sizeof *device);
  if (!device) {
    *failure = (COneDNNFailure){"calloc", dnnl_out_of_memory};
    return 0;
  }
  CHECK(dnnl_engine_create(&device->engine, dnnl_cpu, 0));
  CHECK(dnnl_stream_create(&device->stream, device->engine, dnnl_stream_in_order));
  return device;
failed:
  COneDNNDeviceDestroy(device);
  return 0;
}

void COneDNNDeviceDestroy(COneDNNDevice *device) {
  if (!device) return;
  if (device->stream) dnnl_stream_destroy(device->stream);
  if (device->engine) dnnl_engine_destroy(device->engine);
  free(device);
}

dnnl_engine_t COneDNNDeviceEngine(const COneDNNDevice *device) { return device->engine; }

dnnl_stream_t COneDNNDeviceStream(const COneDNNDevice *device) { return device->stream; }

#else

bool COneDNNIsAvailable(void) { return false; }

void COneDNNGetVersion(int *major, int *minor, int *patch) { *major = *minor = *patch = 0; }

static void *unavailable(COneDNNFailure *failure) {
  *failure = (COneDNNFailure){"oneDNN is not built in", 0};
  return 0;
}

COneDNNDevice *COneDNNDeviceCreate(COneDNNFailure *failure) { return unavailable(failure); }

void COneDNNDeviceDestroy(COneDNNDevice *device) { (void)device; }

COneDNNKernel *COneDNNKernelCreate(COneDNNDevice *device, COneDNNFailure *failure) {
  (void)device;
  return unavailable(failure);
}

bool COneDNNKernelAppend(
    COneDNNKernel *kernel, const COneDNNPrimitive *primitive, const COneDNNArgument *arguments, int count,
    COneDNNFailure *failure) {
  (void)kernel, (void)primitive, (void)arguments, (void)count;
  return unavailable(failure);
}

void COneDNNKernelDestroy(COneDNNKernel *kernel) { (void)kernel; }

int COneDNNKernelRun(COneDNNKernel *kernel) {
  (void)kernel;
  return -1;
}

const char *COneDNNKernelName(const COneDNNKernel *kernel) {
  (void)kernel;
  return "none";
}

#endif
