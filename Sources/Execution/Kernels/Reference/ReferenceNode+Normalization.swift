import Graphs
import RealModule

extension ReferenceNode {
  func run(_ operation: NormalizationOperation) {
    let count = outputShape.count
    switch operation {
    case .batch(let numbers):
      let (x, scale, shift, mean, variance) = (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4])
      let channels = inputShapes[1][0]
      for i in 0..<count {
        let c = i % channels
        output[i] = scale[c] * (x[i] - mean[c]) * Self.inverseDeviation(variance[c], numbers.epsilon) + shift[c]
      }

    case .batchMoments:
      let channels = outputShape[1]
      let rows = inputShapes[0].count / channels
      for c in 0..<channels {
        let (mean, variance) = Self.moments(inputs[0] + c, count: rows, stride: channels)
        (output[c], output[channels + c]) = (mean, variance)
      }

    case .batchNormalize(let epsilon, let activation):
      let channels = inputShapes[2][0]
      for i in 0..<count {
        let y = inputs[2][i % channels] * normalized(i, channels, x: 0, moments: 1, epsilon) + inputs[3][i % channels]
        output[i] = activation.map { Self.apply($0, y) } ?? y
      }

    case .batchNormalizePooled(let epsilon):
      let channels = outputShape[3]
      for place in 0..<count {
        let window = pooledWindow(place, inputShapes[0])
        let y = window.map { i in
          inputs[2][i % channels] * normalized(i, channels, x: 0, moments: 1, epsilon) + inputs[3][i % channels]
        }
        output[place] = y.map { Self.apply(.relu, $0) }.reduce(-.infinity) { $1.isNaN ? $1 : $1 > $0 ? $1 : $0 }
      }

    case .batchSums(let epsilon, let tail):
      let (channels, moments) = (outputShape[1], operation.momentsPosition)
      output.update(repeating: 0, count: count)
      forEachUpstream(tail, epsilon, moments: moments, scale: moments + 1, shift: moments + 2) { i, g in
        output[i % channels] += g
        output[channels + i % channels] += g * normalized(i, channels, x: 1, moments: moments, epsilon)
      }

    case .batchInputGradient(let epsilon, let tail):
      let channels = inputShapes[3][0]
      let rows = Scalar(count / channels)
      forEachUpstream(tail, epsilon, moments: 2, scale: 3, shift: 5) { i, g in
        let (c, sums) = (i % channels, inputs[4])
        let factor = inputs[3][c] * Self.inverseDeviation(inputs[2][channels + c], epsilon)
        let x = normalized(i, channels, x: 1, moments: 2, epsilon)
        output[i] = factor * (g - sums[c] / rows - x * sums[channels + c] / rows)
      }

    case .movingAverage(let momentum, let row, let correction):
      for c in 0..<count {
        output[c] =
          Scalar(1 - momentum) * inputs[0][c] + Scalar(momentum * correction) * inputs[1][row * count + c]
      }

    case .layer(let epsilon):
      forEachRow { start, channels in
        let (mean, variance) = Self.moments(inputs[0] + start, count: channels, stride: 1)
        let factor = Self.inverseDeviation(variance, epsilon)
        for c in 0..<channels {
          output[start + c] = inputs[1][c] * (inputs[0][start + c] - mean) * factor + inputs[2][c]
        }
      }

    case .layerSums(let epsilon):
      output.update(repeating: 0, count: count)
      forEachRow { start, channels in
        let (mean, variance) = Self.moments(inputs[1] + start, count: channels, stride: 1)
        let factor = Self.inverseDeviation(variance, epsilon)
        for c in 0..<channels {
          output[c] += inputs[0][start + c]
          output[channels + c] += inputs[0][start + c] * (inputs[1][start + c] - mean) * factor
        }
      }

    case .layerInputGradient(let epsilon):
      forEachRow { start, channels in
        let (g, x, scale) = (inputs[0] + start, inputs[1] + start, inputs[2])
        let (mean, variance) = Self.moments(x, count: channels, stride: 1)
        let factor = Self.inverseDeviation(variance, epsilon)
        var (sum, product): (Scalar, Scalar) = (0, 0)
        for c in 0..<channels {
          sum += g[c] * scale[c]
          product += g[c] * scale[c] * (x[c] - mean) * factor
        }
        let width = Scalar(channels)
        for c in 0..<channels {
          output[start + c] = factor * (g[c] * scale[c] - sum / width - (x[c] - mean) * factor * product / width)
        }
      }
    }
  }

  /// Calls `body` with the start and the width of each row of the first input.
  private func forEachRow(_ body: (Int, Int) -> Void) {
    let channels = inputShapes[0][inputShapes[0].rank - 1]
    for start in stride(from: 0, to: inputShapes[0].count, by: channels) { body(start, channels) }
  }

  /// x̂ of element i, by the moments of its channel.
  private func normalized(_ i: Int, _ channels: Int, x: Int, moments: Int, _ epsilon: Double) -> Scalar {
    let c = i % channels
    return (inputs[x][i] - inputs[moments][c]) * Self.inverseDeviation(inputs[moments][channels + c], epsilon)
  }

  /// Calls `body` with each element's number and the gradient by the normalized element, which the first input is behind
  /// the tail; elements are called after those they may be written over have been read.
  private func forEachUpstream(
    _ tail: NormalizationTail?, _ epsilon: Double, moments: Int, scale: Int, shift: Int, _ body: (Int, Scalar) -> Void
  ) {
    let shape = inputShapes[1]
    let channels = shape[shape.rank - 1]
    func y(_ i: Int) -> Scalar {
      inputs[scale][i % channels] * normalized(i, channels, x: 1, moments: moments, epsilon)
        + inputs[shift][i % channels]
    }
    switch tail {
    case nil:
      for i in 0..<shape.count { body(i, inputs[0][i]) }
    case .relu:
      for i in 0..<shape.count { body(i, y(i) > 0 ? inputs[0][i] : 0) }
    case .pooledReLU:
      for place in 0..<inputShapes[0].count {
        let window = pooledWindow(place, shape)
        let values = window.map(y)
        // The first of the largest, where that is above 0.
        let best = values.max() ?? 0
        let winner = best > 0 ? values.firstIndex(of: best) : nil
        for (number, i) in window.enumerated() { body(i, number == winner ? inputs[0][place] : 0) }
      }
    }
  }

  /// The four elements of x [N, 2H, 2W, C] of which the pooled element `place` is the maximum.
  private func pooledWindow(_ place: Int, _ x: Shape) -> [Int] {
    let (width, channels) = (x[2], x[3])
    let (c, column, row) = (place % channels, place / channels % (width / 2), place / channels / (width / 2))
    let first = (2 * row * width + 2 * column) * channels + c
    return [first, first + channels, first + width * channels, first + (width + 1) * channels]
  }

  private static func inverseDeviation(_ variance: Scalar, _ epsilon: Double) -> Scalar {
    1 / (variance + Scalar(epsilon)).squareRoot()
  }

  /// The mean and the variance over the count.
  private static func moments(
    _ x: UnsafePointer<Scalar>, count: Int, stride: Int
  ) -> (mean: Scalar, variance: Scalar) {
    var sum: Scalar = 0
    for i in 0..<count { sum += x[i * stride] }
    let mean = sum / Scalar(count)
    var squares: Scalar = 0
    for i in 0..<count { squares += (x[i * stride] - mean) * (x[i * stride] - mean) }
    return (mean, squares / Scalar(count))
  }
}
