import Foundation

/// A constant of a file, whose elements are as many as its shape has.
struct ONNXConstant {
  /// The elements, in the order of the shape.
  enum Elements {
    case floats([Float])
    case uint8s([UInt8])
    case int8s([Int8])
    case int32s([Int32])
    case int64s([Int64])
  }

  let shape: [Int]
  private let elements: Elements

  /// Reads a constant of the file.
  ///
  /// - Throws: `ONNXError` of code `unexpected` where its elements are of another type or number than is read here.
  init(_ tensor: ONNXTensorProto) throws(ONNXError) {
    let shape = tensor.dims.map { Int($0) }
    let count = try ONNXShape.count(shape)
    func integers<Number: FixedWidthInteger>(_ type: Number.Type) throws(ONNXError) -> [Number] {
      let size = MemoryLayout<Number>.size
      guard tensor.rawData.count == count * size else {
        throw ONNXError(
          .unexpected,
          "the constant '\(tensor.name)' of shape \(shape) has \(tensor.rawData.count) bytes, not \(count * size)")
      }
      return tensor.rawData.withUnsafeBytes { bytes in
        (0..<count).map {
          Number(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * size, as: Number.self))
        }
      }
    }
    self.shape = shape
    switch tensor.dataType {
    case .float: elements = .floats(try integers(UInt32.self).map(Float.init(bitPattern:)))
    case .uint8: elements = .uint8s(try integers(UInt8.self))
    case .int8: elements = .int8s(try integers(Int8.self))
    case .int32: elements = .int32s(try integers(Int32.self))
    case .int64: elements = .int64s(try integers(Int64.self))
    case .undefined:
      throw ONNXError(.unexpected, "the constant '\(tensor.name)' has elements of a type that is not read here")
    }
  }

  /// The elements as floating-point numbers; nil where they are none.
  var floats: [Float]? { if case .floats(let numbers) = elements { numbers } else { nil } }

  /// The elements as unsigned 8-bit numbers; nil where they are none.
  var uint8s: [UInt8]? { if case .uint8s(let numbers) = elements { numbers } else { nil } }

  /// The elements as signed 8-bit numbers; nil where they are none.
  var int8s: [Int8]? { if case .int8s(let numbers) = elements { numbers } else { nil } }

  /// The elements as signed 32-bit numbers; nil where they are none.
  var int32s: [Int32]? { if case .int32s(let numbers) = elements { numbers } else { nil } }

  /// The elements as signed 64-bit numbers; nil where they are none.
  var int64s: [Int64]? { if case .int64s(let numbers) = elements { numbers } else { nil } }
}
