// Vector loops in double precision over the kernels of a mixture. Each is a fixed sequence of IEEE operations on eight
// lanes, so the results are the same bits whatever instructions the machine has.

#pragma once

#include <stddef.h>
#include <stdint.h>

/// How many numbers are taken at a time; counts are multiples of it, except where another is said.
#define CDensitiesLanes 8

/// The kernel of a continuous parameter, but for what it is divided by: 2^(−((place − centre) · scale)²).
typedef struct {
  double centre, scale;
} CDensitiesNormal;

/// The kernels of a mixture, each a product over parameters. The numbers of a kernel lie together, but for the table, whose
/// rows kernels share.
typedef struct {
  /// ln of what each kernel is multiplied by.
  const double *logarithms;
  /// The parameters of which the points or the kernels have few distinct values: binary logarithms of densities, a row for
  /// each distinct kernel, a column for each point. −∞ leaves a kernel out.
  const double *table;
  /// The rows of each kernel, one a parameter.
  const int32_t *rows;
  size_t tableCount;
  /// The continuous parameters of each kernel.
  const CDensitiesNormal *normals;
  size_t normalCount;
  /// Where the points lie in each continuous parameter, a column for each point.
  const double *places;
} CDensitiesKernels;

/// The loops, compiled for one set of instructions.
typedef struct {
  /// to[i] = ln values[i], for normal numbers above 0.
  void (*logarithms)(const double *values, double *to, size_t count);

  /// to[i] = e^values[i], 0 or infinite where that is beyond a double.
  void (*exponentials)(const double *values, double *to, size_t count);

  /// The value of a normal distribution truncated to from[i]...to[i] below which the share shares[i], in (0, 1), of its mass
  /// lies; to about 1e-14, and to 1e-6 with both bounds on one side beyond 37. The bounds are between −1e150 and 1e150.
  void (*quantiles)(const double *shares, const double *from, const double *to, double *places, size_t count);

  /// The same for normal kernels truncated to low...high.
  void (*draws)(const double *centres, const double *widths, double low, double high, const double *shares,
                double *places, size_t count);

  /// widths[i] = min(max(places[i] − places[i − 1], places[i + 1] − places[i], narrowest), widest) for places by ascending
  /// value, of which there are one before the first and one behind the last.
  void (*kernelWidths)(const double *places, double narrowest, double widest, double *widths, size_t count);

  /// masses[i] = ln(Φ(to[i]) − Φ(from[i])), for from <= to between −1e150 and 1e150, to about 1e-15 of the mass.
  void (*logMasses)(const double *from, const double *to, double *masses, size_t count);

  /// The masses of normal kernels in an interval: masses[i] = ln(Φ((high − c) / σ) − Φ((low − c) / σ)).
  void (*intervalMasses)(const double *centres, const double *widths, double low, double high, double *masses,
                         size_t count);

  /// The shares that normal kernels, truncated to an interval of the masses e^whole, have in cells of it, a row for each
  /// cell: ln(Φ((high − c) / σ) − Φ((low − c) / σ)) − whole[i] for the edges low = edges[lower[cell]] and high, the next one;
  /// −∞ where the cell is more than `reach` σ away from c. Edges and cells ascend; of two cells, the next lower edge is the
  /// upper one of the first or comes directly behind it. It is fast where cells share edges, and where kernels that lie near
  /// one another lie close to one another.
  void (*cellShares)(const double *centres, const double *widths, const double *whole, const double *edges,
                     const int32_t *lower, size_t cellCount, double reach, double *shares, size_t count);

  /// What normal kernels that are truncated to an interval are divided by: logarithms[i] = ln σ + ln(Φ((high − c) / σ) −
  /// Φ((low − c) / σ)); and scales[i] = 1 / (σ √(2 ln 2)), by which a distance becomes the root of the binary exponent. It is
  /// fast where kernels that lie near one another lie close to one another.
  void (*normalizers)(const double *centres, const double *widths, double low, double high, double *logarithms,
                      double *scales, size_t count);

  /// sums[p] = ln Σ_k e^logarithms[k] · each of the kernel's tables and normals at point p. Some of the sum must be above
  /// 0, and no term NaN. The number of kernels, `count`, is 1 or more; that of points is a multiple of the lanes. It is fast
  /// where the last kernel is a wide one.
  void (*logSums)(const CDensitiesKernels *kernels, size_t count, double *sums, size_t pointCount);
} CDensitiesLoops;

/// The loops for the instructions of this machine, the fastest first; null from the number of such sets on.
const CDensitiesLoops *CDensitiesLoopsAt(size_t index);

/// table[column, point] = log2(e) · rows[rowOfPoint[point], column], for rows of a length of `stride` of which `columnCount`
/// are taken.
void CDensitiesSpread(const double *rows, size_t columnCount, size_t stride, const int32_t *rowOfPoint, double *table,
                      size_t pointCount);

/// Adds a parameter's row to the rows of each kernel, `stride` a kernel: rows[k · stride] = first + entries[k].
void CDensitiesEnterRows(const int32_t *entries, size_t count, int32_t first, int32_t *rows, size_t stride);

/// Adds a continuous parameter to each kernel, of which `stride` belong to one: the distinct kernel entries[k], by whose
/// divisor the kernel is divided.
void CDensitiesEnterNormals(const double *centres, const double *scales, const double *divisors, const int32_t *entries,
                            size_t count, CDensitiesNormal *normals, size_t stride, double *logarithms);
