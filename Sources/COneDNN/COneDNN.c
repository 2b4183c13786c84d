#define _GNU_SOURCE
#include "COneDNN.h"

#if __has_include(<oneapi/dnnl/dnnl.h>)

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_version.h>
#include <stdatomic.h>
#include <stdlib.h>

// Version 3 made memory descriptions opaque (the type is a pointer there), and primitive descriptions one call.
typedef dnnl_memory_desc_t Description;

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

/// Limits the calling thread to itself, and returns the number of threads to restore, or 0 for none.
static int enterSingleThreaded(void) {
  GetThreads get = atomic_load_explicit(&getThreads, memory_order_acquire);
  if (!get) return 0;
  int before = get();
  if (before == 1) return 0;
  atomic_load_explicit(&setThreads, memory_order_relaxed)(1);
  return before;
}

static void leaveSingleThreaded(int before) {
  if (before > 0) atomic_load_explicit(&setThreads, memory_order_relaxed)(before);
}

struct COneDNNDevice {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
};

struct COneDNNKernel {
  dnnl_stream_t stream;
  dnnl_primitive_desc_t description;
  dnnl_primitive_t primitive;
  dnnl_memory_t memories[5];
  dnnl_exec_arg_t arguments[5];
  int argumentCount;
  void *scratch;
  const char *name;
};

#define CHECK(expression)                                        \
  do {                                                           \
    dnnl_status_t status_ = (expression);                        \
    if (status_ != dnnl_success) {                               \
      *failure = (COneDNNFailure){#expression, (int)status_};    \
      goto failed;                                               \
    }                                                            \
  } while (0)

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

static dnnl_status_t describe(Description *description, int64_t rows, int64_t columns, bool isTransposed) {
  dnnl_dims_t dimensions = {rows, columns};
  dnnl_format_tag_t tag = isTransposed ? dnnl_ba : dnnl_ab;
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_create_with_tag(description, 2, dimensions, dnnl_f32, tag);
#else
  return dnnl_memory_desc_init_by_tag(description, 2, dimensions, dnnl_f32, tag);
#endif
}

static dnnl_status_t bind(COneDNNKernel *kernel, dnnl_engine_t engine, int argument,
                          const Description *description, void *data) {
  int i = kernel->argumentCount;
#if DNNL_VERSION_MAJOR >= 3
  dnnl_status_t status = dnnl_memory_create(&kernel->memories[i], *description, engine, data);
#else
  dnnl_status_t status = dnnl_memory_create(&kernel->memories[i], description, engine, data);
#endif
  if (status != dnnl_success) return status;
  kernel->arguments[i] = (dnnl_exec_arg_t){argument, kernel->memories[i]};
  kernel->argumentCount = i + 1;
  return dnnl_success;
}

static dnnl_status_t appendReLU(dnnl_post_ops_t operations) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_post_ops_append_eltwise(operations, dnnl_eltwise_relu, 0, 0);
#else
  return dnnl_post_ops_append_eltwise(operations, 1, dnnl_eltwise_relu, 0, 0);
#endif
}

static dnnl_status_t describeProduct(
    dnnl_primitive_desc_t *product, dnnl_engine_t engine, const Description *a, const Description *b,
    const Description *bias, const Description *c, dnnl_primitive_attr_t attributes) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_matmul_primitive_desc_create(product, engine, *a, *b, bias ? *bias : 0, *c, attributes);
#else
  dnnl_matmul_desc_t description;
  dnnl_status_t status = dnnl_matmul_desc_init(&description, a, b, bias, c);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(product, &description, attributes, engine, 0);
#endif
}

COneDNNKernel *COneDNNKernelCreate(COneDNNDevice *device, const COneDNNProduct *product, COneDNNFailure *failure) {
  *failure = (COneDNNFailure){0, 0};
  COneDNNKernel *kernel = calloc(1, sizeof *kernel);
  if (!kernel) {
    *failure = (COneDNNFailure){"calloc", dnnl_out_of_memory};
    return 0;
  }
  kernel->stream = device->stream;
  dnnl_primitive_attr_t attributes = 0;
  dnnl_post_ops_t operations = 0;
  Description a = {0}, b = {0}, bias = {0}, c = {0};
  const bool hasBias = product->bias != 0;
  const int threads = enterSingleThreaded();

  CHECK(describe(&a, product->rows, product->inner, product->transposesA));
  CHECK(describe(&b, product->inner, product->columns, product->transposesB));
  CHECK(describe(&c, product->rows, product->columns, false));
  if (hasBias) CHECK(describe(&bias, 1, product->columns, false));
  CHECK(dnnl_primitive_attr_create(&attributes));
  // The library's own scratch memory belongs to the thread that made the kernel; ours may run on another.
  CHECK(dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user));
  if (product->rectifies) {
    CHECK(dnnl_post_ops_create(&operations));
    CHECK(appendReLU(operations));
    CHECK(dnnl_primitive_attr_set_post_ops(attributes, operations));
  }
  CHECK(describeProduct(&kernel->description, device->engine, &a, &b, hasBias ? &bias : 0, &c, attributes));
  CHECK(dnnl_primitive_create(&kernel->primitive, kernel->description));
  CHECK(dnnl_primitive_desc_query(kernel->description, dnnl_query_impl_info_str, 0, &kernel->name));

  CHECK(bind(kernel, device->engine, DNNL_ARG_SRC, &a, (void *)product->a));
  CHECK(bind(kernel, device->engine, DNNL_ARG_WEIGHTS, &b, (void *)product->b));
  CHECK(bind(kernel, device->engine, DNNL_ARG_DST, &c, product->c));
  if (hasBias) CHECK(bind(kernel, device->engine, DNNL_ARG_BIAS, &bias, (void *)product->bias));
#if DNNL_VERSION_MAJOR >= 3
  const_dnnl_memory_desc_t needed = dnnl_primitive_desc_query_md(kernel->description, dnnl_query_scratchpad_md, 0);
  const size_t scratchBytes = dnnl_memory_desc_get_size(needed);
  dnnl_memory_desc_t scratch = (dnnl_memory_desc_t)needed;
#else
  const dnnl_memory_desc_t *needed = dnnl_primitive_desc_query_md(kernel->description, dnnl_query_scratchpad_md, 0);
  const size_t scratchBytes = dnnl_memory_desc_get_size(needed);
  dnnl_memory_desc_t scratch = *needed;
#endif
  if (scratchBytes > 0) {
    if (posix_memalign(&kernel->scratch, 4096, scratchBytes) != 0) {
      *failure = (COneDNNFailure){"posix_memalign", dnnl_out_of_memory};
      goto failed;
    }
    CHECK(bind(kernel, device->engine, DNNL_ARG_SCRATCHPAD, &scratch, kernel->scratch));
  }
  goto done;
failed:
  COneDNNKernelDestroy(kernel);
  kernel = 0;
done:
  leaveSingleThreaded(threads);
  if (operations) dnnl_post_ops_destroy(operations);
  if (attributes) dnnl_primitive_attr_destroy(attributes);
#if DNNL_VERSION_MAJOR >= 3
  if (a) dnnl_memory_desc_destroy(a);
  if (b) dnnl_memory_desc_destroy(b);
  if (bias) dnnl_memory_desc_destroy(bias);
  if (c) dnnl_memory_desc_destroy(c);
#endif
  return kernel;
}

void COneDNNKernelDestroy(COneDNNKernel *kernel) {
  if (!kernel) return;
  for (int i = 0; i < kernel->argumentCount; i++) dnnl_memory_destroy(kernel->memories[i]);
  if (kernel->primitive) dnnl_primitive_destroy(kernel->primitive);
  if (kernel->description) dnnl_primitive_desc_destroy(kernel->description);
  free(kernel->scratch);
  free(kernel);
}

int COneDNNKernelRun(COneDNNKernel *kernel) {
  const int threads = enterSingleThreaded();
  dnnl_status_t status =
      dnnl_primitive_execute(kernel->primitive, kernel->stream, kernel->argumentCount, kernel->arguments);
  if (status == dnnl_success) status = dnnl_stream_wait(kernel->stream);
  leaveSingleThreaded(threads);
  return (int)status;
}

const char *COneDNNKernelName(const COneDNNKernel *kernel) { return kernel->name; }

#else

bool COneDNNIsAvailable(void) { return false; }

void COneDNNGetVersion(int *major, int *minor, int *patch) { *major = *minor = *patch = 0; }

static void *unavailable(COneDNNFailure *failure) {
  *failure = (COneDNNFailure){"oneDNN is not built in", 0};
  return 0;
}

COneDNNDevice *COneDNNDeviceCreate(COneDNNFailure *failure) { return unavailable(failure); }

void COneDNNDeviceDestroy(COneDNNDevice *device) { (void)device; }

COneDNNKernel *COneDNNKernelCreate(COneDNNDevice *device, const COneDNNProduct *product, COneDNNFailure *failure) {
  (void)device;
  (void)product;
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
