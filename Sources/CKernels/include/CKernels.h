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
  CActivationReLU6 = 4,
  CActivationLeakyReLU = 5,
  CActivationELU = 6,
  CActivationGELU = 7,
  CActivationSiLU = 8,
  CActivationHardSwish = 9,
} CActivation;

/// A matrix product c = activation(a · b + bias) with c [rows, columns] and the inner extent `inner`.
typedef struct {
  size_t rows, columns, inner;
  /// a is [rows, inner], or where it is transposed [inner, rows], in rows one after the other.
  const float *a;
  bool transposesA;
  /// b is [inner, columns], or where it is transposed [columns, inner].
  const float *b;
  bool transposesB;
  /// One number a column, or null.
  const float *_Nullable bias;
  CActivation activation;
  /// The slope or the α of the activation, where it has one.
  float activationNumber;
  float *c;
  /// Memory for `CKernelTable.scratchCount` numbers, aligned to 64 bytes; may be used where b is transposed.
  float *scratch;
} CMatrixProduct;

/// c[r] = rectified(Σ a[rowOffsets[r] + innerOffsets[k]] b[k] + bias), with rows of c and b of `columns` numbers.
typedef struct {
  size_t rows, columns, inner;
  const float *a;
  const int32_t *rowOffsets, *innerOffsets;
  /// Rows of b begin `bStride` numbers apart; or b is packed by `packTaps`.
  const float *b;
  size_t bStride;
  bool isPacked;
  /// One number a column, or null.
  const float *_Nullable bias;
  bool rectifies;
  /// Whether the products are added to what c holds; there is no bias then.
  bool accumulates;
  /// Row r of c begins at cOffsets[r], or where that is null at r * cStride.
  float *c;
  const int32_t *_Nullable cOffsets;
  size_t cStride;
} CGatheredProduct;

/// c[r] = rectified(Σ a[rowOffsets[r] + tapOffsets[t]] weight[taps[t]] + bias) over `channels` numbers each. In the
/// gradient by the weight, `weight` is the upstream, a row each, and c [taps, channels] has the sums added.
typedef struct {
  size_t rows, channels, tapCount;
  const float *a;
  const int32_t *rowOffsets, *tapOffsets, *taps;
  const float *weight;
  const float *_Nullable bias;
  bool rectifies;
  float *c;
  const int32_t *_Nullable cOffsets;
} CDepthwise;

/// Images [height, width, channels], one after the other, to be copied to (top, left) of padded ones.
typedef struct {
  size_t images, height, width, channels, paddedHeight, paddedWidth, top, left;
  const float *x;
  float *padded;
} CPadding;

/// The tiles of images [height, width, channels], one image after the other: each begins two places behind the one before it,
/// and so do the rows of tiles. Tiles have four by four places where they are what windows of three by three read, else two
/// by two; places outside of the image are 0, or are not stored.
typedef struct {
  size_t height, width, channels, tileRows, tileColumns;
  /// How far the first tile of an image lies before its first place.
  ptrdiff_t top, left;
  /// The tiles that are worked on, counted through all images.
  size_t first, count;
  /// The images that are read, or null where they are written.
  const float *_Nullable images;
  /// The images that are written.
  float *_Nullable out;
  /// One number a channel, or null, to be added to what is written.
  const float *_Nullable bias;
  bool rectifies;
  /// The 16 matrices, each `tileStride` elements behind the one before it: [count, channels], of pairs of channels
  /// [count, (channels + 1) / 2], of pairs of tiles [(count + 1) / 2, channels].
  float *_Nullable tiles;
  size_t tileStride;
} CImageTiles;

/// A pooling of images [images, height, width, channels].
typedef struct {
  size_t images, height, width, channels, outHeight, outWidth;
  size_t windowHeight, windowWidth, strideHeight, strideWidth, paddingHeight, paddingWidth;
  bool countsPadding;
  /// The images, or the upstream in a gradient.
  const float *a;
  /// The images in the gradient of a maximum, else null.
  const float *_Nullable x;
  float *out;
} CPooling;

/// A batch normalization of images [images, 2 outHeight, 2 outWidth, channels] with ReLU and the maximum of each two by two
/// places behind it, or one of its gradients.
typedef struct {
  /// How many images are worked on, of how many.
  size_t images, total;
  size_t outHeight, outWidth, channels;
  const float *x, *mean, *variance, *scale, *shift;
  float epsilon;
  /// Whether sums are added to what `out` holds.
  bool accumulates;
  /// The gradient by the pooled images, in the gradients.
  const float *_Nullable upstream;
  /// The pooled images, in the sums.
  const float *_Nullable pooled;
  /// What `pooledSums` made, in the gradient by x.
  const float *_Nullable sums;
  /// The pooled images, the sums [2, channels], or the gradient by x.
  float *out;
} CPooledNormalization;

/// Weights of few bits: for each of `channels` channels `run` elements one after the other, and that `repeats` times.
typedef struct {
  const float *weights;
  size_t repeats, channels, run;
  /// The largest whole number that the bits hold: 2^(bits - 1) - 1.
  float limit;
} CWeightChannels;

/// The numbers of one step of Adam.
typedef struct {
  float beta1, beta2, epsilon, weightDecay;
  /// What the parameter is multiplied by first: 1 - rate decay in AdamW, else 1.
  float shrinkage;
  /// rate / (1 - beta1^t).
  float stepSize;
  /// 1 / sqrt(1 - beta2^t).
  float inverseRootCorrection;
  /// 1 - beta1 and 1 - beta2, rounded once.
  float oneMinusBeta1, oneMinusBeta2;
} CAdamFactors;

/// The numbers of one step of RMSProp.
typedef struct {
  float alpha, oneMinusAlpha, epsilon, momentum, rate, weightDecay;
} CRMSPropFactors;

/// Loops over float32 memory, compiled for one instruction set. An output may be an input of the same extent in the elementwise
/// loops, in `normalize`, and in the gradients of normalization for x (`Operation.mayOverwrite` lists them), and in no other.
typedef struct {
  /// The instruction set: "avx512", "avx2", "neon" or "sse2".
  const char *name;
  /// How many numbers of scratch a matrix product with a transposed b needs.
  size_t scratchCount;

  void (*matrixProduct)(const CMatrixProduct *call);

  /// The columns of a panel of a packed right operand.
  size_t panelColumns;
  void (*gatheredProduct)(const CGatheredProduct *call);
  /// Packs the transposes of some taps of a weight [taps, inner, channels], whose rows begin `stride` numbers apart, for a
  /// gathered product of `tapCount * channels` inner numbers and `inner` columns. Needs room for
  /// (tapCount * channels + 64) * (inner made up to whole panels) numbers.
  void (*packTaps)(
      const float *weight, const int32_t *taps, size_t tapCount, size_t inner, size_t channels, size_t stride,
      float *to);
  void (*padImages)(const CPadding *call);
  /// Minimal filtering of whole tiles is faster than products over windows where the product of the input and the output
  /// channels is at least this many times their sum.
  float filteringCost;
  /// The 16 left operands of a convolution by minimal filtering, those of its gradient by the weight, and what its products
  /// make.
  void (*windowsToTiles)(const CImageTiles *call);
  void (*upstreamToTiles)(const CImageTiles *call);
  void (*tilesToImages)(const CImageTiles *call);
  /// A filter [3, 3, count] as the right operands, [16, count], and the gradient by it of that by them.
  void (*filterToTiles)(const float *filter, size_t count, float *tiles);
  void (*tilesToFilter)(const float *tiles, size_t count, float *filter);
  void (*depthwise)(const CDepthwise *call);
  void (*depthwiseWeightGradient)(const CDepthwise *call);

  /// `number` is the slope or the α of the activations that have one.
  void (*activation)(CActivation kind, float number, const float *x, float *y, size_t count);
  /// `point` is the output for activations that are differentiated there, else the input.
  void (*activationGradient)(
      CActivation kind, float number, const float *upstream, const float *point, float *out, size_t count);
  void (*activationCurvature)(CActivation kind, const float *x, float *out, size_t count);
  void (*softmax)(const float *x, size_t rows, size_t columns, float *out);
  void (*softmaxGradient)(const float *upstream, const float *y, size_t rows, size_t columns, float *out);
  void (*add)(const float *a, const float *b, float *out, size_t count);
  void (*multiply)(const float *a, const float *b, float *out, size_t count);
  void (*scale)(const float *x, float factor, float *out, size_t count);
  void (*sumRows)(const float *x, size_t rows, size_t columns, float *out);
  void (*broadcastRows)(const float *x, size_t rows, size_t columns, float *out);
  float (*sum)(const float *x, size_t count);

  float (*softmaxCrossEntropy)(
      const float *logits, const float *labels, float smoothing, size_t rows, size_t classes);
  void (*softmaxCrossEntropyGradient)(
      const float *logits, const float *labels, float smoothing, float upstream, size_t rows, size_t classes,
      float *out);
  float (*meanAbsoluteError)(const float *prediction, const float *target, size_t count);
  void (*meanAbsoluteErrorGradient)(
      const float *prediction, const float *target, float upstream, size_t count, float *out);
  float (*huber)(const float *prediction, const float *target, float delta, size_t count);
  void (*huberGradient)(
      const float *prediction, const float *target, float delta, float upstream, size_t count, float *out);
  float (*binaryCrossEntropy)(const float *logits, const float *target, size_t count);
  void (*binaryCrossEntropyGradient)(
      const float *logits, const float *target, float upstream, size_t count, float *out);
  float (*klDivergence)(
      const float *logits, const float *teacher, float temperature, size_t rows, size_t classes);
  void (*klDivergenceGradient)(
      const float *logits, const float *teacher, float temperature, float upstream, size_t rows, size_t classes,
      float *out);

  /// Takes `rows` of `total` rows in, `before` of which were taken in by earlier calls; the moments are right once all were.
  void (*batchMoments)(
      const float *x, size_t before, size_t rows, size_t total, size_t channels, float *mean, float *variance);
  void (*normalize)(
      const float *x, const float *mean, const float *variance, const float *scale, const float *shift, float epsilon,
      bool rectifies, size_t rows, size_t channels, float *out);
  /// Where `shift` is null, all of the upstream counts, else only where scale x̂ + shift is positive; the sums are out
  /// [2, channels], or are added to it.
  void (*normalizationSums)(
      const float *upstream, const float *x, const float *mean, const float *variance, const float *_Nullable scale,
      const float *_Nullable shift, float epsilon, bool accumulates, size_t rows, size_t channels, float *out);
  /// For `rows` of the `total` rows that the sums are of.
  void (*normalizationGradient)(
      const float *upstream, const float *x, const float *mean, const float *variance, const float *scale,
      const float *_Nullable shift, const float *sums, float epsilon, size_t rows, size_t total, size_t channels,
      float *out);
  void (*normalizePooled)(const CPooledNormalization *call);
  void (*pooledSums)(const CPooledNormalization *call);
  void (*pooledGradient)(const CPooledNormalization *call);
  void (*movingAverage)(
      const float *state, const float *moments, float momentum, float correction, size_t count, float *out);
  void (*layerNormalize)(
      const float *x, const float *scale, const float *shift, float epsilon, size_t rows, size_t channels, float *out);
  void (*layerSums)(
      const float *upstream, const float *x, float epsilon, size_t rows, size_t channels, float *out);
  void (*layerGradient)(
      const float *upstream, const float *x, const float *scale, float epsilon, size_t rows, size_t channels,
      float *out);

  /// Numbers step (q - zero) with q in 0...255.
  void (*quantizeValues)(const float *x, float step, float zero, size_t count, float *out);
  void (*quantizeValuesGradient)(
      const float *upstream, const float *x, float step, float zero, size_t count, float *out);
  /// `range` and `out`, which may be the same, are the least and the greatest number.
  void (*movingRange)(const float *range, const float *x, float momentum, size_t count, float *out);
  /// `steps` is one a channel.
  void (*quantizeWeights)(const CWeightChannels *call, const float *steps, float *out);
  void (*quantizeWeightsGradient)(
      const CWeightChannels *call, const float *steps, const float *upstream, float *out);
  void (*quantizationStepsGradient)(
      const CWeightChannels *call, const float *steps, const float *upstream, float factor, float *out);
  void (*weightExtents)(const CWeightChannels *call, float *out);

  void (*maxPooling)(const CPooling *call);
  void (*maxPoolingGradient)(const CPooling *call);
  void (*averagePooling)(const CPooling *call);
  void (*averagePoolingGradient)(const CPooling *call);
  void (*globalAverage)(const float *x, size_t images, size_t places, size_t channels, float *out);
  void (*globalAverageGradient)(
      const float *upstream, size_t images, size_t places, size_t channels, float *out);

  float (*meanSquaredError)(const float *prediction, const float *target, size_t count);
  void (*meanSquaredErrorGradient)(
      const float *prediction, const float *target, float upstream, size_t count, float *out);

  /// Draws 0 where a word of Philox 4x32-10 with key `seed` and counter (i / 4, stream, 0, 0) is below the threshold,
  /// and `kept` elsewhere.
  void (*dropoutMask)(uint64_t seed, uint32_t stream, uint32_t threshold, float kept, float *out, size_t count);

  void (*gradientDescent)(float *p, const float *g, size_t count, float rate, float decay);
  void (*momentum)(float *p, const float *g, float *v, size_t count, float rate, float momentum, float decay);
  void (*adam)(float *p, const float *g, float *m, float *v, size_t count, CAdamFactors factors);
  void (*moveAverage)(float *average, const float *p, size_t count, float rate);
  void (*nesterov)(float *p, const float *g, float *v, size_t count, float rate, float momentum, float decay);
  void (*adaGrad)(float *p, const float *g, float *s, size_t count, float rate, float epsilon, float decay);
  void (*rmsProp)(
      float *p, const float *g, float *s, float *_Nullable v, float *_Nullable m, size_t count,
      CRMSPropFactors factors);
  void (*addSigns)(const float *p, float penalty, float *g, size_t count);
  void (*limit)(float *p, float low, float high, size_t count);
  double (*sumOfSquares)(const float *x, size_t count);
} CKernelTable;

/// Products of bfloat16 numbers, summed in float32. Operands are elements of 32 bits, each a pair of numbers that are
/// neighbours along the inner extent, which counts pairs; everything else is as in the loops of `CKernelTableAt(0)`, whose
/// `packTaps` packs right operands of pairs as well.
typedef struct {
  /// The instruction set of the products: "amx" or "avx512".
  const char *name;
  void (*matrixProduct)(const CMatrixProduct *call);
  void (*gatheredProduct)(const CGatheredProduct *call);
  /// As in `CKernelTable`.
  float filteringCost;
  /// x [rows, columns] to pairs of neighbours in a row, [rows, (columns + 1) / 2].
  void (*pairColumns)(const float *x, size_t rows, size_t columns, float *out);
  /// x [blocks, rows, columns] to pairs of neighbouring rows of a block, [blocks, (rows + 1) / 2, columns].
  void (*pairRows)(const float *x, size_t blocks, size_t rows, size_t columns, float *out);
  /// Images padded by zeros, with pairs of neighbouring channels, or of neighbouring images.
  void (*padPairs)(const CPadding *call, bool pairsImages);
  /// The left operands of minimal filtering, with pairs of neighbouring channels, or of neighbouring tiles.
  void (*windowsToPairs)(const CImageTiles *call, bool pairsTiles);
  void (*upstreamToPairs)(const CImageTiles *call);
} CBFloat16Table;

/// The tables that the processor at hand can run, best first; null from `index` on where there is none left.
const CKernelTable *_Nullable CKernelTableAt(size_t index);

/// The products of bfloat16 numbers that the processor at hand can run, best first; null from `index` on where there is none
/// left. They differ in the order of their sums.
const CBFloat16Table *_Nullable CBFloat16TableAt(size_t index);

#pragma clang assume_nonnull end
