// Sums over kernels. The lanes are points, for which a kernel's numbers are read once; so nothing is gathered.

/// Terms that are smaller than the greatest by a factor of 2^58 change the sum by less than 4e-18 of it each.
#define NEGLIGIBLE (-58.0)

/// How many kernels are taken together: as many as leave their terms in the fastest cache.
#define BLOCK 64

/// The points of at most so many vectors are taken together.
#define GROUP 3

INLINE void logSumsOfGroup(const int vectors, size_t first, const double *base, size_t count,
                           const CDensitiesTable *tables, size_t tableCount, const CDensitiesNormals *normals,
                           size_t normalCount, double *sums, size_t pointCount) {
  double terms[BLOCK * GROUP * LANES];
  // Of each sum so far: 2^greatest · total.
  V greatest[GROUP], totals[GROUP];
  for (int v = 0; v < vectors; v++) {
    greatest[v] = splat(-1e300);
    totals[v] = splat(0);
  }
  for (size_t start = 0; start < count; start += BLOCK) {
    size_t end = count - start < BLOCK ? count : start + BLOCK;
    V peaks[GROUP];
    for (int v = 0; v < vectors; v++) peaks[v] = greatest[v];
    double *next = terms;
    for (size_t kernel = start; kernel < end; kernel++) {
      double constant = base[kernel];
      for (size_t n = 0; n < normalCount; n++) constant -= normals[n].logarithms[normals[n].entries[kernel]];
      constant *= 1.4426950408889634;
      V term[GROUP];
      for (int v = 0; v < vectors; v++) term[v] = splat(constant);
      for (size_t t = 0; t < tableCount; t++) {
        const double *row = tables[t].table + (size_t)tables[t].entries[kernel] * pointCount + first;
        for (int v = 0; v < vectors; v++) term[v] += load(row + v * LANES);
      }
      for (size_t n = 0; n < normalCount; n++) {
        int32_t entry = normals[n].entries[kernel];
        V centre = splat(normals[n].centres[entry]), scale = splat(normals[n].scales[entry]);
        for (int v = 0; v < vectors; v++) {
          V distance = (load(normals[n].places + first + v * LANES) - centre) * scale;
          term[v] = fused(-distance, distance, term[v]);
        }
      }
      for (int v = 0; v < vectors; v++, next += LANES) {
        store(next, term[v]);
        peaks[v] = greater(term[v], peaks[v]);
      }
    }
    for (int v = 0; v < vectors; v++) {
      totals[v] *= powerOfTwo(greatest[v] - peaks[v]);
      greatest[v] = peaks[v];
    }
    next = terms;
    for (size_t kernel = start; kernel < end; kernel++) {
      for (int v = 0; v < vectors; v++, next += LANES) {
        V difference = load(next) - greatest[v];
        if (any(difference > NEGLIGIBLE)) totals[v] += powerOfTwo(difference);
      }
    }
  }
  for (int v = 0; v < vectors; v++)
    store(sums + first + v * LANES, greatest[v] * 0.69314718055994531 + logarithm(totals[v]));
}

static void logSums(const double *base, size_t count, const CDensitiesTable *tables, size_t tableCount,
                    const CDensitiesNormals *normals, size_t normalCount, double *sums, size_t pointCount) {
  size_t first = 0;
  for (; first + GROUP * LANES <= pointCount; first += GROUP * LANES)
    logSumsOfGroup(GROUP, first, base, count, tables, tableCount, normals, normalCount, sums, pointCount);
  for (; first < pointCount; first += LANES)
    logSumsOfGroup(1, first, base, count, tables, tableCount, normals, normalCount, sums, pointCount);
}
