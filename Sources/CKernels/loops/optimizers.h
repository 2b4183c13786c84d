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
    store(p + i, parameter - factors.stepSize * first / denominator);
  }
}

/// average += rate (p - average).
static void moveAverage(float *average, const float *p, size_t count, float rate) {
  for (size_t i = 0; i < count; i += LANES) {
    V a = load(average + i);
    store(average + i, a + rate * (load(p + i) - a));
  }
}
