import Graphs
import Training

extension IntegerKernel {
  /// Convolutions: sums for all channels of one place at a time.
  func convolutionKernel(_ convolution: Convolution, _ weights: IntegerWeights) -> () -> Void {
    let (x, y) = (inputs[0], output)
    let window = WindowWalk(
      input: inputTensor.shape, output: outputTensor.shape,
      window: Extent(height: weights.shape[0], width: weights.shape[1]),
      stride: convolution.stride, padding: convolution.padding, dilation: convolution.dilation)
    let zero = Int32(inputTensor.quantization.zeroPoint)
    let (channels, outputs, groups) = (inputTensor.shape[3], weights.shape[3], convolution.groups)
    let (groupInputs, groupOutputs) = (channels / groups, outputs / groups)
    let requantization = Requantization(weights, to: outputTensor.quantization)
    var sums = weights.bias
    return {
      sums.withUnsafeMutableBufferPointer { buffer in
        weights.elements.withUnsafeBufferPointer { elements in
          guard let sums = buffer.baseAddress, let weight = elements.baseAddress else { return }
          window.forEachPlace { place, taps in
            for o in 0..<outputs { sums[o] = weights.bias[o] }
            taps { tap, pixel in
              let source = x + pixel * channels
              let row = weight + tap * groupInputs * outputs
              if groupInputs == 1, groupOutputs == 1 {
                for o in 0..<outputs { sums[o] &+= (Int32(source[o]) &- zero) &* Int32(row[o]) }
                return
              }
              for c in 0..<groupInputs {
                let columns = row + c * outputs
                for group in 0..<groups {
                  let value = Int32(source[group * groupInputs + c]) &- zero
                  if value == 0 { continue }
                  let start = group * groupOutputs
                  for o in start..<start + groupOutputs { sums[o] &+= value &* Int32(columns[o]) }
                }
              }
            }
            let target = y + place * outputs
            for o in 0..<outputs { target[o] = requantization(sums[o], channel: o) }
          }
        }
      }
    }
  }

  /// The largest byte: real numbers grow with their bytes.
  func maxPoolingKernel(_ pooling: Pooling) -> () -> Void {
    let (x, y) = (inputs[0], output)
    let window = WindowWalk(pooling, input: inputTensor.shape, output: outputTensor.shape)
    let channels = inputTensor.shape[3]
    return {
      window.forEachPlace { place, taps in
        let target = y + place * channels
        target.update(repeating: 0, count: channels)
        taps { _, pixel in
          let source = x + pixel * channels
          for c in 0..<channels { target[c] = max(target[c], source[c]) }
        }
      }
    }
  }

  /// Means of real numbers in single precision, in the order of the window.
  func averagePoolingKernel(_ pooling: Pooling, _ countsPadding: Bool) -> () -> Void {
    let (x, y) = (inputs[0], output)
    let window = WindowWalk(pooling, input: inputTensor.shape, output: outputTensor.shape)
    let channels = inputTensor.shape[3]
    let quantization = outputTensor.quantization
    let (scale, zero) = (quantization.scale, Float(quantization.zeroPoint))
    let reals = (0...255).map { inputTensor.quantization.dequantize(UInt8($0)) }
    let area = pooling.window.height * pooling.window.width
    var sums = Array(repeating: Float(0), count: channels)
    return {
      window.forEachPlace { place, taps in
        for c in 0..<channels { sums[c] = 0 }
        var count = 0
        taps { _, pixel in
          let source = x + pixel * channels
          for c in 0..<channels { sums[c] += reals[Int(source[c])] }
          count += 1
        }
        let divisor = Float(countsPadding ? area : count)
        for c in 0..<channels {
          let q = (sums[c] / divisor) / scale + zero
          y[place * channels + c] = UInt8(min(max(q, 0), 255).roundedToEven)
        }
      }
    }
  }

  /// Sums over the whole image.
  func globalAverageKernel() -> () -> Void {
    let (x, y) = (inputs[0], output)
    let shape = inputTensor.shape
    let (pixels, channels) = (shape[1] * shape[2], shape[3])
    let (from, to) = (inputTensor.quantization, outputTensor.quantization)
    let requantization = Requantization(multipliers: [from.scale / (to.scale * Float(pixels))], to: to)
    let start = -Int32(pixels) * Int32(from.zeroPoint)
    return {
      for c in 0..<channels {
        var sum = start
        for pixel in 0..<pixels { sum &+= Int32(x[pixel * channels + c]) }
        y[c] = requantization(sum, channel: 0)
      }
    }
  }
}

/// The places of a window on one image, and the pixels that it reads at each.
struct WindowWalk {
  let input: Shape
  let output: Shape
  let window: Extent
  let stride: Extent
  let padding: Extent
  var dilation = Extent(1)

  init(input: Shape, output: Shape, window: Extent, stride: Extent, padding: Extent, dilation: Extent) {
    self.input = input
    self.output = output
    self.window = window
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
  }

  init(_ pooling: Pooling, input: Shape, output: Shape) {
    self.init(
      input: input, output: output, window: pooling.window, stride: pooling.stride, padding: pooling.padding,
      dilation: Extent(1))
  }

  /// Calls `body` for each place of the output, row by row, with what calls its own argument for each tap inside the
  /// image: the tap's number and the pixel's.
  @inline(__always)
  func forEachPlace(_ body: (_ place: Int, _ taps: ((_ tap: Int, _ pixel: Int) -> Void) -> Void) -> Void) {
    for row in 0..<output[1] {
      for column in 0..<output[2] {
        body(row * output[2] + column) { tap in
          for i in 0..<window.height {
            let h = row * stride.height - padding.height + i * dilation.height
            guard h >= 0, h < input[1] else { continue }
            for j in 0..<window.width {
              let w = column * stride.width - padding.width + j * dilation.width
              guard w >= 0, w < input[2] else { continue }
              tap(i * window.width + j, h * input[2] + w)
            }
          }
        }
      }
    }
  }
}
