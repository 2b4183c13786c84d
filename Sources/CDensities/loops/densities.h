// The loops of CDensities.h, in the instructions of the file that includes this.

#include "vectors.h"
#include "normals.h"
#include "sums.h"

static void logarithms(const double *values, double *to, size_t count) {
  for (size_t i = 0; i < count; i += LANES) store(to + i, logarithm(load(values + i)));
}

static void exponentials(const double *values, double *to, size_t count) {
  for (size_t i = 0; i < count; i += LANES) store(to + i, exponentialOfAny(load(values + i)));
}

static void quantiles(const double *shares, const double *from, const double *to, double *places, size_t count) {
  for (size_t i = 0; i < count; i += LANES)
    store(places + i, truncatedQuantile(load(shares + i), load(from + i), load(to + i)));
}

static void draws(const double *centres, const double *widths, double low, double high, const double *shares,
                  double *places, size_t count) {
  for (size_t i = 0; i < count; i += LANES) {
    V centre = load(centres + i), width = load(widths + i), inverse = 1 / width;
    V place = truncatedQuantile(load(shares + i), (low - centre) * inverse, (high - centre) * inverse);
    store(places + i, centre + width * place);
  }
}

static void kernelWidths(const double *places, double narrowest, double widest, double *widths, size_t count) {
  for (size_t i = 0; i < count; i += LANES) {
    V place = load(places + i);
    V gap = greater(place - load(places + i - 1), load(places + i + 1) - place);
    store(widths + i, lesser(greater(gap, splat(narrowest)), splat(widest)));
  }
}

static void logMasses(const double *from, const double *to, double *masses, size_t count) {
  for (size_t i = 0; i < count; i += LANES) store(masses + i, logMass(load(from + i), load(to + i)));
}

static void intervalMasses(const double *centres, const double *widths, double low, double high, double *masses,
                           size_t count) {
  for (size_t i = 0; i < count; i += LANES) {
    V centre = load(centres + i), inverse = 1 / load(widths + i);
    store(masses + i, logMass((low - centre) * inverse, (high - centre) * inverse));
  }
}

static void normalizers(const double *centres, const double *widths, double low, double high, double *logarithms,
                        double *scales, size_t count) {
  for (size_t i = 0; i < count; i += LANES) {
    V centre = load(centres + i), width = load(widths + i), inverse = 1 / width;
    V mass = logMass((low - centre) * inverse, (high - centre) * inverse);
    store(logarithms + i, logarithm(width) + mass);
    store(scales + i, inverse * 0.84932180028801907);
  }
}

/// How many cells are taken together.
#define CELLS 32

/// Beyond it the tails are smaller than the normal numbers are.
#define LAST_TAIL 36.0

/// Cell by cell, with the digits of tails of any length.
static void distantCellShares(const double *centres, const double *widths, const double *whole, const double *edges,
                              const int32_t *lower, size_t cellCount, double reach, double *shares, size_t count) {
  for (size_t c = 0; c < cellCount; c++, shares += count) {
    double low = edges[lower[c]], high = edges[lower[c] + 1];
    for (size_t i = 0; i < count; i += LANES) {
      V centre = load(centres + i), inverse = 1 / load(widths + i);
      V from = (low - centre) * inverse, to = (high - centre) * inverse;
      VI isFar = (VI)(from > reach) | (VI)(to < -reach);
      store(shares + i, blend(isFar, splat(-INFINITY), logMass(from, to) - load(whole + i)));
    }
  }
}

static void cellShares(const double *centres, const double *widths, const double *whole, const double *edges,
                       const int32_t *lower, size_t cellCount, double reach, double *shares, size_t count) {
  if (reach > LAST_TAIL) {
    distantCellShares(centres, widths, whole, edges, lower, cellCount, reach, shares, count);
    return;
  }
  for (size_t first = 0; first < cellCount; first += CELLS) {
    size_t cells = cellCount - first < CELLS ? cellCount - first : CELLS;
    const int32_t *low = lower + first;
    const double *edge = edges + low[0];
    size_t edgeCount = (size_t)(low[cells - 1] - low[0]) + 2;
    double *next = shares + first * count;
    for (size_t i = 0; i < count; i += LANES) {
      V centre = load(centres + i), inverse = 1 / load(widths + i), all = load(whole + i);
      V place[2 * CELLS], tail[2 * CELLS];
      char isNeeded[2 * CELLS] = {0};
      for (size_t e = 0; e < edgeCount; e++) place[e] = (edge[e] - centre) * inverse;
      for (size_t c = 0; c < cells; c++) {
        size_t e = (size_t)(low[c] - low[0]);
        if (any((VI)(place[e] <= reach) & (VI)(place[e + 1] >= -reach))) isNeeded[e] = isNeeded[e + 1] = 1;
      }
      // The mass on the side of each edge that does not hold 0: below it negative, above it positive.
      for (size_t e = 0; e < edgeCount; e++) {
        if (!isNeeded[e]) continue;
        V mass = tailMass(magnitude(place[e]));
        tail[e] = blend(place[e] < 0, mass, -mass);
      }
      for (size_t c = 0; c < cells; c++) {
        size_t e = (size_t)(low[c] - low[0]);
        V share = splat(-INFINITY);
        if (isNeeded[e] && isNeeded[e + 1]) {
          VI isFar = (VI)(place[e] > reach) | (VI)(place[e + 1] < -reach);
          VI isCentral = (VI)(place[e] < 0) & (VI)(place[e + 1] >= 0);
          V mass = tail[e + 1] - tail[e] + blend(isCentral, splat(1), splat(0));
          // An interval that is too narrow for its mass to be told from 0 has the least that can be.
          share = blend(isFar, share, logarithm(greater(mass, splat(1e-300))) - all);
        }
        store(next + c * count + i, share);
      }
    }
  }
}

const CDensitiesLoops LOOPS = {
    .logarithms = logarithms,
    .exponentials = exponentials,
    .quantiles = quantiles,
    .draws = draws,
    .kernelWidths = kernelWidths,
    .logMasses = logMasses,
    .intervalMasses = intervalMasses,
    .cellShares = cellShares,
    .normalizers = normalizers,
    .logSums = logSums,
};
