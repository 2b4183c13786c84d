import Graphs

/// Numbers in memory as oneDNN sees them: axes in its order, channels behind the batch, with the steps of our layout.
struct OneDNNTensor {
  let data: UnsafeMutablePointer<Float>
  let extents: [Int]
  /// The steps between neighbours along each axis, in elements.
  let strides: [Int]
  /// Whether oneDNN may work in a layout of its own, to and from which the numbers are then brought in each run.
  var isFree = false

  init(_ data: UnsafePointer<Float>, extents: [Int], strides: [Int]) {
    // oneDNN has one type for what is read and what is written.
    self.data = UnsafeMutablePointer(mutating: data)
    (self.extents, self.strides) = (extents, strides)
  }

  /// A row of numbers.
  init(_ data: UnsafePointer<Float>, count: Int) {
    self.init(data, extents: [count], strides: [1])
  }

  /// A matrix, which lies in memory as its transpose where asked.
  init(_ data: UnsafePointer<Float>, rows: Int, columns: Int, isTransposed: Bool = false) {
    self.init(data, extents: [rows, columns], strides: isTransposed ? [1, rows] : [columns, 1])
  }

  /// Images [N, H, W, C] as [N, C, H, W]; values [N, C] are images of one place.
  init(images data: UnsafePointer<Float>, _ shape: Shape) {
    let shape: Shape = shape.rank == 2 ? [shape[0], 1, 1, shape[1]] : shape
    let (height, width, channels) = (shape[1], shape[2], shape[3])
    self.init(
      data, extents: [shape[0], channels, height, width],
      strides: [height * width * channels, 1, width * channels, channels])
  }

  /// Values [..., C] as one image of a column, [1, C, rows, 1].
  init(column data: UnsafePointer<Float>, _ shape: Shape) {
    let channels = shape[shape.rank - 1]
    self.init(images: data, [1, shape.count / channels, 1, channels])
  }

  /// Weights [KH, KW, C / groups, O] as [O, C, KH, KW], or with groups as [groups, O / groups, C / groups, KH, KW].
  init(weights data: UnsafePointer<Float>, _ shape: Shape, groups: Int) {
    let (height, width, inner, channels) = (shape[0], shape[1], shape[2], shape[3])
    let perGroup = channels / groups
    let (extents, strides) = (
      [perGroup, inner, height, width], [1, channels, width * inner * channels, inner * channels]
    )
    self.init(
      data, extents: groups == 1 ? extents : [groups] + extents, strides: groups == 1 ? strides : [perGroup] + strides)
  }

  /// Places along an axis as [outer, count, inner], from `start` of the `extent` that the axis has.
  init(_ data: UnsafePointer<Float>, _ shape: Shape, axis: Int, start: Int = 0, count: Int? = nil) {
    let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
    self.init(
      data + start * inner,
      extents: [shape.dimensions[..<axis].reduce(1, *), count ?? shape[axis], inner],
      strides: [shape[axis] * inner, inner, 1])
  }

  /// The same numbers, for whose layout oneDNN is free.
  var free: OneDNNTensor {
    var copy = self
    copy.isFree = true
    return copy
  }
}
