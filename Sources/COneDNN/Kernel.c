#include "COneDNN.h"

#if HAS_ONEDNN

#include "Internal.h"

#include <stdlib.h>

/// A primitive bound to its memory.
typedef struct {
  dnnl_primitive_t primitive;
  dnnl_exec_arg_t *arguments;
  int count;
} Step;

struct COneDNNKernel {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  Step *steps;
  int stepCount;
  /// What the kernel owns beside its steps.
  void **buffers;
  int bufferCount;
  /// What a maximum pooling kept for its gradient.
  void *workspace;
  const char *name;
};

COneDNNKernel *COneDNNKernelCreate(COneDNNDevice *device, COneDNNFailure *failure) {
  *failure = (COneDNNFailure){0, 0};
  COneDNNKernel *kernel = calloc(1, sizeof *kernel);
  if (!kernel) {
    *failure = (COneDNNFailure){"calloc", dnnl_out_of_memory};
    return 0;
  }
  kernel->engine = COneDNNDeviceEngine(device);
  kernel->stream = COneDNNDeviceStream(device);
  kernel->name = "none";
  return kernel;
}

void COneDNNKernelDestroy(COneDNNKernel *kernel) {
  if (!kernel) return;
  for (int i = 0; i < kernel->stepCount; i++) {
    Step *step = &kernel->steps[i];
    for (int k = 0; k < step->count; k++) dnnl_memory_destroy(step->arguments[k].memory);
    if (step->primitive) dnnl_primitive_destroy(step->primitive);
    free(step->arguments);
  }
  for (int i = 0; i < kernel->bufferCount; i++) free(kernel->buffers[i]);
  free(kernel->steps);
  free(kernel->buffers);
  free(kernel);
}

int COneDNNKernelRun(COneDNNKernel *kernel) {
  const int threads = COneDNNEnterSingleThreaded();
  dnnl_status_t status = dnnl_success;
  for (int i = 0; i < kernel->stepCount && status == dnnl_success; i++) {
    const Step *step = &kernel->steps[i];
    status = dnnl_primitive_execute(step->primitive, kernel->stream, step->count, step->arguments);
  }
  if (status == dnnl_success) status = dnnl_stream_wait(kernel->stream);
  COneDNNLeaveSingleThreaded(threads);
  return (int)status;
}

const char *COneDNNKernelName(const COneDNNKernel *kernel) { return kernel->name; }

/// Takes memory that lives as long as the kernel.
static dnnl_status_t take(COneDNNKernel *kernel, size_t bytes, void **memory) {
  void **buffers = realloc(kernel->buffers, (size_t)(kernel->bufferCount + 1) * sizeof *buffers);
  if (!buffers) return dnnl_out_of_memory;
  kernel->buffers = buffers;
  if (posix_memalign(memory, 4096, bytes) != 0) return dnnl_out_of_memory;
  buffers[kernel->bufferCount++] = *memory;
  return dnnl_success;
}

/// Appends a step of a primitive, to which arguments are bound next.
static dnnl_status_t appendStep(COneDNNKernel *kernel, dnnl_primitive_desc_t description, int argumentCount) {
  Step *steps = realloc(kernel->steps, (size_t)(kernel->stepCount + 1) * sizeof *steps);
  if (!steps) return dnnl_out_of_memory;
  kernel->steps = steps;
  Step *step = &steps[kernel->stepCount];
  *step = (Step){.arguments = calloc((size_t)argumentCount, sizeof(dnnl_exec_arg_t))};
  if (!step->arguments) return dnnl_out_of_memory;
  kernel->stepCount++;
  return dnnl_primitive_create(&step->primitive, description);
}

/// Binds memory to the step appended last.
static dnnl_status_t bind(COneDNNKernel *kernel, int argument, Layout layout, void *data) {
  Step *step = &kernel->steps[kernel->stepCount - 1];
  dnnl_memory_t memory;
  const dnnl_status_t status = dnnl_memory_create(&memory, layout, kernel->engine, data);
  if (status == dnnl_success) step->arguments[step->count++] = (dnnl_exec_arg_t){argument, memory};
  return status;
}

/// Binds scratch memory, of which a kernel has its own: oneDNN's belongs to the thread that made the primitive.
static dnnl_status_t bindScratch(COneDNNKernel *kernel, dnnl_primitive_desc_t description) {
  const Layout layout = dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0);
  const size_t bytes = layout ? dnnl_memory_desc_get_size(layout) : 0;
  if (bytes == 0) return dnnl_success;
  void *memory;
  const dnnl_status_t status = take(kernel, bytes, &memory);
  return status == dnnl_success ? bind(kernel, DNNL_ARG_SCRATCHPAD, layout, memory) : status;
}

/// Appends a step that copies numbers from one layout to another.
static dnnl_status_t appendReorder(
    COneDNNKernel *kernel, Layout from, void *source, Layout to, void *destination, dnnl_primitive_attr_t attributes) {
  dnnl_primitive_desc_t description = 0;
  dnnl_status_t status =
      dnnl_reorder_primitive_desc_create(&description, from, kernel->engine, to, kernel->engine, attributes);
  if (status != dnnl_success) return status;
  status = appendStep(kernel, description, 3);
  if (status == dnnl_success) status = bind(kernel, DNNL_ARG_FROM, from, source);
  if (status == dnnl_success) status = bind(kernel, DNNL_ARG_TO, to, destination);
  if (status == dnnl_success) status = bindScratch(kernel, description);
  dnnl_primitive_desc_destroy(description);
  return status;
}

/// oneDNN's number of an argument; that of a concatenation's source is the sum of its position and the first one's.
static int number(COneDNNRole role, COneDNNKind kind) {
  switch (role) {
    case COneDNNRoleSource: return kind == COneDNNKindConcat ? DNNL_ARG_MULTIPLE_SRC : DNNL_ARG_SRC;
    case COneDNNRoleSecondSource: return DNNL_ARG_SRC_1;
    case COneDNNRoleWeights: return DNNL_ARG_WEIGHTS;
    case COneDNNRoleBias: return DNNL_ARG_BIAS;
    case COneDNNRoleDestination: return DNNL_ARG_DST;
    case COneDNNRoleMean: return DNNL_ARG_MEAN;
    case COneDNNRoleVariance: return DNNL_ARG_VARIANCE;
    case COneDNNRoleScale: return DNNL_ARG_SCALE;
    case COneDNNRoleShift: return DNNL_ARG_SHIFT;
    case COneDNNRoleSourceGradient: return DNNL_ARG_DIFF_SRC;
    case COneDNNRoleWeightsGradient: return DNNL_ARG_DIFF_WEIGHTS;
    case COneDNNRoleDestinationGradient: return DNNL_ARG_DIFF_DST;
    case COneDNNRoleScaleGradient: return DNNL_ARG_DIFF_SCALE;
    case COneDNNRoleShiftGradient: return DNNL_ARG_DIFF_SHIFT;
  }
  return DNNL_ARG_SRC;
}

/// Whether a free argument is written by the primitive, rather than read.
static bool isWritten(COneDNNRole role) {
  return role == COneDNNRoleDestination || role == COneDNNRoleSourceGradient || role == COneDNNRoleWeightsGradient;
}

/// Describes the memory of an argument, or where it is free only its shape; to be destroyed by `forget`.
static dnnl_status_t describe(const COneDNNArgument *argument, bool isFree, Layout *layout) {
  const int rank = argument->rank;
#if DNNL_VERSION_MAJOR >= 3
  dnnl_memory_desc_t made = 0;
  const dnnl_status_t status =
      isFree ? dnnl_memory_desc_create_with_tag(&made, rank, argument->extents, dnnl_f32, dnnl_format_tag_any)
             : dnnl_memory_desc_create_with_strides(&made, rank, argument->extents, dnnl_f32, argument->strides);
#else
  dnnl_memory_desc_t *made = calloc(1, sizeof *made);
  if (!made) return dnnl_out_of_memory;
  const dnnl_status_t status =
      isFree ? dnnl_memory_desc_init_by_tag(made, rank, argument->extents, dnnl_f32, dnnl_format_tag_any)
             : dnnl_memory_desc_init_by_strides(made, rank, argument->extents, dnnl_f32, argument->strides);
#endif
  *layout = made;
  return status;
}

static void forget(Layout layout) {
  if (!layout) return;
#if DNNL_VERSION_MAJOR >= 3
  dnnl_memory_desc_destroy((dnnl_memory_desc_t)layout);
#else
  free((dnnl_memory_desc_t *)layout);
#endif
}

/// Describes a primitive over the given layouts of its arguments, in their order.
static dnnl_status_t describePrimitive(
    COneDNNKernel *kernel, const COneDNNPrimitive *primitive, const COneDNNArgument *arguments, const Layout *given,
    int count, dnnl_primitive_attr_t attributes, dnnl_primitive_desc_t *description) {
  Layouts layouts = {.sources = given};
  for (int i = 0; i < count; i++) {
    layouts.of[arguments[i].role] = given[i];
    // The sources of a concatenation come first.
    if (arguments[i].role == COneDNNRoleSource) layouts.sourceCount++;
  }
  return COneDNNDescribe(description, kernel->engine, primitive, &layouts, attributes);
}

static dnnl_status_t makeAttributes(
    const COneDNNPrimitive *primitive, dnnl_primitive_attr_t *attributes, dnnl_post_ops_t *operations) {
  dnnl_status_t status = dnnl_primitive_attr_create(attributes);
  if (status == dnnl_success) {
    status = dnnl_primitive_attr_set_scratchpad_mode(*attributes, dnnl_scratchpad_mode_user);
  }
  if (status != dnnl_success || primitive->activation == COneDNNAlgorithmNone) return status;
  status = dnnl_post_ops_create(operations);
  if (status == dnnl_success) {
    status = COneDNNAppendActivation(
        *operations, primitive->activation, primitive->activationAlpha, primitive->activationBeta);
  }
  return status == dnnl_success ? dnnl_primitive_attr_set_post_ops(*attributes, *operations) : status;
}

/// Asks a step's primitive, which lives as long as the kernel, for its name.
static dnnl_status_t queryName(COneDNNKernel *kernel, int step) {
  const_dnnl_primitive_desc_t description;
  const dnnl_status_t status = dnnl_primitive_get_primitive_desc(kernel->steps[step].primitive, &description);
  return status == dnnl_success
             ? dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, &kernel->name)
             : status;
}

bool COneDNNKernelAppend(
    COneDNNKernel *kernel, const COneDNNPrimitive *primitive, const COneDNNArgument *arguments, int count,
    COneDNNFailure *failure) {
  *failure = (COneDNNFailure){0, 0};
  const int threads = COneDNNEnterSingleThreaded();
  dnnl_primitive_attr_t attributes = 0, plain = 0;
  dnnl_post_ops_t operations = 0;
  dnnl_primitive_desc_t description = 0;
  bool isMade = false;
  // How each argument lies in our memory, and how the primitive asks for it.
  Layout *own = calloc((size_t)count, sizeof *own), *asked = calloc((size_t)count, sizeof *asked);
  void **data = calloc((size_t)count, sizeof *data);
  if (!own || !asked || !data) CHECK(dnnl_out_of_memory);

  for (int i = 0; i < count; i++) {
    CHECK(describe(&arguments[i], false, &own[i]));
    CHECK(describe(&arguments[i], arguments[i].isFree, &asked[i]));
    data[i] = arguments[i].data;
  }
  CHECK(makeAttributes(primitive, &attributes, &operations));
  CHECK(describePrimitive(kernel, primitive, arguments, asked, count, attributes, &description));

  CHECK(dnnl_primitive_attr_create(&plain));
  CHECK(dnnl_primitive_attr_set_scratchpad_mode(plain, dnnl_scratchpad_mode_user));
  for (int i = 0; i < count; i++) {
    if (!arguments[i].isFree) continue;
    const COneDNNRole role = arguments[i].role;
    const Layout chosen =
        dnnl_primitive_desc_query_md(description, dnnl_query_exec_arg_md, number(role, primitive->kind));
    if (dnnl_memory_desc_equal(chosen, own[i])) continue;
    CHECK(take(kernel, dnnl_memory_desc_get_size(chosen), &data[i]));
    if (!isWritten(role)) CHECK(appendReorder(kernel, own[i], arguments[i].data, chosen, data[i], plain));
  }

  const int primitiveStep = kernel->stepCount;
  CHECK(appendStep(kernel, description, count + 2));
  for (int i = 0, source = 0; i < count; i++) {
    const COneDNNArgument *argument = &arguments[i];
    const int first = number(argument->role, primitive->kind);
    const Layout layout = argument->isFree
                              ? dnnl_primitive_desc_query_md(description, dnnl_query_exec_arg_md, first)
                              : own[i];
    const bool isNumbered = primitive->kind == COneDNNKindConcat && argument->role == COneDNNRoleSource;
    CHECK(bind(kernel, isNumbered ? first + source++ : first, layout, data[i]));
  }
  CHECK(bindScratch(kernel, description));
  const Layout workspace = dnnl_primitive_desc_query_md(description, dnnl_query_exec_arg_md, DNNL_ARG_WORKSPACE);
  const size_t workspaceBytes = workspace ? dnnl_memory_desc_get_size(workspace) : 0;
  if (workspaceBytes > 0) {
    if (primitive->kind == COneDNNKindPooling) CHECK(take(kernel, workspaceBytes, &kernel->workspace));
    if (!kernel->workspace) CHECK(dnnl_invalid_arguments);
    CHECK(bind(kernel, DNNL_ARG_WORKSPACE, workspace, kernel->workspace));
  }
  for (int i = 0; i < count; i++) {
    if (data[i] == arguments[i].data || !isWritten(arguments[i].role)) continue;
    const Layout chosen = dnnl_primitive_desc_query_md(
        description, dnnl_query_exec_arg_md, number(arguments[i].role, primitive->kind));
    CHECK(appendReorder(kernel, chosen, data[i], own[i], arguments[i].data, plain));
  }
  CHECK(queryName(kernel, primitiveStep));
  isMade = true;
failed:
  COneDNNLeaveSingleThreaded(threads);
  for (int i = 0; i < count; i++) {
    if (own) forget(own[i]);
    if (asked) forget(asked[i]);
  }
  free(own);
  free(asked);
  free(data);
  if (description) dnnl_primitive_desc_destroy(description);
  if (operations) dnnl_post_ops_destroy(operations);
  if (attributes) dnnl_primitive_attr_destroy(attributes);
  if (plain) dnnl_primitive_attr_destroy(plain);
  return isMade;
}

#endif
