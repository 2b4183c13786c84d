#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

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

/// The primitives, under oneDNN's names.
typedef enum __attribute__((enum_extensibility(closed))) {
  COneDNNKindMatmul,
  COneDNNKindConvolution,
  COneDNNKindConvolutionBackwardData,
  COneDNNKindConvolutionBackwardWeights,
  COneDNNKindPooling,
  COneDNNKindPoolingBackward,
  COneDNNKindBatchNormalization,
  COneDNNKindBatchNormalizationBackward,
  COneDNNKindLayerNormalization,
  COneDNNKindLayerNormalizationBackward,
  COneDNNKindEltwise,
  COneDNNKindEltwiseBackward,
  COneDNNKindSoftmax,
  COneDNNKindSoftmaxBackward,
  COneDNNKindBinary,
  COneDNNKindReduction,
  COneDNNKindConcat,
  COneDNNKindReorder,
} COneDNNKind;

/// What an elementwise, pooling, binary or reduction primitive computes, under oneDNN's names.
typedef enum __attribute__((enum_extensibility(closed))) {
  COneDNNAlgorithmNone,
  /// x where x > 0, else alpha x.
  COneDNNAlgorithmReLU,
  /// x between alpha and beta.
  COneDNNAlgorithmClip,
  /// x where x > 0, else alpha (eˣ - 1).
  COneDNNAlgorithmELU,
  /// By the error function.
  COneDNNAlgorithmGELU,
  /// x σ(alpha x).
  COneDNNAlgorithmSwish,
  /// x times alpha x + beta between 0 and 1; alpha and beta are 1/6 and 1/2 in oneDNN 2.
  COneDNNAlgorithmHardSwish,
  COneDNNAlgorithmTanh,
  COneDNNAlgorithmLogistic,
  /// alpha x + beta.
  COneDNNAlgorithmLinear,
  COneDNNAlgorithmMaximum,
  /// The mean of a window, of which padding counts as zeros.
  COneDNNAlgorithmAverageIncludePadding,
  /// The mean of what a window has of the image.
  COneDNNAlgorithmAverageExcludePadding,
  COneDNNAlgorithmAdd,
  COneDNNAlgorithmMultiply,
  COneDNNAlgorithmSum,
} COneDNNAlgorithm;

/// What an argument is to a primitive, under oneDNN's names.
///
/// The sources of a concatenation are given in their order. The gradient of an elementwise function is given its source, or
/// where it is computed from there, its destination.
typedef enum __attribute__((enum_extensibility(closed))) {
  COneDNNRoleSource,
  COneDNNRoleSecondSource,
  COneDNNRoleWeights,
  COneDNNRoleBias,
  COneDNNRoleDestination,
  COneDNNRoleMean,
  COneDNNRoleVariance,
  COneDNNRoleScale,
  COneDNNRoleShift,
  COneDNNRoleSourceGradient,
  COneDNNRoleWeightsGradient,
  COneDNNRoleDestinationGradient,
  COneDNNRoleScaleGradient,
  COneDNNRoleShiftGradient,
} COneDNNRole;

enum {
  /// The greatest number of axes of an argument.
  COneDNNMaximalRank = 5,
};

/// Numbers in float32 that a primitive reads or writes, with the axes in oneDNN's order: channels behind the batch, weights as
/// [groups,] outputs, inputs, rows, columns.
typedef struct {
  COneDNNRole role;
  float *data;
  int rank;
  /// The extents, and the steps between neighbours along each axis in elements.
  int64_t extents[COneDNNMaximalRank], strides[COneDNNMaximalRank];
  /// Whether the primitive may work in a layout of its own, to and from which the numbers are then brought in each run.
  bool isFree;
} COneDNNArgument;

/// Makes an argument; `extents` and `strides` hold `rank` numbers each, at most `COneDNNMaximalRank`.
static inline COneDNNArgument COneDNNArgumentMake(
    COneDNNRole role, float *data, int rank, const int64_t *extents, const int64_t *strides, bool isFree) {
  COneDNNArgument argument = {.role = role, .data = data, .rank = rank, .isFree = isFree};
  memcpy(argument.extents, extents, (size_t)rank * sizeof *extents);
  memcpy(argument.strides, strides, (size_t)rank * sizeof *strides);
  return argument;
}

/// A primitive with all that it is made from but its arguments.
typedef struct {
  COneDNNKind kind;
  COneDNNAlgorithm algorithm;
  /// The numbers of the algorithm; alpha is ε of a normalization.
  float alpha, beta;
  /// What is applied to each element of the output of a matrix product or a convolution.
  COneDNNAlgorithm activation;
  float activationAlpha, activationBeta;
  /// Of rows and columns: the window of a pooling, and how windows move and read. A dilation of 1 reads neighbours.
  int64_t windowHeight, windowWidth, strideHeight, strideWidth, paddingHeight, paddingWidth, dilationHeight,
      dilationWidth;
  /// The axis of a softmax or a concatenation.
  int axis;
  /// Whether a pooling or a normalization keeps for its gradient what that needs: places of maxima, means and variances.
  bool isTraining;
  /// Whether a batch normalization takes its means and variances as they are given, and its gradient has them constant.
  bool usesGivenStatistics;
} COneDNNPrimitive;

/// Primitives in the order of their execution, bound to their memory.
typedef struct COneDNNKernel COneDNNKernel;

/// Makes a kernel of no primitives, or returns null and tells why.
COneDNNKernel *COneDNNKernelCreate(COneDNNDevice *device, COneDNNFailure *failure);

/// Compiles a primitive and appends it. The memory of the arguments must outlive the kernel. The gradient of a maximum
/// pooling stands behind the pooling, in the same kernel.
///
/// Returns false and tells why where oneDNN refuses; the kernel is then fit for nothing but to be freed.
bool COneDNNKernelAppend(
    COneDNNKernel *kernel, const COneDNNPrimitive *primitive, const COneDNNArgument *arguments, int count,
    COneDNNFailure *failure);

/// Frees a kernel.
void COneDNNKernelDestroy(COneDNNKernel *kernel);

/// Computes all primitives on the calling thread alone, and returns oneDNN's status, 0 for success.
int COneDNNKernelRun(COneDNNKernel *kernel);

/// The name of the implementation that oneDNN chose for the primitive appended last, such as "gemm:jit".
const char *COneDNNKernelName(const COneDNNKernel *kernel);
