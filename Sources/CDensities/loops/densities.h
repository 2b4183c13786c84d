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

static void cellShares(const double *centres, const double *widths, const double *whole, double low, double high,
                       double reach, double *shares, size_t count) {
  for (size_t i = 0; i < count; i += LANES) {
    V centre = load(centres + i), inverse = 1 / load(widths + i);
    V from = (low - centre) * inverse, to = (high - centre) * inverse;
    VI isFar = (VI)(from > reach) | (VI)(to < -reach);
    V share = splat(-INFINITY);
    if (any(~isFar)) share = blend(isFar, share, logMass(from, to) - load(whole + i));
    store(shares + i, share);
  }
}

const CDensitiesLoops LOOPS = {
    .logarithms = logarithms,
    .exponentials = exponentials,
    .quantiles = quantiles,
    .draws = draws,
    .logMasses = logMasses,
    .intervalMasses = intervalMasses,
    .cellShares = cellShares,
    .normalizers = normalizers,
    .logSums = logSums,
};
