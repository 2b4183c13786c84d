#pragma once

#include "COneDNN.h"

#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_version.h>

// A description of memory that is read: the same pointer in oneDNN 2, where it leads to a plain structure, and in 3, where
// that is opaque.
#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t Layout;
#else
typedef const dnnl_memory_desc_t *Layout;
#endif

// Leaves a function by its label `failed` where a call of oneDNN has failed, and says in `*failure` which.
#define CHECK(expression)                                   \
  do {                                                      \
    dnnl_status_t status_ = (expression);                   \
    if (status_ != dnnl_success) {                          \
      *failure = (COneDNNFailure){#expression, (int)status_}; \
      goto failed;                                          \
    }                                                       \
  } while (0)

dnnl_engine_t COneDNNDeviceEngine(const COneDNNDevice *device);
dnnl_stream_t COneDNNDeviceStream(const COneDNNDevice *device);

/// Limits the calling thread to itself, and returns the number of threads to restore, or 0 for none.
int COneDNNEnterSingleThreaded(void);
void COneDNNLeaveSingleThreaded(int before);

/// The layouts of a primitive's arguments by their roles, null where there is none; sources of a concatenation in their order.
typedef struct {
  Layout of[COneDNNRoleShiftGradient + 1];
  const Layout *sources;
  int sourceCount;
} Layouts;

/// Describes a primitive, with a description of its forward primitive where it is a gradient.
dnnl_status_t COneDNNDescribe(
    dnnl_primitive_desc_t *description, dnnl_engine_t engine, const COneDNNPrimitive *primitive, const Layouts *layouts,
    dnnl_primitive_attr_t attributes);

/// Appends an elementwise function to what is applied to a primitive's output.
dnnl_status_t COneDNNAppendActivation(dnnl_post_ops_t operations, COneDNNAlgorithm algorithm, float alpha, float beta);
