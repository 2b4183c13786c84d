// Sums over kernels. The lanes are points, for which a kernel's numbers are read once; so nothing is gathered.

/// Terms that are smaller than the greatest by a factor of 2^58 change the sum by less than 4e-18 of it each.
#define NEGLIGIBLE (-58.0)

/// How many kernels are taken together: as many as leave their terms in the fastest cache.
#define BLOCK 64

/// The points of at most so many vectors are taken together.
#define GROUP 3

/// The binary logarithms of a kernel's densities at the points from `first` on.
INLINE void termsOfKernel(const CDensitiesKernels *kernels, size_t kernel, const int vectors, size_t first,
                          size_t pointCount, V *terms) {
  double constant = kernels->logarithms[kernel] * 1.4426950408889634;
  for (int v = 0; v < vectors; v++) terms[v] = splat(constant);
  const int32_t *rows = kernels->rows + kernel * kernels->tableCount;
  for (size_t t = 0; t < kernels->tableCount; t++) {
    const double *row = kernels->table + (size_t)rows[t] * pointCount + first;
    for (int v = 0; v < vectors; v++) terms[v] += load(row + v * LANES);
  }
  const CDensitiesNormal *normals = kernels->normals + kernel * kernels->normalCount;
  const double *places = kernels->places + first;
  for (size_t n = 0; n < kernels->normalCount; n++, places += pointCount) {
    V centre = splat(normals[n].centre), scale = splat(normals[n].scale);
    for (int v = 0; v < vectors; v++) {
      V distance = (load(places + v * LANES) - centre) * scale;
      terms[v] = fused(-distance, distance, terms[v]);
    }
  }
}

INLINE void logSumsOfGroup(const CDensitiesKernels *given, size_t count, const int vectors, size_t first,
                           size_t pointCount, double *sums) {
  // A copy, which no store can be taken to change.
  const CDensitiesKernels kernels = *given;
  // Of each sum so far: 2^greatest · total. The last kernel's term comes first.
  V terms[GROUP], greatest[GROUP], totals[GROUP];
  termsOfKernel(&kernels, count - 1, vectors, first, pointCount, terms);
  for (int v = 0; v < vectors; v++) {
    greatest[v] = greater(terms[v], splat(-1e300));
    totals[v] = powerOfTwo(terms[v] - greatest[v]);
  }
  for (size_t start = 0; start < count - 1; start += BLOCK) {
    size_t end = count - 1 - start < BLOCK ? count - 1 : start + BLOCK;
    // The terms that are great enough for some point. Each is written behind those, and the next one over it where it is
    // not: a branch would be one that the machine cannot foresee.
    V kept[GROUP][BLOCK], *next[GROUP];
    V least[GROUP];
    for (int v = 0; v < vectors; v++) {
      next[v] = kept[v];
      least[v] = greatest[v] + NEGLIGIBLE;
    }
    for (size_t kernel = start; kernel < end; kernel++) {
      termsOfKernel(&kernels, kernel, vectors, first, pointCount, terms);
      for (int v = 0; v < vectors; v++) {
        *next[v] = terms[v];
        next[v] += any(terms[v] > least[v]) ? 1 : 0;
      }
    }
    for (int v = 0; v < vectors; v++) {
      V peak = greatest[v];
      for (const V *term = kept[v]; term < next[v]; term++) peak = greater(*term, peak);
      V total = totals[v] * powerOfTwo(greatest[v] - peak);
      for (const V *term = kept[v]; term < next[v]; term++) total += powerOfTwo(*term - peak);
      greatest[v] = peak;
      totals[v] = total;
    }
  }
  for (int v = 0; v < vectors; v++)
    store(sums + first + v * LANES, greatest[v] * 0.69314718055994531 + logarithm(totals[v]));
}

static void logSums(const CDensitiesKernels *kernels, size_t count, double *sums, size_t pointCount) {
  size_t first = 0;
  for (; first + GROUP * LANES <= pointCount; first += GROUP * LANES)
    logSumsOfGroup(kernels, count, GROUP, first, pointCount, sums);
  for (; first < pointCount; first += LANES) logSumsOfGroup(kernels, count, 1, first, pointCount, sums);
}
