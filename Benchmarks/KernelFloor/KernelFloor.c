// The floor of a training step: the sum of the times of bare oneDNN primitives for a network's layers, forward, by the
// data and by the weights, each in the layout that oneDNN likes best and without the reorders between them, with batch
// normalization fused with ReLU, and Adam as a pass over its memory. One thread.

#include <stdio.h>

#if HAS_ONEDNN
#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_version.h>
#endif

#if !defined(DNNL_VERSION_MAJOR) || DNNL_VERSION_MAJOR != 2

int main(void) {
  puts("This program was built without oneDNN 2; install its development files (Debian: libdnnl-dev) and build again with\n"
       "swift build --manifest-cache none.");
  return 1;
}

#else

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static dnnl_engine_t engine;
static dnnl_stream_t stream;
/// What convolutions, dense layers and the activations between them are computed in.
static dnnl_data_type_t precision = dnnl_f32;

#define CHECK(call)                                                                \
  do {                                                                             \
    dnnl_status_t status_ = (call);                                                \
    if (status_ != dnnl_success) {                                                 \
      fprintf(stderr, "line %d: %s gave %d\n", __LINE__, #call, (int)status_);     \
      exit(1);                                                                     \
    }                                                                              \
  } while (0)

/// A primitive with memory of its own.
typedef struct {
  char label[96];
  dnnl_primitive_t primitive;
  dnnl_exec_arg_t arguments[16];
  int count;
  bool isForward;
  double microseconds;
} Step;

static Step steps[128];
static int stepCount;

static void bind(Step *step, int argument, const dnnl_memory_desc_t *description) {
  const size_t bytes = dnnl_memory_desc_get_size(description);
  if (!bytes) return;
  void *data = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (!data) exit(1);
  if (description->data_type == dnnl_f32) {
    for (size_t i = 0; i < bytes / 4; i++) ((float *)data)[i] = (float)(rand() % 2001 - 1000) * 1e-3f;
  } else if (description->data_type == dnnl_bf16) {
    for (size_t i = 0; i < bytes / 2; i++) ((unsigned short *)data)[i] = (unsigned short)(0x3e00 + rand() % 256);
  } else {
    memset(data, 1, bytes);
  }
  dnnl_memory_t memory;
  CHECK(dnnl_memory_create(&memory, description, engine, data));
  step->arguments[step->count++] = (dnnl_exec_arg_t){argument, memory};
}

/// Adds a primitive; each argument is bound to memory of the shape that it asks for.
static void add(const char *kind, dnnl_primitive_desc_t description, const int (*arguments)[2]) {
  Step *step = &steps[stepCount++];
  const char *name;
  CHECK(dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, &name));
  snprintf(step->label, sizeof step->label, "%s (%s)", kind, name);
  CHECK(dnnl_primitive_create(&step->primitive, description));
  step->isForward = !strstr(kind, " by ") && !strstr(kind, "gradient");
  for (int i = 0; arguments[i][0]; i++) {
    const dnnl_memory_desc_t *own =
        dnnl_primitive_desc_query_md(description, dnnl_query_exec_arg_md, arguments[i][0]);
    if (own) bind(step, arguments[i][0], own);
  }
}

static dnnl_primitive_desc_t describe(const void *operation, dnnl_primitive_desc_t hint) {
  dnnl_primitive_desc_t description;
  CHECK(dnnl_primitive_desc_create(&description, operation, 0, engine, hint));
  return description;
}

static dnnl_memory_desc_t memory(int rank, const dnnl_dim_t *extents, dnnl_data_type_t type) {
  dnnl_memory_desc_t description;
  dnnl_dims_t dims;
  for (int i = 0; i < rank; i++) dims[i] = extents[i];
  CHECK(dnnl_memory_desc_init_by_tag(&description, rank, dims, type, dnnl_format_tag_any));
  return description;
}

#define ARGUMENTS(...) (const int[][2]){__VA_ARGS__, {0, 0}}

/// The images between the layers: their extents and the layout in which the last convolution left them.
static dnnl_dim_t batch, channels, side;
static dnnl_memory_desc_t images;
static size_t parameters;

static void convolution(dnnl_dim_t outputs, dnnl_dim_t window, dnnl_dim_t stride, bool isDepthwise, bool isFirst) {
  const dnnl_dim_t out = (side + 2 * (window / 2) - window) / stride + 1;
  dnnl_memory_desc_t x = memory(4, (dnnl_dim_t[]){batch, channels, side, side}, precision);
  dnnl_memory_desc_t y = memory(4, (dnnl_dim_t[]){batch, outputs, out, out}, precision);
  dnnl_memory_desc_t w = isDepthwise ? memory(5, (dnnl_dim_t[]){channels, 1, 1, window, window}, precision)
                                     : memory(4, (dnnl_dim_t[]){outputs, channels, window, window}, precision);
  dnnl_dims_t strides = {stride, stride}, padding = {window / 2, window / 2};
  dnnl_convolution_desc_t forward, byData, byWeights;
  CHECK(dnnl_convolution_forward_desc_init(
      &forward, dnnl_forward_training, dnnl_convolution_direct, &x, &w, 0, &y, strides, padding, padding));
  dnnl_primitive_desc_t hint = describe(&forward, 0);
  add("convolution", hint, ARGUMENTS({DNNL_ARG_SRC}, {DNNL_ARG_WEIGHTS}, {DNNL_ARG_DST}));
  if (!isFirst) {
    CHECK(dnnl_convolution_backward_data_desc_init(
        &byData, dnnl_convolution_direct, &x, &w, &y, strides, padding, padding));
    add("convolution by data", describe(&byData, hint),
        ARGUMENTS({DNNL_ARG_DIFF_DST}, {DNNL_ARG_WEIGHTS}, {DNNL_ARG_DIFF_SRC}));
  }
  CHECK(dnnl_convolution_backward_weights_desc_init(
      &byWeights, dnnl_convolution_direct, &x, &w, 0, &y, strides, padding, padding));
  add("convolution by weights", describe(&byWeights, hint),
      ARGUMENTS({DNNL_ARG_SRC}, {DNNL_ARG_DIFF_DST}, {DNNL_ARG_DIFF_WEIGHTS}));
  parameters += (size_t)(outputs * (isDepthwise ? 1 : channels) * window * window);
  images = *dnnl_primitive_desc_query_md(hint, dnnl_query_dst_md, 0);
  channels = outputs;
  side = out;
}

/// Batch normalization with ReLU.
static void normalization(void) {
  const unsigned flags = dnnl_use_scale | dnnl_use_shift | dnnl_fuse_norm_relu;
  dnnl_batch_normalization_desc_t forward, backward;
  CHECK(dnnl_batch_normalization_forward_desc_init(&forward, dnnl_forward_training, &images, 1e-5f, flags));
  dnnl_primitive_desc_t hint = describe(&forward, 0);
  add("normalization", hint,
      ARGUMENTS({DNNL_ARG_SRC}, {DNNL_ARG_MEAN}, {DNNL_ARG_VARIANCE}, {DNNL_ARG_SCALE}, {DNNL_ARG_SHIFT},
                {DNNL_ARG_DST}, {DNNL_ARG_WORKSPACE}));
  CHECK(dnnl_batch_normalization_backward_desc_init(&backward, dnnl_backward, &images, &images, 1e-5f, flags));
  add("normalization's gradient", describe(&backward, hint),
      ARGUMENTS({DNNL_ARG_SRC}, {DNNL_ARG_MEAN}, {DNNL_ARG_VARIANCE}, {DNNL_ARG_SCALE}, {DNNL_ARG_SHIFT},
                {DNNL_ARG_WORKSPACE}, {DNNL_ARG_DIFF_DST}, {DNNL_ARG_DIFF_SRC}, {DNNL_ARG_DIFF_SCALE},
                {DNNL_ARG_DIFF_SHIFT}));
  parameters += 2 * (size_t)channels;
}

/// Pooling over windows that lie side by side: the maximum of two by two, or the mean of the whole image.
static void pooling(bool isGlobal) {
  const dnnl_dim_t window = isGlobal ? side : 2, out = side / window;
  dnnl_memory_desc_t y = memory(4, (dnnl_dim_t[]){batch, channels, out, out}, precision);
  const dnnl_alg_kind_t kind = isGlobal ? dnnl_pooling_avg_exclude_padding : dnnl_pooling_max;
  dnnl_dims_t windows = {window, window}, none = {0, 0};
  dnnl_pooling_desc_t forward, backward;
  CHECK(dnnl_pooling_forward_desc_init(
      &forward, dnnl_forward_training, kind, &images, &y, windows, windows, none, none));
  dnnl_primitive_desc_t hint = describe(&forward, 0);
  add("pooling", hint, ARGUMENTS({DNNL_ARG_SRC}, {DNNL_ARG_DST}, {DNNL_ARG_WORKSPACE}));
  const dnnl_memory_desc_t pooled = *dnnl_primitive_desc_query_md(hint, dnnl_query_dst_md, 0);
  CHECK(dnnl_pooling_backward_desc_init(&backward, kind, &images, &pooled, windows, windows, none, none));
  add("pooling's gradient", describe(&backward, hint),
      ARGUMENTS({DNNL_ARG_DIFF_DST}, {DNNL_ARG_DIFF_SRC}, {DNNL_ARG_WORKSPACE}));
  images = pooled;
  side = out;
}

static void dense(dnnl_dim_t inputs, dnnl_dim_t outputs, bool isFirst) {
  dnnl_memory_desc_t x = memory(2, (dnnl_dim_t[]){batch, inputs}, precision);
  dnnl_memory_desc_t w = memory(2, (dnnl_dim_t[]){outputs, inputs}, precision);
  dnnl_memory_desc_t bias = memory(1, (dnnl_dim_t[]){outputs}, precision);
  dnnl_memory_desc_t y = memory(2, (dnnl_dim_t[]){batch, outputs}, precision);
  dnnl_inner_product_desc_t forward, byData, byWeights;
  CHECK(dnnl_inner_product_forward_desc_init(&forward, dnnl_forward_training, &x, &w, &bias, &y));
  dnnl_primitive_desc_t hint = describe(&forward, 0);
  add("dense", hint, ARGUMENTS({DNNL_ARG_SRC}, {DNNL_ARG_WEIGHTS}, {DNNL_ARG_BIAS}, {DNNL_ARG_DST}));
  if (!isFirst) {
    CHECK(dnnl_inner_product_backward_data_desc_init(&byData, &x, &w, &y));
    add("dense by data", describe(&byData, hint),
        ARGUMENTS({DNNL_ARG_DIFF_DST}, {DNNL_ARG_WEIGHTS}, {DNNL_ARG_DIFF_SRC}));
  }
  CHECK(dnnl_inner_product_backward_weights_desc_init(&byWeights, &x, &w, &bias, &y));
  add("dense by weights", describe(&byWeights, hint),
      ARGUMENTS({DNNL_ARG_SRC}, {DNNL_ARG_DIFF_DST}, {DNNL_ARG_DIFF_WEIGHTS}, {DNNL_ARG_DIFF_BIAS}));
  parameters += (size_t)(outputs * (inputs + 1));
}

/// Builds the layers of a network of `BenchmarkNetwork.swift`; false where there is none of that name.
static bool build(const char *name) {
  if (!strcmp(name, "conv8x8") || !strcmp(name, "conv28x28")) {
    const bool isSmall = !strcmp(name, "conv8x8");
    channels = 1;
    side = isSmall ? 8 : 28;
    convolution(isSmall ? 16 : 32, 3, 1, false, true);
    normalization();
    pooling(false);
    convolution(isSmall ? 32 : 64, 3, 1, false, false);
    normalization();
    pooling(isSmall);
    if (!isSmall) dense(channels * side * side, 128, false);
    dense(isSmall ? 32 : 128, 10, false);
    return true;
  }
  if (!strcmp(name, "separable32x32")) {
    channels = 3;
    side = 32;
    convolution(16, 3, 1, false, true);
    normalization();
    const dnnl_dim_t layers[][2] = {{32, 1}, {64, 2}, {64, 1}};
    for (int i = 0; i < 3; i++) {
      convolution(channels, 3, layers[i][1], true, false);
      normalization();
      convolution(layers[i][0], 1, 1, false, false);
      normalization();
    }
    pooling(true);
    dense(64, 10, false);
    return true;
  }
  dnnl_dim_t width = 0;
  for (const char *rest = name; *rest;) {
    char *end;
    const dnnl_dim_t next = strtol(rest, &end, 10);
    if (end == rest || next <= 0) return false;
    if (width) dense(width, next, rest == strchr(name, '-') + 1);
    width = next;
    rest = *end == '-' ? end + 1 : end;
  }
  return stepCount > 0;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e6 + (double)time.tv_nsec * 1e-3;
}

/// What Adam reads and writes: four buffers read, three written.
static void adam(float *restrict p, const float *restrict g, float *restrict m, float *restrict v, size_t count) {
  for (size_t i = 0; i < count; i++) {
    m[i] += 0.1f * (g[i] - m[i]);
    v[i] += 0.001f * (g[i] * g[i] - v[i]);
    p[i] -= 1e-3f * m[i];
  }
}

int main(int count, char **words) {
  if (count < 4) {
    puts("usage: BenchmarkKernelFloor serve|profile NETWORK BATCH [float32|bfloat16]");
    return 2;
  }
  batch = strtol(words[3], 0, 10);
  if (count > 4 && !strcmp(words[4], "bfloat16")) precision = dnnl_bf16;
  setenv("OMP_NUM_THREADS", "1", 1);
  CHECK(dnnl_engine_create(&engine, dnnl_cpu, 0));
  CHECK(dnnl_stream_create(&stream, engine, dnnl_stream_in_order));
  if (batch < 1 || !build(words[2])) {
    puts("the network is conv8x8, conv28x28, separable32x32 or widths such as 64-128-64-10, the batch a number");
    return 2;
  }
  float *buffers[4];
  for (int i = 0; i < 4; i++) buffers[i] = calloc(parameters, sizeof(float));

  // Each line read is a number of steps; each line written is the microseconds that one of them takes.
  const bool isProfile = !strcmp(words[1], "profile");
  long runs = 200;
  while (isProfile || scanf("%ld", &runs) == 1) {
    double total = 0;
    for (int i = 0; i < stepCount; i++) steps[i].microseconds = 0;
    double update = 0;
    for (long run = 0; run < runs; run++) {
      // In the order of a step: forward, and then backward from the last layer.
      for (int n = 0; n < 2 * stepCount; n++) {
        Step *step = &steps[n < stepCount ? n : 2 * stepCount - 1 - n];
        if (step->isForward != (n < stepCount)) continue;
        const double start = now();
        CHECK(dnnl_primitive_execute(step->primitive, stream, step->count, step->arguments));
        CHECK(dnnl_stream_wait(stream));
        step->microseconds += (now() - start) / (double)runs;
      }
      const double start = now();
      adam(buffers[0], buffers[1], buffers[2], buffers[3], parameters);
      update += (now() - start) / (double)runs;
    }
    for (int i = 0; i < stepCount; i++) total += steps[i].microseconds;
    total += update;
    if (isProfile) {
      for (int i = 0; i < stepCount; i++) printf("%10.1f  %s\n", steps[i].microseconds, steps[i].label);
      printf("%10.1f  Adam over %zu parameters\n%10.1f  floor\n", update, parameters, total);
      return 0;
    }
    printf("%.3f\n", total);
    fflush(stdout);
  }
  return 0;
}

#endif
