// Pairs of bfloat16 numbers, neighbours along the inner extent of a product, as elements of 32 bits: the first number in
// the lower half. Numbers are rounded to the nearest, ties to even; where one is missing at the end, it is 0.

/// Pairs of the numbers of two vectors, rounded.
INLINE __m512i paired(V low, V high) {
  const __m512i places = _mm512_add_epi32(
      _mm512_set1_epi32(16 << 16),
      _mm512_mullo_epi32(
          _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), _mm512_set1_epi32(0x00010001)));
  return _mm512_permutexvar_epi16(places, (__m512i)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low));
}

INLINE void storePairs(float *to, __m512i pairs, size_t left) { storeUpTo(to, (V)pairs, left); }

/// x [rows, columns] to pairs of neighbours in a row, [rows, (columns + 1) / 2].
static void pairColumns(const float *x, size_t rows, size_t columns, float *out) {
  if (columns % 2 == 0) {
    // Nothing is filled in, so that all rows are one.
    columns *= rows;
    rows = 1;
  }
  const size_t pairs = (columns + 1) / 2;
  for (size_t row = 0; row < rows; row++, x += columns, out += pairs) {
    FOR_VECTORS(pairs) {
      const size_t rest = columns - 2 * i;
      const V low = loadUpTo(x + 2 * i, rest, 0);
      const V high = rest > LANES ? loadUpTo(x + 2 * i + LANES, rest - LANES, 0) : splat(0);
      storePairs(out + i, (__m512i)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low), left);
    }
  }
}

/// Two rows, of which the second may be null for zeros, to pairs of what lies under one another.
INLINE void pairTwoRows(const float *first, const float *second, size_t columns, float *out) {
  FOR_VECTORS(columns) {
    const V high = second ? loadUpTo(second + i, left, 0) : splat(0);
    storePairs(out + i, paired(loadUpTo(first + i, left, 0), high), left);
  }
}

/// x [blocks, rows, columns] to pairs of neighbouring rows of a block, [blocks, (rows + 1) / 2, columns].
static void pairRows(const float *x, size_t blocks, size_t rows, size_t columns, float *out) {
  for (size_t block = 0; block < blocks; block++) {
    for (size_t row = 0; row < rows; row += 2, out += columns) {
      const float *first = x + (block * rows + row) * columns;
      pairTwoRows(first, row + 1 < rows ? first + columns : 0, columns, out);
    }
  }
}

/// Images padded by zeros, with pairs of neighbouring channels, or with pairs of neighbouring images: the last of an odd
/// number of images is paired with zeros.
static void padPairs(const CPadding *call, bool pairsImages) {
  const size_t row = call->width * call->channels, image = call->height * row;
  const size_t pairs = pairsImages ? call->channels : (call->channels + 1) / 2;
  const size_t paddedRow = call->paddedWidth * pairs, left = call->left * pairs, width = call->width * pairs;
  const size_t below = call->paddedHeight - call->top - call->height;
  float *to = call->padded;
  for (size_t n = 0; n < call->images; n += pairsImages ? 2 : 1) {
    const float *from = call->x + n * image;
    const bool isAlone = n + 1 == call->images;
    memset(to, 0, call->top * paddedRow * sizeof(float));
    to += call->top * paddedRow;
    for (size_t h = 0; h < call->height; h++, from += row, to += paddedRow) {
      memset(to, 0, left * sizeof(float));
      if (pairsImages) pairTwoRows(from, isAlone ? 0 : from + image, row, to + left);
      else pairColumns(from, call->width, call->channels, to + left);
      memset(to + left + width, 0, (paddedRow - left - width) * sizeof(float));
    }
    memset(to, 0, below * paddedRow * sizeof(float));
    to += below * paddedRow;
  }
}
