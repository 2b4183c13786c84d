#include "COneDNN.h"

#if HAS_ONEDNN

#include "Internal.h"

#include <stdlib.h>

// oneDNN 2 fills a structure for each kind of primitive and describes the primitive from that; oneDNN 3 does it in one call,
// whose arguments are nearly the same.
#if DNNL_VERSION_MAJOR >= 3
#define DESCRIBE(structure, hint, two, three) return three
#else
#define DESCRIBE(structure, hint, two, three)                                              \
  do {                                                                                     \
    structure operation_;                                                                  \
    dnnl_status_t status_ = two;                                                           \
    if (status_ != dnnl_success) return status_;                                           \
    return dnnl_primitive_desc_create(description, &operation_, attributes, engine, hint); \
  } while (0)
#endif

static dnnl_alg_kind_t elementwise(COneDNNAlgorithm algorithm) {
  switch (algorithm) {
    case COneDNNAlgorithmReLU: return dnnl_eltwise_relu;
    case COneDNNAlgorithmClip: return dnnl_eltwise_clip_v2;
    case COneDNNAlgorithmELU: return dnnl_eltwise_elu;
    case COneDNNAlgorithmGELU: return dnnl_eltwise_gelu_erf;
    case COneDNNAlgorithmSwish: return dnnl_eltwise_swish;
    case COneDNNAlgorithmHardSwish: return dnnl_eltwise_hardswish;
    case COneDNNAlgorithmTanh: return dnnl_eltwise_tanh;
    case COneDNNAlgorithmLogistic: return dnnl_eltwise_logistic;
    case COneDNNAlgorithmLinear: return dnnl_eltwise_linear;
    default: return dnnl_alg_kind_undef;
  }
}

/// The function whose derivative is computed from its value.
static dnnl_alg_kind_t elementwiseAtDestination(COneDNNAlgorithm algorithm) {
  switch (algorithm) {
    case COneDNNAlgorithmReLU: return dnnl_eltwise_relu_use_dst_for_bwd;
    case COneDNNAlgorithmClip: return dnnl_eltwise_clip_v2_use_dst_for_bwd;
    case COneDNNAlgorithmELU: return dnnl_eltwise_elu_use_dst_for_bwd;
    case COneDNNAlgorithmTanh: return dnnl_eltwise_tanh_use_dst_for_bwd;
    case COneDNNAlgorithmLogistic: return dnnl_eltwise_logistic_use_dst_for_bwd;
    default: return dnnl_alg_kind_undef;
  }
}

static dnnl_alg_kind_t other(COneDNNAlgorithm algorithm) {
  switch (algorithm) {
    case COneDNNAlgorithmMaximum: return dnnl_pooling_max;
    case COneDNNAlgorithmAverageIncludePadding: return dnnl_pooling_avg_include_padding;
    case COneDNNAlgorithmAverageExcludePadding: return dnnl_pooling_avg_exclude_padding;
    case COneDNNAlgorithmAdd: return dnnl_binary_add;
    case COneDNNAlgorithmMultiply: return dnnl_binary_mul;
    case COneDNNAlgorithmSum: return dnnl_reduction_sum;
    default: return dnnl_alg_kind_undef;
  }
}

dnnl_status_t COneDNNAppendActivation(dnnl_post_ops_t operations, COneDNNAlgorithm algorithm, float alpha, float beta) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_post_ops_append_eltwise(operations, elementwise(algorithm), alpha, beta);
#else
  return dnnl_post_ops_append_eltwise(operations, 1, elementwise(algorithm), alpha, beta);
#endif
}

/// Scale and shift are there or not, in a gradient as in a normalization.
static unsigned normalizationFlags(const COneDNNPrimitive *primitive, const Layouts *layouts) {
  unsigned flags = 0;
  if (layouts->of[COneDNNRoleScale]) flags |= dnnl_use_scale;
  if (layouts->of[COneDNNRoleShift] || layouts->of[COneDNNRoleShiftGradient]) flags |= dnnl_use_shift;
  if (primitive->usesGivenStatistics) flags |= dnnl_use_global_stats;
  return flags;
}

#define LAYOUT(role) layouts->of[COneDNNRole##role]

/// How a window moves, as oneDNN takes it.
typedef struct {
  dnnl_dims_t window, strides, padding, dilation;
} Geometry;

static Geometry geometry(const COneDNNPrimitive *primitive) {
  return (Geometry){
      {primitive->windowHeight, primitive->windowWidth},
      {primitive->strideHeight, primitive->strideWidth},
      {primitive->paddingHeight, primitive->paddingWidth},
      {primitive->dilationHeight - 1, primitive->dilationWidth - 1},
  };
}

static dnnl_status_t describeConcatenation(
    dnnl_primitive_desc_t *description, dnnl_engine_t engine, const COneDNNPrimitive *primitive, const Layouts *layouts,
    dnnl_primitive_attr_t attributes) {
  const Layout y = LAYOUT(Destination);
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_concat_primitive_desc_create(
      description, engine, y, layouts->sourceCount, primitive->axis, layouts->sources, attributes);
#else
  dnnl_memory_desc_t *sources = calloc((size_t)layouts->sourceCount, sizeof *sources);
  if (!sources) return dnnl_out_of_memory;
  for (int i = 0; i < layouts->sourceCount; i++) sources[i] = *layouts->sources[i];
  const dnnl_status_t status = dnnl_concat_primitive_desc_create(
      description, y, layouts->sourceCount, primitive->axis, sources, attributes, engine);
  free(sources);
  return status;
#endif
}

/// Describes a primitive that is no gradient. `layouts` may be those of the gradient: what is differentiated has the layout of
/// its gradient then.
static dnnl_status_t describeForward(
    dnnl_primitive_desc_t *description, dnnl_engine_t engine, const COneDNNPrimitive *primitive, const Layouts *layouts,
    dnnl_primitive_attr_t attributes, bool isTraining) {
  const Layout x = LAYOUT(Source) ? LAYOUT(Source) : LAYOUT(SourceGradient);
  const Layout y = LAYOUT(Destination) ? LAYOUT(Destination) : LAYOUT(DestinationGradient);
  const Layout w = LAYOUT(Weights) ? LAYOUT(Weights) : LAYOUT(WeightsGradient);
  const Layout bias = LAYOUT(Bias), x1 = LAYOUT(SecondSource), mean = LAYOUT(Mean);
  const dnnl_prop_kind_t propagation = isTraining ? dnnl_forward_training : dnnl_forward_inference;
  const Geometry g = geometry(primitive);
  const unsigned flags = normalizationFlags(primitive, layouts);
  const float alpha = primitive->alpha, beta = primitive->beta;
  const int axis = primitive->axis;
  const dnnl_alg_kind_t algorithm = other(primitive->algorithm);
  switch (primitive->kind) {
    case COneDNNKindMatmul:
      DESCRIBE(dnnl_matmul_desc_t, 0, dnnl_matmul_desc_init(&operation_, x, w, bias, y),
               dnnl_matmul_primitive_desc_create(description, engine, x, w, bias, y, attributes));
    case COneDNNKindConvolution:
    case COneDNNKindConvolutionBackwardData:
    case COneDNNKindConvolutionBackwardWeights:
      DESCRIBE(dnnl_convolution_desc_t, 0,
               dnnl_dilated_convolution_forward_desc_init(
                   &operation_, propagation, dnnl_convolution_direct, x, w, bias, y, g.strides, g.dilation, g.padding,
                   g.padding),
               dnnl_convolution_forward_primitive_desc_create(
                   description, engine, propagation, dnnl_convolution_direct, x, w, bias, y, g.strides, g.dilation,
                   g.padding, g.padding, attributes));
    case COneDNNKindPooling:
    case COneDNNKindPoolingBackward:
      DESCRIBE(dnnl_pooling_desc_t, 0,
               dnnl_pooling_forward_desc_init(
                   &operation_, propagation, algorithm, x, y, g.strides, g.window, g.padding, g.padding),
               dnnl_pooling_forward_primitive_desc_create(
                   description, engine, propagation, algorithm, x, y, g.strides, g.window, g.dilation, g.padding,
                   g.padding, attributes));
    case COneDNNKindBatchNormalization:
    case COneDNNKindBatchNormalizationBackward:
      DESCRIBE(dnnl_batch_normalization_desc_t, 0,
               dnnl_batch_normalization_forward_desc_init(&operation_, propagation, x, alpha, flags),
               dnnl_batch_normalization_forward_primitive_desc_create(
                   description, engine, propagation, x, y, alpha, flags, attributes));
    case COneDNNKindLayerNormalization:
    case COneDNNKindLayerNormalizationBackward:
      DESCRIBE(dnnl_layer_normalization_desc_t, 0,
               dnnl_layer_normalization_forward_desc_init(&operation_, propagation, x, mean, alpha, flags),
               dnnl_layer_normalization_forward_primitive_desc_create(
                   description, engine, propagation, x, y, mean, alpha, flags, attributes));
    case COneDNNKindEltwise:
    case COneDNNKindEltwiseBackward: {
      const dnnl_alg_kind_t function = primitive->kind == COneDNNKindEltwiseBackward && LAYOUT(Destination)
                                           ? elementwiseAtDestination(primitive->algorithm)
                                           : elementwise(primitive->algorithm);
      DESCRIBE(dnnl_eltwise_desc_t, 0,
               dnnl_eltwise_forward_desc_init(&operation_, propagation, function, x, alpha, beta),
               dnnl_eltwise_forward_primitive_desc_create(
                   description, engine, propagation, function, x, y, alpha, beta, attributes));
    }
    case COneDNNKindSoftmax:
    case COneDNNKindSoftmaxBackward:
      DESCRIBE(dnnl_softmax_desc_t, 0, dnnl_softmax_forward_desc_init(&operation_, propagation, x, axis),
               dnnl_softmax_forward_primitive_desc_create(
                   description, engine, propagation, dnnl_softmax_accurate, x, y, axis, attributes));
    case COneDNNKindBinary:
      DESCRIBE(dnnl_binary_desc_t, 0, dnnl_binary_desc_init(&operation_, algorithm, x, x1, y),
               dnnl_binary_primitive_desc_create(description, engine, algorithm, x, x1, y, attributes));
    case COneDNNKindReduction:
      DESCRIBE(dnnl_reduction_desc_t, 0, dnnl_reduction_desc_init(&operation_, algorithm, x, y, 0, 0),
               dnnl_reduction_primitive_desc_create(description, engine, algorithm, x, y, 0, 0, attributes));
    case COneDNNKindReorder:
      return dnnl_reorder_primitive_desc_create(description, x, engine, y, engine, attributes);
    case COneDNNKindConcat: return describeConcatenation(description, engine, primitive, layouts, attributes);
  }
  return dnnl_unimplemented;
}

/// Describes a gradient, with the description of what it is the gradient of.
static dnnl_status_t describeBackward(
    dnnl_primitive_desc_t *description, dnnl_engine_t engine, const COneDNNPrimitive *primitive, const Layouts *layouts,
    dnnl_primitive_attr_t attributes, dnnl_primitive_desc_t forward) {
  const Layout x = LAYOUT(Source), y = LAYOUT(Destination), w = LAYOUT(Weights), mean = LAYOUT(Mean);
  const Layout byX = LAYOUT(SourceGradient), byY = LAYOUT(DestinationGradient), byW = LAYOUT(WeightsGradient);
  // The gradients by scale and shift come with that by the data.
  const dnnl_prop_kind_t propagation = LAYOUT(ScaleGradient) ? dnnl_backward : dnnl_backward_data;
  const Geometry g = geometry(primitive);
  const unsigned flags = normalizationFlags(primitive, layouts);
  const float alpha = primitive->alpha, beta = primitive->beta;
  const int axis = primitive->axis;
  switch (primitive->kind) {
    case COneDNNKindConvolutionBackwardData:
      DESCRIBE(dnnl_convolution_desc_t, forward,
               dnnl_dilated_convolution_backward_data_desc_init(
                   &operation_, dnnl_convolution_direct, byX, w, byY, g.strides, g.dilation, g.padding, g.padding),
               dnnl_convolution_backward_data_primitive_desc_create(
                   description, engine, dnnl_convolution_direct, byX, w, byY, g.strides, g.dilation, g.padding,
                   g.padding, forward, attributes));
    case COneDNNKindConvolutionBackwardWeights:
      DESCRIBE(dnnl_convolution_desc_t, forward,
               dnnl_dilated_convolution_backward_weights_desc_init(
                   &operation_, dnnl_convolution_direct, x, byW, 0, byY, g.strides, g.dilation, g.padding, g.padding),
               dnnl_convolution_backward_weights_primitive_desc_create(
                   description, engine, dnnl_convolution_direct, x, byW, 0, byY, g.strides, g.dilation, g.padding,
                   g.padding, forward, attributes));
    case COneDNNKindPoolingBackward: {
      const dnnl_alg_kind_t algorithm = other(primitive->algorithm);
      DESCRIBE(dnnl_pooling_desc_t, forward,
               dnnl_pooling_backward_desc_init(
                   &operation_, algorithm, byX, byY, g.strides, g.window, g.padding, g.padding),
               dnnl_pooling_backward_primitive_desc_create(
                   description, engine, algorithm, byX, byY, g.strides, g.window, g.dilation, g.padding, g.padding,
                   forward, attributes));
    }
    case COneDNNKindBatchNormalizationBackward:
      DESCRIBE(dnnl_batch_normalization_desc_t, forward,
               dnnl_batch_normalization_backward_desc_init(&operation_, propagation, byX, x, alpha, flags),
               dnnl_batch_normalization_backward_primitive_desc_create(
                   description, engine, propagation, byX, byY, x, alpha, flags, forward, attributes));
    case COneDNNKindLayerNormalizationBackward:
      DESCRIBE(dnnl_layer_normalization_desc_t, forward,
               dnnl_layer_normalization_backward_desc_init(&operation_, propagation, byX, x, mean, alpha, flags),
               dnnl_layer_normalization_backward_primitive_desc_create(
                   description, engine, propagation, byX, byY, x, mean, alpha, flags, forward, attributes));
    case COneDNNKindEltwiseBackward: {
      const dnnl_alg_kind_t function =
          y ? elementwiseAtDestination(primitive->algorithm) : elementwise(primitive->algorithm);
      DESCRIBE(dnnl_eltwise_desc_t, forward,
               dnnl_eltwise_backward_desc_init(&operation_, function, byX, y ? y : x, alpha, beta),
               dnnl_eltwise_backward_primitive_desc_create(
                   description, engine, function, byX, byY, y ? y : x, alpha, beta, forward, attributes));
    }
    case COneDNNKindSoftmaxBackward:
      DESCRIBE(dnnl_softmax_desc_t, forward, dnnl_softmax_backward_desc_init(&operation_, byX, y, axis),
               dnnl_softmax_backward_primitive_desc_create(
                   description, engine, dnnl_softmax_accurate, byX, byY, y, axis, forward, attributes));
    default: return dnnl_unimplemented;
  }
}

dnnl_status_t COneDNNDescribe(
    dnnl_primitive_desc_t *description, dnnl_engine_t engine, const COneDNNPrimitive *primitive, const Layouts *layouts,
    dnnl_primitive_attr_t attributes) {
  switch (primitive->kind) {
    case COneDNNKindConvolutionBackwardData:
    case COneDNNKindConvolutionBackwardWeights:
    case COneDNNKindPoolingBackward:
    case COneDNNKindBatchNormalizationBackward:
    case COneDNNKindLayerNormalizationBackward:
    case COneDNNKindEltwiseBackward:
    case COneDNNKindSoftmaxBackward: {
      dnnl_primitive_desc_t forward = 0;
      dnnl_status_t status = describeForward(&forward, engine, primitive, layouts, 0, true);
      if (status != dnnl_success) return status;
      status = describeBackward(description, engine, primitive, layouts, attributes, forward);
      dnnl_primitive_desc_destroy(forward);
      return status;
    }
    default: return describeForward(description, engine, primitive, layouts, attributes, primitive->isTraining);
  }
}

#endif
