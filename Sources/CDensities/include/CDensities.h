// Vector loops in double precision over the kernels of a mixture. Each is a fixed sequence of IEEE operations on eight
// lanes, so the results are the same bits whatever instructions the machine has.

#pragma once

#include <stddef.h>
#include <stdint.h>

/// How many numbers are taken at a time; the count of kernels is a multiple of it everywhere.
#define CDensitiesLanes 8

/// The loops, compiled for one set of instructions.
typedef struct {
  /// to[i] = ln values[i], for normal numbers above 0.
  void (*logarithms)(const double *values, double *to, size_t count);

  /// masses[i] = ln(Φ(to[i]) − Φ(from[i])), for from <= to between −1e150 and 1e150, to about 1e-15 of the mass.
  void (*logMasses)(const double *from, const double *to, double *masses, size_t count);

  /// The masses of normal kernels in an interval: masses[i] = ln(Φ((high − c) / σ) − Φ((low − c) / σ)).
  void (*intervalMasses)(const double *centres, const double *widths, double low, double high, double *masses,
                         size_t count);

  /// What normal kernels that are truncated to an interval are divided by: logarithms[i] = ln σ + ln(Φ((high − c) / σ) −
  /// Φ((low − c) / σ)); and scales[i] = 1 / (σ √2), by which a distance becomes the root of the exponent. It is fast where
  /// kernels that lie near one another lie close to one another.
  void (*normalizers)(const double *centres, const double *widths, double low, double high, double *logarithms,
                      double *scales, size_t count);

  /// to[i] = table[columns[i]].
  void (*gather)(const double *table, const int32_t *columns, double *to, size_t count);

  /// sums[p] = ln Σ_k exp(base[k] + Σ_r rows[p · rowCount + r][k] − Σ_c ((places[p · centreCount + c] − centres[c][k]) ·
  /// scales[c][k])²), over k below count. Some base must be above −∞; none is NaN.
  void (*logSums)(const double *base, size_t count, const double *const *rows, size_t rowCount,
                  const double *const *centres, const double *const *scales, const double *places, size_t centreCount,
                  double *sums, size_t pointCount);
} CDensitiesLoops;

/// The loops for the instructions of this machine, the fastest first; null from the number of such sets on.
const CDensitiesLoops *CDensitiesLoopsAt(size_t index);
