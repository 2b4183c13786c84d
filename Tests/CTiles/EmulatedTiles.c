#include "CTiles.h"

#if defined(__x86_64__)
#include <math.h>
#include <string.h>

#define AVX512_FEATURES "avx512bf16,avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"
#include "../../Sources/CKernels/loops/vector_avx512.h"

#include "../../Sources/CKernels/loops/functions.h"
#include "../../Sources/CKernels/loops/elementwise.h"
#include "../../Sources/CKernels/loops/pairs.h"
#include "../../Sources/CKernels/loops/winograd.h"
#include "../../Sources/CKernels/loops/winograd_pairs.h"

/// A tile: 16 rows of 64 bytes.
typedef union {
  float numbers[16][16];
  uint32_t pairs[16][16];
} Tile;

static _Thread_local Tile tiles[8];
static _Thread_local bool isConfigured;

static void loadTile(int tile, const void *from, size_t stride) {
  if (!isConfigured) __builtin_trap();
  for (size_t row = 0; row < 16; row++) memcpy(tiles[tile].numbers[row], (const char *)from + row * stride, 64);
}

static void storeTile(int tile, void *to, size_t stride) {
  if (!isConfigured) __builtin_trap();
  for (size_t row = 0; row < 16; row++) memcpy((char *)to + row * stride, tiles[tile].numbers[row], 64);
}

/// The number in the lower or the upper half of a pair.
static float numberOf(uint32_t pair, bool isUpper) {
  const uint32_t bits = isUpper ? pair & 0xFFFF0000u : pair << 16;
  float number;
  memcpy(&number, &bits, sizeof number);
  return number;
}

/// TDPBF16PS (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2): products of the first numbers of the
/// pairs and those of the second ones are summed apart, and both sums added to what c has.
static void multiplyTile(int c, int a, int b) {
  if (!isConfigured) __builtin_trap();
  for (size_t row = 0; row < 16; row++) {
    float sums[2][16] = {{0}};
    for (size_t k = 0; k < 16; k++) {
      for (size_t half = 0; half < 2; half++) {
        const float left = numberOf(tiles[a].pairs[row][k], half);
        for (size_t column = 0; column < 16; column++) {
          sums[half][column] += left * numberOf(tiles[b].pairs[k][column], half);
        }
      }
    }
    for (size_t column = 0; column < 16; column++) {
      tiles[c].numbers[row][column] += sums[0][column] + sums[1][column];
    }
  }
}

#define TILES_BEGIN() (void)(isConfigured = true, memset(tiles, 0xFF, sizeof tiles))
#define TILES_END() (isConfigured = false)
#define TILE_ZERO(tile) memset(&tiles[tile], 0, sizeof(Tile))
#define TILE_LOAD(tile, from, stride) loadTile(tile, from, stride)
#define TILE_STORE(tile, to, stride) storeTile(tile, to, stride)
#define TILE_MULTIPLY(c, a, b) multiplyTile(c, a, b)
#include "../../Sources/CKernels/loops/tile_product.h"

// Products by tiles take less time than the sums that would save some.
#define FILTERING_COST INFINITY
#define BFLOAT16_NAME "emulated amx"
#define BFLOAT16_SYMBOL CBFloat16TableEmulated
#include "../../Sources/CKernels/loops/bfloat16_table.h"

#pragma clang attribute pop

const CBFloat16Table *CEmulatedTiles(void) { return &CBFloat16TableEmulated; }
#else
const CBFloat16Table *CEmulatedTiles(void) { return 0; }
#endif
