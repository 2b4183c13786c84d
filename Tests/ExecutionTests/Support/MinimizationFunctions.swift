import RealModule

@testable import Execution

/// The functions of `Fixtures/generate_minimization.py`.
enum MinimizationFunctions {
  static var all: [String: ClosureFunction] {
    [
      "rosenbrock2": rosenbrock, "rosenbrock8": rosenbrock, "quadratic8": quadratic, "saddle": saddle,
      "logistic6": logistic,
    ]
  }

  /// Σ 100 (xᵢ₊₁ - xᵢ²)² + (1 - xᵢ)².
  private static var rosenbrock: ClosureFunction {
    ClosureFunction(
      value: { x, gradient in
        for i in x.indices { gradient[i] = 0 }
        var sum = 0.0
        for i in 0..<x.count - 1 {
          let (bend, rest) = (x[i + 1] - x[i] * x[i], 1 - x[i])
          sum += 100 * bend * bend + rest * rest
          gradient[i] += -400 * x[i] * bend - 2 * rest
          gradient[i + 1] += 200 * bend
        }
        return sum
      },
      hessianProduct: { x, p in
        var product = [Double](repeating: 0, count: x.count)
        for i in 0..<x.count - 1 {
          product[i] += (1200 * x[i] * x[i] - 400 * x[i + 1] + 2) * p[i] - 400 * x[i] * p[i + 1]
          product[i + 1] += 200 * p[i + 1] - 400 * x[i] * p[i]
        }
        return product
      })
  }

  /// ½ Σ dᵢ xᵢ² + ¼ (Σ xᵢ)² with dᵢ from 1 to 10⁴.
  private static var quadratic: ClosureFunction {
    func factors(_ n: Int) -> [Double] { (0..<n).map { .pow(10, 4 * Double($0) / Double(n - 1)) } }
    return ClosureFunction(
      value: { x, gradient in
        let (d, sum) = (factors(x.count), x.reduce(0, +))
        for i in x.indices { gradient[i] = d[i] * x[i] + sum / 2 }
        return zip(d, x).reduce(0) { $0 + $1.0 * $1.1 * $1.1 / 2 } + sum * sum / 4
      },
      hessianProduct: { x, p in
        let sum = p.reduce(0, +)
        return zip(factors(x.count), p).map { $0 * $1 + sum / 2 }
      })
  }

  /// ½ x² + ¼ y⁴ - ½ y².
  private static var saddle: ClosureFunction {
    ClosureFunction(
      value: { x, gradient in
        gradient = [x[0], x[1] * x[1] * x[1] - x[1]]
        return x[0] * x[0] / 2 + .pow(x[1], 4) / 4 - x[1] * x[1] / 2
      },
      hessianProduct: { x, p in [p[0], (3 * x[1] * x[1] - 1) * p[1]] })
  }

  /// A logistic regression of 40 samples with a penalty of 0.01.
  private static var logistic: ClosureFunction {
    let rows = (0..<40).map { i in (0..<6).map { j in Double.sin(1.3 * Double(i) + 0.7 * Double(j * j)) } }
    let signs = (0..<40).map { Double.cos(2.1 * Double($0)) > 0 ? 1.0 : -1.0 }
    return ClosureFunction(
      value: { w, gradient in
        gradient = w.map { 0.01 * $0 }
        var sum = 0.0
        for (row, sign) in zip(rows, signs) {
          let margin = sign * dot(row, w)
          sum += Double.log(onePlus: .exp(-margin)) / 40
          for j in w.indices { gradient[j] -= sign * row[j] / (1 + .exp(margin)) / 40 }
        }
        return sum + 0.005 * dot(w, w)
      },
      hessianProduct: { w, p in
        var product = p.map { 0.01 * $0 }
        for (row, sign) in zip(rows, signs) {
          let share = 1 / (1 + Double.exp(sign * dot(row, w)))
          for j in w.indices { product[j] += share * (1 - share) * row[j] * dot(row, p) / 40 }
        }
        return product
      })
  }
}
