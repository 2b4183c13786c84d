#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// The activations, as `Activation` in Graphs has them.
typedef enum __attribute__((enum_extensibility(closed))) {
  CActivationNone = 0,
  CActivationReLU = 1,
  CActivationTanh = 2,
  CActivationSigmoid = 3,
} CActivation;

/// A matrix product c = activation(a · b + bias) with c [rows, columns] and the inner extent `inner`.
typedef struct {
  size_t rows, columns, inner;
  /// Element (i, k) of a is a[i * aRowStride + k * aColumnStride].
  const float *a;
  size_t aRowStride, aColumnStride;
  /// b is [inner, columns], or where it is transposed [columns, inner], in rows one after the other.
  const float *b;
  bool transposesB;
  /// One number a column, or null.
  const float *_Nullable bias;
  CActivation activation;
  float *c;
  /// Memory for `CKernelTable.scratchCount` numbers, aligned to 64 bytes; used where b is transposed.
  float *scratch;
} CMatrixProduct;

/// The numbers of one step of Adam.
typedef struct {
  float beta1, beta2, epsilon, weightDecay;
  /// rate / (1 - beta1^t).
  float stepSize;
  /// 1 / sqrt(1 - beta2^t).
  float inverseRootCorrection;
  /// 1 - beta1 and 1 - beta2, rounded once.
  float oneMinusBeta1, oneMinusBeta2;
} CAdamFactors;

/// Loops over float32 memory, compiled for one instruction set. An output may be an input of the same extent, save in
/// the matrix product, the row sums and the broadcast.
typedef struct {
  /// The instruction set: "avx512", "avx2", "neon" or "sse2".
  const char *name;
  /// How many numbers of scratch a matrix product with a transposed b needs.
  size_t scratchCount;

  void (*matrixProduct)(const CMatrixProduct *call);

  void (*activation)(CActivation kind, const float *x, float *y, size_t count);
  void (*activationGradient)(CActivation kind, const float *upstream, const float *y, float *out, size_t count);
  void (*add)(const float *a, const float *b, float *out, size_t count);
  void (*multiply)(const float *a, const float *b, float *out, size_t count);
  void (*scale)(const float *x, float factor, float *out, size_t count);
  void (*sumRows)(const float *x, size_t rows, size_t columns, float *out);
  void (*broadcastRows)(const float *x, size_t rows, size_t columns, float *out);
  float (*sum)(const float *x, size_t count);

  float (*softmaxCrossEntropy)(const float *logits, const float *labels, size_t rows, size_t classes);
  void (*softmaxCrossEntropyGradient)(
      const float *logits, const float *labels, float upstream, size_t rows, size_t classes, float *out);
  float (*meanSquaredError)(const float *prediction, const float *target, size_t count);
  void (*meanSquaredErrorGradient)(
      const float *prediction, const float *target, float upstream, size_t count, float *out);

  /// Draws 0 where a word of Philox 4x32-10 with key `seed` and counter (i / 4, stream, 0, 0) is below the threshold,
  /// and `kept` elsewhere.
  void (*dropoutMask)(uint64_t seed, uint32_t stream, uint32_t threshold, float kept, float *out, size_t count);

  void (*gradientDescent)(float *p, const float *g, size_t count, float rate, float decay);
  void (*momentum)(float *p, const float *g, float *v, size_t count, float rate, float momentum, float decay);
  void (*adam)(float *p, const float *g, float *m, float *v, size_t count, CAdamFactors factors);
} CKernelTable;

/// The tables that the processor at hand can run, best first; null from `index` on where there is none left.
const CKernelTable *_Nullable CKernelTableAt(size_t index);

#pragma clang assume_nonnull end
