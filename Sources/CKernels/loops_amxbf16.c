#if defined(__x86_64__)
#include "CKernels.h"

#include <math.h>
#include <string.h>

#define AVX512_FEATURES "amx-bf16,amx-tile,avx512bf16,avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"
#include "loops/vector_avx512.h"

#include "loops/functions.h"
#include "loops/elementwise.h"
#include "loops/pairs.h"
#include "loops/winograd.h"
#include "loops/winograd_pairs.h"

/// The shapes of the tiles, as LDTILECFG reads them.
typedef struct {
  uint8_t palette, startRow, reserved[14];
  uint16_t bytesOfRow[16];
  uint8_t rows[16];
} TileConfiguration;

/// Eight tiles of 16 rows of 64 bytes.
static const TileConfiguration wholeTiles = {
    .palette = 1,
    .bytesOfRow = {64, 64, 64, 64, 64, 64, 64, 64},
    .rows = {16, 16, 16, 16, 16, 16, 16, 16},
};

#define TILES_BEGIN() _tile_loadconfig(&wholeTiles)
#define TILES_END() _tile_release()
#define TILE_ZERO(tile) _tile_zero(tile)
#define TILE_LOAD(tile, from, stride) _tile_loadd(tile, from, stride)
#define TILE_STORE(tile, to, stride) _tile_stored(tile, to, stride)
#define TILE_MULTIPLY(c, a, b) _tile_dpbf16ps(c, a, b)
#include "loops/tile_product.h"

// Products by tiles take less time than the sums that would save some.
#define FILTERING_COST INFINITY
#define BFLOAT16_NAME "amx"
#define BFLOAT16_SYMBOL CBFloat16TableAMX
#include "loops/bfloat16_table.h"

#pragma clang attribute pop
#endif
