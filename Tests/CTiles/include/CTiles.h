#pragma once

#include "CKernels.h"

/// The products of bfloat16 numbers by tiles of AMX, with the tiles in memory and their instructions in plain C, so that the
/// loops around them are tested where no processor has them. Null where they need other instructions than x86 has; the
/// processor must have AVX512-BF16.
const CBFloat16Table *_Nullable CEmulatedTiles(void);

/// What `CCheckProducts` found.
typedef struct {
  uint64_t products, numbers, wrong;
} CCheckedProducts;

/// Computes random matrix products and convolutions of pairs by a table, twice `rounds` products, against sums in double
/// precision. Operands have NaN behind them, and nothing may be written between the rows of an output. Not for several threads.
CCheckedProducts CCheckProducts(const CBFloat16Table *_Nonnull table, int rounds);
