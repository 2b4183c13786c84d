#include "CDensities.h"

#include <math.h>
#include <string.h>

// A product and a sum stay two roundings wherever they are not `fused`.
#pragma STDC FP_CONTRACT OFF
// All that takes or returns a vector is inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#define LOOPS CDensitiesGeneric
#include "loops/densities.h"
