// Masses and quantiles of the standard normal distribution.

/// e^(x²) erfc(x) for 0 <= x < 1e150, to 1e-15 relative: a polynomial in (x − 3) / (x + 3) over 1 + 2 x, see fit_scaled_tail.py.
INLINE V scaledTail(V x) {
  V divisor = 1 + 2 * x, sum = x + 3;
  V inverse = 1 / (sum * divisor);
  V t = (x - 3) * (divisor * inverse);
  // Four polynomials in t⁴ side by side, since one would wait for each of its products.
  V t2 = t * t, t4 = t2 * t2;
  V p = fused(t4, splat(2.9000869615336876e-08), splat(3.404078964515661e-07));
  V q = fused(t4, splat(-7.639788125716223e-09), splat(-5.963733988759193e-07));
  V r = fused(t4, splat(-3.3911788566955877e-09), splat(-1.232970488909783e-07));
  V s = fused(t4, splat(8.764754881831646e-08), splat(3.454263878410675e-06));
  p = fused(p, t4, splat(4.945791723076135e-06));
  q = fused(q, t4, splat(-2.008997446006541e-05));
  r = fused(r, t4, splat(-7.218909408251873e-07));
  s = fused(s, t4, splat(0.0001250952996349254));
  p = fused(p, t4, splat(0.0018886902217574546));
  q = fused(q, t4, splat(-0.0007798312764234839));
  r = fused(r, t4, splat(-0.0001051588887278582));
  s = fused(s, t4, splat(0.002529391666618449));
  p = fused(p, t4, splat(-0.11927366341575335));
  q = fused(q, t4, splat(0.06830802735644075));
  r = fused(r, t4, splat(-0.02377051490712461));
  s = fused(s, t4, splat(0.12964515870228097));
  p = fused(p, t4, splat(1.2530080582697296));
  q = fused(q, t4, splat(-0.13562110612457573));
  r = fused(r, t4, splat(-0.04756229435344576));
  V value = fused(fused(s, t, r), t2, fused(q, t, p));
  return value * (sum * inverse);
}

/// ln(Φ(b) − Φ(a)) for a <= b. With p and q the lesser and the greater of |a| and |b|, the mass is
/// ½ e^(−p²/2) (E(p) − e^(−(q² − p²)/2) E(q)) where both lie on one side of 0, which keeps its digits however far out they
/// are, and 1 − ½ e^(−p²/2) E(p) − ½ e^(−q²/2) E(q) otherwise, with E(x) = e^(x²/2) erfc(x/√2).
INLINE V logMass(V a, V b) {
  const double inverseRootOfTwo = 0.70710678118654752;
  V left = magnitude(a), right = magnitude(b);
  VI isCentral = (VI)(a <= 0) & (VI)(b >= 0);
  // Of most kernels nearly all lies within the range: 1 − e^−36 has no other logarithm than 0 in double precision.
  if (!any(~isCentral | (VI)(left < 8.6) | (VI)(right < 8.6))) return splat(0);
  VI isOrdered = left <= right;
  V p = blend(isOrdered, left, right), q = blend(isOrdered, right, left);
  V half = p * p * 0.5;
  V near = scaledTail(p * inverseRootOfTwo), far = scaledTail(q * inverseRootOfTwo);
  V decay = (q - p) * (q + p) * -0.5;
  V first = exponential(blend(isCentral, -half, decay));
  V second = exponential(q * q * -0.5);
  V outside = (first * near + second * far) * 0.5;
  V mass = blend(isCentral, 1 - outside, (near - first * far) * 0.5);
  // An interval that is too narrow for its mass to be told from 0 has the least that can be.
  V logarithmOfMass = logarithm(greater(mass, splat(1e-300)));
  return blend(isCentral, logarithmOfMass, logarithmOfMass - half);
}

/// A polynomial of degree 7, the coefficient of the highest power first.
INLINE V polynomial(V x, const double *c) {
  V sum = splat(c[0]);
  for (int i = 1; i < 8; i++) sum = fused(sum, x, splat(c[i]));
  return sum;
}

/// Φ⁻¹(p) for p in 1e-300..<1, to about 1e-15 relative (Wichura 1988, algorithm AS 241, doi:10.2307/2347330).
INLINE V quantile(V p) {
  static const double central[] = {
      2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
      13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
  };
  static const double centralDivisor[] = {
      5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
      5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1,
  };
  static const double outer[] = {
      7.7454501427834140764e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258,
      3.64784832476320460504, 5.76949722146069140550, 4.63033784615654529590, 1.42343711074968357734,
  };
  static const double outerDivisor[] = {
      1.05075007164441684324e-9, 5.475938084995344946e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
      6.89767334985100004550e-1, 1.67638483018380384940, 2.05319162663775882187, 1,
  };
  static const double far[] = {
      2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
      2.96560571828504891230e-1, 1.78482653991729133580, 5.46378491116411436990, 6.65790464350110377720,
  };
  static const double farDivisor[] = {
      2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
      1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1,
  };
  V q = p - 0.5;
  V square = 0.180625 - q * q;
  V result = q * (polynomial(square, central) / polynomial(square, centralDivisor));
  VI isCentral = magnitude(q) <= 0.425;
  if (!any(~isCentral)) return result;
  V tail = greater(lesser(p, 1 - p), splat(1e-300));
  V root = __builtin_elementwise_sqrt(-logarithm(tail));
  VI isFar = root > 5;
  V x = root - 1.6;
  V size = polynomial(x, outer) / polynomial(x, outerDivisor);
  if (any(isFar)) {
    V y = root - 5;
    size = blend(isFar, polynomial(y, far) / polynomial(y, farDivisor), size);
  }
  return blend(isCentral, result, blend(q < 0, -size, size));
}

/// Φ(−x) for x >= 0.
INLINE V tailMass(V x) { return exponential(x * x * -0.5) * scaledTail(x * 0.70710678118654752) * 0.5; }

/// The value of a normal distribution truncated to [a, b] below which a share in (0, 1) of its mass lies.
INLINE V truncatedQuantile(V share, V a, V b) {
  // The smaller tail keeps its digits, so the upper half of the line is mirrored.
  VI isMirrored = a + b > 0;
  V low = blend(isMirrored, -b, a), high = blend(isMirrored, -a, b);
  share = blend(isMirrored, 1 - share, share);
  V lower = tailMass(magnitude(low)), beyond = tailMass(magnitude(high));
  V upper = blend(high <= 0, beyond, 1 - beyond);
  V mass = lower + share * (upper - lower);
  VI isFar = ~(mass > 1e-300);
  V result = quantile(greater(mass, splat(1e-300)));
  // With both bounds far below 0 φ(x) has the shape of |x| φ(x) up to a share of 1/x², whose quantile is known:
  // x² = b² − 2 ln(s + (1 − s) e^((b² − a²) / 2)).
  if (any(isFar)) {
    V ratio = exponential((high - low) * (high + low) * 0.5);
    V distance = high * high - logarithm(share + (1 - share) * ratio) * 2;
    result = blend(isFar, -__builtin_elementwise_sqrt(distance), result);
  }
  result = lesser(greater(result, low), high);
  return blend(isMirrored, -result, result);
}
