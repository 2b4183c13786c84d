#pragma once

#include <stdbool.h>
#include <stdint.h>

// A small part of oneDNN in plain C terms, the same for oneDNN 2 and 3. Without its headers nothing is available.

/// Whether oneDNN was there when this was compiled.
bool COneDNNIsAvailable(void);

/// Writes the version of the library that is loaded, 0.0.0 where there is none.
void COneDNNGetVersion(int *major, int *minor, int *patch);

/// A stage of failure with oneDNN's own status.
typedef struct {
  /// The call that failed, or null where all went well.
  const char *call;
  /// oneDNN's `dnnl_status_t`.
  int status;
} COneDNNFailure;

/// The processor, as oneDNN computes on it: an engine and a stream for one thread at a time.
typedef struct COneDNNDevice COneDNNDevice;

/// Makes a device, or returns null and tells why.
COneDNNDevice *COneDNNDeviceCreate(COneDNNFailure *failure);

/// Frees a device, after all that was made on it.
void COneDNNDeviceDestroy(COneDNNDevice *device);

/// c [rows, columns] = a [rows, inner] · b [inner, columns] + bias, rectified where asked, in float32. A transposed
/// operand lies in memory as its transpose, row after row.
typedef struct {
  int64_t rows, columns, inner;
  const float *a;
  bool transposesA;
  const float *b;
  bool transposesB;
  /// One number a column, or null.
  const float *bias;
  bool rectifies;
  float *c;
} COneDNNProduct;

/// A kernel compiled for one product and bound to its memory.
typedef struct COneDNNKernel COneDNNKernel;

/// Compiles a product, or returns null and tells why. The memory must outlive the kernel.
COneDNNKernel *COneDNNKernelCreate(COneDNNDevice *device, const COneDNNProduct *product, COneDNNFailure *failure);

/// Frees a kernel.
void COneDNNKernelDestroy(COneDNNKernel *kernel);

/// Computes the product on the calling thread alone, and returns oneDNN's status, 0 for success.
int COneDNNKernelRun(COneDNNKernel *kernel);

/// The name of the implementation that oneDNN chose, such as "gemm:jit".
const char *COneDNNKernelName(const COneDNNKernel *kernel);
