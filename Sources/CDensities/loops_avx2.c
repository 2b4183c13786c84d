#if defined(__x86_64__)
#include "CDensities.h"

#include <math.h>
#include <string.h>

// A product and a sum stay two roundings, with or without an instruction for both.
#pragma STDC FP_CONTRACT OFF
// All that takes or returns a vector is inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#define LOOPS CDensitiesAVX2
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#include "loops/densities.h"
#pragma clang attribute pop
#endif
