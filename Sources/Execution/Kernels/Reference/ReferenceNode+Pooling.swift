import Graphs
import RealModule

extension ReferenceNode {
  func run(_ operation: PoolingOperation) {
    switch operation {
    case .maximum(let pooling):
      Self.forEachWindow(pooling, x: inputShapes[0], output: outputShape) { y, window in
        output[y] = inputs[0][largest(of: window, in: inputs[0])]
      }

    case .maximumGradient(let pooling):
      output.update(repeating: 0, count: outputShape.count)
      Self.forEachWindow(pooling, x: outputShape, output: inputShapes[0]) { y, window in
        output[largest(of: window, in: inputs[1])] += inputs[0][y]
      }

    case .average(let pooling, let countsPadding):
      Self.forEachWindow(pooling, x: inputShapes[0], output: outputShape) { y, window in
        var sum: Scalar = 0
        for i in window { sum += inputs[0][i] }
        output[y] = sum / Self.divisor(pooling, countsPadding, window)
      }

    case .averageGradient(let pooling, let countsPadding, let input):
      output.update(repeating: 0, count: outputShape.count)
      Self.forEachWindow(pooling, x: input, output: inputShapes[0]) { y, window in
        let share = inputs[0][y] / Self.divisor(pooling, countsPadding, window)
        for i in window { output[i] += share }
      }

    case .globalAverage:
      let (places, channels) = (inputShapes[0][1] * inputShapes[0][2], outputShape[1])
      for i in 0..<outputShape.count {
        var sum: Scalar = 0
        for place in 0..<places { sum += inputs[0][(i / channels * places + place) * channels + i % channels] }
        output[i] = sum / Scalar(places)
      }

    case .globalAverageGradient(let input):
      let (places, channels) = (input[1] * input[2], input[3])
      for i in 0..<outputShape.count {
        output[i] = inputs[0][i / (places * channels) * channels + i % channels] / Scalar(places)
      }
    }
  }

  /// The position of the first NaN of a window, or else of its first largest element.
  private func largest(of window: [Int], in x: UnsafePointer<Scalar>) -> Int {
    var best = window[0]
    for i in window.dropFirst() where !x[best].isNaN && (x[i] > x[best] || x[i].isNaN) { best = i }
    return best
  }

  private static func divisor(_ pooling: Pooling, _ countsPadding: Bool, _ window: [Int]) -> Scalar {
    Scalar(countsPadding ? pooling.window.height * pooling.window.width : window.count)
  }

  /// Calls `body` with the position of each output element and those of the elements in its window, row by row.
  private static func forEachWindow(
    _ pooling: Pooling, x: Shape, output: Shape, _ body: (Int, [Int]) -> Void
  ) {
    let channels = x[3]
    for y in 0..<output.count {
      let (channel, place) = (y % channels, y / channels)
      let (column, row, sample) = (place % output[2], place / output[2] % output[1], place / output[2] / output[1])
      let firstRow = row * pooling.stride.height - pooling.padding.height
      let firstColumn = column * pooling.stride.width - pooling.padding.width
      var window: [Int] = []
      for h in max(firstRow, 0)..<min(firstRow + pooling.window.height, x[1]) {
        for w in max(firstColumn, 0)..<min(firstColumn + pooling.window.width, x[2]) {
          window.append(((sample * x[1] + h) * x[2] + w) * channels + channel)
        }
      }
      body(y, window)
    }
  }
}
