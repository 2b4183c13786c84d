// Vector loops in double precision over the kernels of a mixture. Each is a fixed sequence of IEEE operations on eight
// lanes, so the results are the same bits whatever instructions the machine has.

#pragma once

#include <stddef.h>
#include <stdint.h>

/// How many numbers are taken at a time; counts are multiples of it, except where another is said.
#define CDensitiesLanes 8

/// How many kernels are taken together: as many as stay in the fast caches with all that belongs to them.
#define CDensitiesBlock 256

/// A parameter of which the points have few distinct values: the kernels' densities there as a table.
typedef struct {
  /// Logarithms, a row for each distinct value of the points, a column for each distinct kernel. −∞ leaves a kernel out.
  const double *table;
  size_t rowCount, columnCount;
  /// The row of each point.
  const int32_t *rows;
  /// The column of each kernel.
  const int32_t *columns;
} CDensitiesTable;

/// A continuous parameter: normal kernels, exp(−((place − centre) · scale)²) / e^logarithm.
typedef struct {
  /// By distinct kernel.
  const double *centres, *scales, *logarithms;
  /// Which of these each kernel is.
  const int32_t *entries;
  /// Of each point.
  const double *places;
} CDensitiesNormals;

/// The loops, compiled for one set of instructions.
typedef struct {
  /// to[i] = ln values[i], for normal numbers above 0.
  void (*logarithms)(const double *values, double *to, size_t count);

  /// masses[i] = ln(Φ(to[i]) − Φ(from[i])), for from <= to between −1e150 and 1e150, to about 1e-15 of the mass.
  void (*logMasses)(const double *from, const double *to, double *masses, size_t count);

  /// The masses of normal kernels in an interval: masses[i] = ln(Φ((high − c) / σ) − Φ((low − c) / σ)).
  void (*intervalMasses)(const double *centres, const double *widths, double low, double high, double *masses,
                         size_t count);

  /// The share that normal kernels, truncated to an interval of the masses e^whole, have in a cell of it: shares[i] =
  /// ln(Φ((high − c) / σ) − Φ((low − c) / σ)) − whole[i]; −∞ where the cell is more than `reach` σ away from c. It is fast
  /// where kernels that lie near one another lie close to one another.
  void (*cellShares)(const double *centres, const double *widths, const double *whole, double low, double high,
                     double reach, double *shares, size_t count);

  /// What normal kernels that are truncated to an interval are divided by: logarithms[i] = ln σ + ln(Φ((high − c) / σ) −
  /// Φ((low − c) / σ)); and scales[i] = 1 / (σ √2), by which a distance becomes the root of the exponent. It is fast where
  /// kernels that lie near one another lie close to one another.
  void (*normalizers)(const double *centres, const double *widths, double low, double high, double *logarithms,
                      double *scales, size_t count);

  /// sums[p] = ln Σ_k exp(base[k] + ln of each table and each normal at point p). Some of the sum must be above 0, and no
  /// term NaN.
  ///
  /// `scratch` holds CDensitiesScratch doubles, `pointers` a pointer a table; `count` may be any number.
  void (*logSums)(const double *base, size_t count, const CDensitiesTable *tables, size_t tableCount,
                  const CDensitiesNormals *normals, size_t normalCount, double *scratch, const double **pointers,
                  double *sums, size_t pointCount);
} CDensitiesLoops;

/// The loops for the instructions of this machine, the fastest first; null from the number of such sets on.
const CDensitiesLoops *CDensitiesLoopsAt(size_t index);

/// How many doubles `logSums` needs for its own use, where the tables have so many rows together.
size_t CDensitiesScratch(size_t rowCount, size_t normalCount, size_t pointCount);
