// Optimizers: one pass over all parameters. Flat buffers are padded to a cache line, so there is no rest to treat.

static void gradientDescent(float *p, const float *g, size_t count, float rate, float decay) {
  for (size_t i = 0; i < count; i += LANES) {
    V parameter = load(p + i);
    store(p + i, parameter - rate * (load(g + i) + decay * parameter));
  }
}

static void momentum(float *p, const float *g, float *v, size_t count, float rate, float momentum, float decay) {
  for (size_t i = 0; i < count; i += LANES) {
    V parameter = load(p + i);
    V velocity = momentum * load(v + i) + (load(g + i) + decay * parameter);
    store(v + i, velocity);
    store(p + i, parameter - rate * velocity);
  }
}

/// factor * parameter, rounded before anything is added, as separate decay rounds it.
static inline V shrunken(V parameter, float factor) {
#pragma clang fp contract(off)
  return factor * parameter;
}

static void adam(float *p, const float *g, float *m, float *v, size_t count, CAdamFactors factors) {
  for (size_t i = 0; i < count; i += LANES) {
    V parameter = load(p + i);
    V gradient = load(g + i) + factors.weightDecay * parameter;
    V first = load(m + i);
    first += factors.oneMinusBeta1 * (gradient - first);
    V second = factors.beta2 * load(v + i) + factors.oneMinusBeta2 * (gradient * gradient);
    store(m + i, first);
    store(v + i, second);
    V denominator = squareRoot(second) * factors.inverseRootCorrection + factors.epsilon;
    store(p + i, shrunken(parameter, factors.shrinkage) - factors.stepSize * first / denominator);
  }
}

/// average += rate (p - average).
static void moveAverage(float *average, const float *p, size_t count, float rate) {
  for (size_t i = 0; i < count; i += LANES) {
    V a = load(average + i);
    store(average + i, a + rate * (load(p + i) - a));
  }
}

static void nesterov(float *p, const float *g, float *v, size_t count, float rate, float momentum, float decay) {
  for (size_t i = 0; i < count; i += LANES) {
    V parameter = load(p + i);
    V gradient = load(g + i) + decay * parameter;
    V velocity = momentum * load(v + i) + gradient;
    store(v + i, velocity);
    store(p + i, parameter - rate * (gradient + momentum * velocity));
  }
}

static void adaGrad(float *p, const float *g, float *s, size_t count, float rate, float epsilon, float decay) {
  for (size_t i = 0; i < count; i += LANES) {
    V parameter = load(p + i);
    V gradient = load(g + i) + decay * parameter;
    V sum = load(s + i) + gradient * gradient;
    store(s + i, sum);
    store(p + i, parameter - rate * gradient / (squareRoot(sum) + epsilon));
  }
}

/// `v` is null without momentum, and `m` where it is not centred.
static void rmsProp(
    float *p, const float *g, float *s, float *v, float *m, size_t count, CRMSPropFactors factors) {
  for (size_t i = 0; i < count; i += LANES) {
    V parameter = load(p + i);
    V gradient = load(g + i) + factors.weightDecay * parameter;
    V square = factors.alpha * load(s + i) + factors.oneMinusAlpha * (gradient * gradient);
    store(s + i, square);
    if (m) {
      V mean = load(m + i);
      mean += factors.oneMinusAlpha * (gradient - mean);
      store(m + i, mean);
      square -= mean * mean;
    }
    V step = gradient / (squareRoot(square) + factors.epsilon);
    if (v) {
      step += factors.momentum * load(v + i);
      store(v + i, step);
    }
    store(p + i, parameter - factors.rate * step);
  }
}

/// g += penalty sign(p).
static void addSigns(const float *p, float penalty, float *g, size_t count) {
  for (size_t i = 0; i < count; i += LANES) {
    V x = load(p + i), gradient = load(g + i);
    store(g + i, gradient + blend(x > 0.0f, splat(penalty), blend(x < 0.0f, splat(-penalty), splat(0))));
  }
}

static void limit(float *p, float low, float high, size_t count) {
  for (size_t i = 0; i < count; i += LANES) store(p + i, limited(load(p + i), low, high));
}

/// The sum of the squares, by blocks in double precision.
static double sumOfSquares(const float *x, size_t count) {
  double total = 0;
  for (size_t start = 0; start < count; start += 1024) {
    const size_t end = count - start < 1024 ? count : start + 1024;
    V squares = splat(0);
    for (size_t i = start; i < end; i += LANES) squares += load(x + i) * load(x + i);
    total += (double)sumOfLanes(squares);
  }
  return total;
}
