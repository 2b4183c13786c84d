#if defined(__x86_64__)
#include "CDensities.h"

#include <math.h>
#include <string.h>

// A product and a sum stay two roundings wherever they are not `fused`.
#pragma STDC FP_CONTRACT OFF
// All that takes or returns a vector is inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#define LOOPS CDensitiesAVX2
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "loops/densities.h"
#pragma clang attribute pop
#endif
