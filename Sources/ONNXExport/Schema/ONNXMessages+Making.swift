import Foundation
import Graphs
import SwiftProtobuf

extension ONNXAttributeProto {
  /// A number.
  static func float(_ name: String, _ number: Float) -> Self {
    .with { ($0.name, $0.f, $0.type) = (name, number, .float) }
  }

  /// A whole number.
  static func int(_ name: String, _ number: Int) -> Self {
    .with { ($0.name, $0.i, $0.type) = (name, Int64(number), .int) }
  }

  /// Whole numbers.
  static func ints(_ name: String, _ numbers: [Int]) -> Self {
    .with { ($0.name, $0.ints, $0.type) = (name, numbers.map(Int64.init), .ints) }
  }

  /// A height and a width.
  static func extent(_ name: String, _ extent: Extent) -> Self {
    .ints(name, [extent.height, extent.width])
  }

  /// The same padding at both ends of both axes.
  static func padding(_ name: String, _ extent: Extent) -> Self {
    .ints(name, [extent.height, extent.width, extent.height, extent.width])
  }
}

extension ONNXTensorProto {
  /// A constant of numbers.
  init(_ name: String, _ numbers: [Float], shape: [Int]) {
    self.init(name, shape, .float, numbers.map(\.bitPattern))
  }

  /// A constant of signed bytes.
  init(_ name: String, _ numbers: [Int8], shape: [Int]) {
    self.init(name, shape, .int8, numbers)
  }

  /// A constant of unsigned bytes.
  init(_ name: String, _ numbers: [UInt8], shape: [Int]) {
    self.init(name, shape, .uint8, numbers)
  }

  /// A constant of signed 32-bit numbers.
  init(_ name: String, _ numbers: [Int32], shape: [Int]) {
    self.init(name, shape, .int32, numbers)
  }

  /// A list of signed 64-bit numbers.
  init(_ name: String, _ numbers: [Int64]) {
    self.init(name, [numbers.count], .int64, numbers)
  }

  private init(_ name: String, _ shape: [Int], _ type: DataType, _ numbers: [some FixedWidthInteger]) {
    self.init()
    (self.name, dims, dataType) = (name, shape.map(Int64.init), type)
    rawData = numbers.map(\.littleEndian).withUnsafeBytes { Data($0) }
  }
}

extension ONNXValueInfoProto {
  /// An input or output of floating-point numbers.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - sample: The extents of one sample; that of the batch, which comes before them, is free.
  init(_ name: String, sample: [Int]) {
    self.init()
    self.name = name
    type.tensorType.elemType = .float
    type.tensorType.shape.dim =
      [.with { $0.dimParam = "N" }] + sample.map { extent in .with { $0.dimValue = Int64(extent) } }
  }
}
