import Graphs
import RealModule

extension ReferenceNode {
  func run(_ loss: Loss) {
    let (x, t, shape) = (inputs[0], inputs[1], inputShapes[0])
    var sum: Scalar = 0
    switch loss {
    case .softmaxCrossEntropy(let smoothing):
      output[0] = softmaxCrossEntropy(Scalar(smoothing))
      return
    case .klDivergence(let temperature):
      let t = Scalar(temperature)
      for row in 0..<shape[0] {
        let (student, teacher) = (distribution(0, row, t), distribution(1, row, t))
        for (q, p) in zip(student, teacher) { sum += .exp(p) * (p - q) }
      }
      output[0] = t * t * sum / Scalar(shape[0])
      return
    case .meanSquaredError:
      for i in 0..<shape.count { sum += (x[i] - t[i]) * (x[i] - t[i]) }
    case .meanAbsoluteError:
      for i in 0..<shape.count { sum += abs(x[i] - t[i]) }
    case .huber(let delta):
      let delta = Scalar(delta)
      for i in 0..<shape.count {
        let d = abs(x[i] - t[i])
        sum += d <= delta ? d * d / 2 : delta * (d - delta / 2)
      }
    case .binaryCrossEntropy:
      // -t log σ(x) - (1 - t) log(1 - σ(x)) = max(x, 0) - x t + log(1 + e^-|x|)
      for i in 0..<shape.count {
        let positive = x[i].isNaN ? x[i] : max(x[i], 0)
        sum += positive - x[i] * t[i] + .log(onePlus: .exp(-abs(x[i])))
      }
    }
    output[0] = sum / Scalar(shape.count)
  }

  func runGradient(of loss: Loss) {
    let (x, t, count) = (inputs[0], inputs[1], outputShape.count)
    let factor = inputs[2][0] / Scalar(count)
    switch loss {
    case .meanSquaredError:
      for i in 0..<count { output[i] = 2 * factor * (x[i] - t[i]) }
    case .meanAbsoluteError:
      for i in 0..<count { output[i] = factor * (x[i] > t[i] ? 1 : (x[i] < t[i] ? -1 : x[i] - t[i])) }
    case .huber(let delta):
      let delta = Scalar(delta)
      for i in 0..<count {
        let d = x[i] - t[i]
        output[i] = factor * (d.isNaN ? d : min(max(d, -delta), delta))
      }
    case .binaryCrossEntropy:
      for i in 0..<count { output[i] = factor * (1 / (1 + .exp(-x[i])) - t[i]) }
    case .softmaxCrossEntropy(let smoothing):
      softmaxCrossEntropyGradient(Scalar(smoothing))
    case .klDivergence(let temperature):
      let (rows, classes, temperature) = (outputShape[0], outputShape[1], Scalar(temperature))
      for row in 0..<rows {
        let (student, teacher) = (distribution(0, row, temperature), distribution(1, row, temperature))
        for c in 0..<classes {
          output[row * classes + c] = inputs[2][0] * temperature / Scalar(rows) * (.exp(student[c]) - .exp(teacher[c]))
        }
      }
    }
  }

  private func softmaxCrossEntropy(_ smoothing: Scalar) -> Scalar {
    let (rows, classes) = (inputShapes[0][0], inputShapes[0][1])
    var sum: Scalar = 0
    for row in 0..<rows {
      let logits = inputs[0] + row * classes
      guard let label = Self.classNumber(inputs[1][row], of: classes) else { return .nan }
      let (largest, total) = Self.softmaxTotal(logits, classes)
      var target = (1 - smoothing) * (logits[label] - largest)
      if smoothing > 0 { for c in 0..<classes { target += smoothing / Scalar(classes) * (logits[c] - largest) } }
      sum += .log(total) - target
    }
    return sum / Scalar(rows)
  }

  private func softmaxCrossEntropyGradient(_ smoothing: Scalar) {
    let (rows, classes) = (outputShape[0], outputShape[1])
    let factor = inputs[2][0] / Scalar(rows)
    for row in 0..<rows {
      let logits = inputs[0] + row * classes
      let (largest, total) = Self.softmaxTotal(logits, classes)
      let label = Self.classNumber(inputs[1][row], of: classes)
      for column in 0..<classes {
        let probability = Scalar.exp(logits[column] - largest) / total
        let target = smoothing / Scalar(classes) + (column == label ? 1 - smoothing : 0)
        output[row * classes + column] = label == nil ? .nan : factor * (probability - target)
      }
    }
  }

  /// The logarithms of the softmax of a row of an input at a temperature.
  private func distribution(_ input: Int, _ row: Int, _ temperature: Scalar) -> [Scalar] {
    let classes = inputShapes[0][1]
    let scaled = (0..<classes).map { inputs[input][row * classes + $0] / temperature }
    return scaled.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return [] }
      let (largest, total) = Self.softmaxTotal(start, classes)
      return scaled.map { $0 - largest - .log(total) }
    }
  }

  /// The label as a class number, or nil where it is none.
  private static func classNumber(_ label: Scalar, of classes: Int) -> Int? {
    guard label >= 0, label < Scalar(classes) else { return nil }
    return Int(exactly: label)
  }
}
