#if defined(__x86_64__)
#include "CKernels.h"

#include <math.h>
#include <string.h>

#include "loops/vector_avx2.h"

#include "loops/functions.h"
#include "loops/elementwise.h"
#include "loops/softmax.h"
#include "loops/losses.h"
#include "loops/matrix_product.h"
#include "loops/gathered_product.h"
#include "loops/convolution.h"
#include "loops/winograd.h"
#include "loops/normalization.h"
#include "loops/layer_normalization.h"
#include "loops/quantization.h"
#include "loops/pooling.h"
#include "loops/pooled_normalization.h"
#include "loops/optimizers.h"
#include "loops/table.h"

#pragma clang attribute pop
#endif
