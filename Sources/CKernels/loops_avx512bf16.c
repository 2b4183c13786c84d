#if defined(__x86_64__)
#include "CKernels.h"

#include <string.h>

#define AVX512_FEATURES "avx512bf16,avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"
#include "loops/vector_avx512.h"

#include "loops/functions.h"
#include "loops/elementwise.h"
#include "loops/pairs.h"
#include "loops/winograd.h"
#include "loops/winograd_pairs.h"

#define MULTIPLY_ADD(total, left, right) \
  ((V)_mm512_dpbf16_ps((__m512)(total), (__m512bh)(left), (__m512bh)(right)))
#include "loops/matrix_product.h"
#include "loops/gathered_product.h"

#define FILTERING_COST 12
#define BFLOAT16_NAME "avx512"
#define BFLOAT16_SYMBOL CBFloat16TableAVX512
#include "loops/bfloat16_table.h"

#pragma clang attribute pop
#endif
