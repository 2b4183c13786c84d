import Graphs
import RealModule

extension ReferenceNode {
  func run(_ operation: ConvolutionOperation) {
    switch operation {
    case .forward(let convolution, let activation):
      let channels = outputShape[3]
      for i in 0..<outputShape.count { output[i] = inputs.count == 3 ? inputs[2][i % channels] : 0 }
      Self.forEachProduct(convolution, x: inputShapes[0], weight: inputShapes[1], output: outputShape) { x, w, y in
        output[y] += inputs[0][x] * inputs[1][w]
      }
      guard let activation else { return }
      for i in 0..<outputShape.count { output[i] = Self.apply(activation, output[i]) }

    case .inputGradient(let convolution, let input):
      output.update(repeating: 0, count: outputShape.count)
      Self.forEachProduct(convolution, x: input, weight: inputShapes[1], output: inputShapes[0]) { x, w, y in
        output[x] += inputs[0][y] * inputs[1][w]
      }

    case .weightGradient(let convolution, let weight):
      output.update(repeating: 0, count: outputShape.count)
      Self.forEachProduct(convolution, x: inputShapes[1], weight: weight, output: inputShapes[0]) { x, w, y in
        output[w] += inputs[0][y] * inputs[1][x]
      }
    }
  }

  /// Calls `body` with the positions of the factors of each product and of the output element it is added to.
  private static func forEachProduct(
    _ convolution: Convolution, x: Shape, weight: Shape, output: Shape, _ body: (Int, Int, Int) -> Void
  ) {
    let (inner, channels) = (weight[2], weight[3])
    let perGroup = channels / convolution.groups
    for sample in 0..<output[0] {
      for row in 0..<output[1] {
        for column in 0..<output[2] {
          for i in 0..<weight[0] {
            let h = row * convolution.stride.height - convolution.padding.height + i * convolution.dilation.height
            guard h >= 0, h < x[1] else { continue }
            for j in 0..<weight[1] {
              let w = column * convolution.stride.width - convolution.padding.width + j * convolution.dilation.width
              guard w >= 0, w < x[2] else { continue }
              let source = ((sample * x[1] + h) * x[2] + w) * x[3]
              let destination = ((sample * output[1] + row) * output[2] + column) * channels
              for c in 0..<inner {
                for o in 0..<channels {
                  let tap = ((i * weight[1] + j) * inner + c) * channels + o
                  body(source + o / perGroup * inner + c, tap, destination + o)
                }
              }
            }
          }
        }
      }
    }
  }
}
