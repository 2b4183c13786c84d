#if defined(__x86_64__)
#include "CKernels.h"

#include <string.h>

#define AVX512_FEATURES "avx512bf16,avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"
#include "loops/vector_avx512.h"

#include "loops/functions.h"
#include "loops/elementwise.h"
#include "loops/pairs.h"

#define MULTIPLY_ADD(total, left, right) \
  ((V)_mm512_dpbf16_ps((__m512)(total), (__m512bh)(left), (__m512bh)(right)))
#include "loops/matrix_product.h"
#include "loops/gathered_product.h"

const CBFloat16Table CBFloat16TableAVX512 = {
    .name = "avx512",
    .matrixProduct = matrixProduct,
    .gatheredProduct = gatheredProduct,
    .pairColumns = pairColumns,
    .pairRows = pairRows,
    .padPairs = padPairs,
};

#pragma clang attribute pop
#endif
