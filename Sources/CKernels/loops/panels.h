// Panels of a right operand: two vectors of columns, row after row.

#define PANEL_COLUMNS (2 * LANES)

/// Copies the transpose of `columns` rows of b, `inner` numbers each, into a panel. Its rows are made up to whole vectors with
/// numbers that do not matter, their number to a multiple of the lanes with rows of 0.
INLINE void pack(const float *b, size_t bStride, size_t columns, size_t inner, float *to) {
  for (size_t wide = 0; wide < columns; wide += LANES) {
    const size_t last = columns - wide < LANES ? columns - wide - 1 : LANES - 1;
    for (size_t k = 0; k < inner; k += LANES) {
      V rows[LANES];
      for (size_t j = 0; j < LANES; j++) {
        const float *from = b + (wide + (j < last ? j : last)) * bStride + k;
        rows[j] = loadUpTo(from, inner - k, 0);
      }
      storeTransposed(rows, to + k * PANEL_COLUMNS + wide, PANEL_COLUMNS);
    }
  }
}
