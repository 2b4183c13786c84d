import SwiftProtobuf

extension ONNXModelProto {
  /// The most levels of messages in messages; an extent of an input lies on the seventh.
  private static let deepest = 16

  /// Reads a file; fields that the schema here does not have are passed over.
  ///
  /// - Throws: `ONNXError` of code `malformed` where the bytes are cut off or of no such message.
  init(decoding bytes: [UInt8]) throws(ONNXError) {
    var options = BinaryDecodingOptions()
    options.messageDepthLimit = Self.deepest
    options.discardUnknownFields = true
    do {
      self = try Self(serializedBytes: bytes, options: options)
    } catch BinaryDecodingError.truncated {
      throw ONNXError(.malformed, "the file is cut off, or no ONNX file")
    } catch BinaryDecodingError.invalidUTF8 {
      throw ONNXError(.malformed, "a name in the file is no UTF-8 text")
    } catch BinaryDecodingError.messageDepthLimit {
      throw ONNXError(.malformed, "the file has messages in messages of more than \(Self.deepest) levels")
    } catch {
      throw ONNXError(.malformed, "the file has fields that are none of an ONNX file")
    }
  }

  /// The bytes of the file, the same ones for the same message.
  ///
  /// - Throws: `ONNXError` of code `tooLarge` from 2 GiB on, which is where the format ends.
  func encoded() throws(ONNXError) -> [UInt8] {
    do {
      return try serializedBytes()
    } catch {
      // The schema requires no fields, which leaves one reason.
      throw ONNXError(.tooLarge, "the model takes more than the 2 GiB that one ONNX file can hold")
    }
  }
}
