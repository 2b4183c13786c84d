import Foundation
import SearchSpace
import Trials

extension StudyConfiguration {
  /// Reads a study file.
  ///
  /// - Parameter path: The file; relative paths in it are taken from its folder.
  /// - Throws: `ConfigurationError` with every mistake of the file.
  package init(contentsOf path: String) throws(ConfigurationError) {
    let bytes: [UInt8]
    do throws(SystemFailure) {
      bytes = try Self.bytes(of: path, atMost: YAMLLimits.size + 1)
    } catch {
      throw ConfigurationError([
        ConfigurationError.Mistake(
          code: .unreadable, message: "the file cannot be read: \(error.reason)", file: path, position: nil,
          excerpt: nil)
      ])
    }
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) }
    try self.init(bytes: bytes, file: path, folder: folder, isGiven: true)
  }

  /// Reads the text of a study file.
  ///
  /// - Parameters:
  ///   - bytes: UTF-8.
  ///   - file: The name by which messages call the file.
  ///   - folder: Where relative paths in the text are taken from; nil for the current folder.
  ///   - isGiven: Whether somebody has just given the file, who is told what contradicts itself in it; a file that a study
  ///     has kept was good enough for its trials.
  /// - Throws: `ConfigurationError` with every mistake of the text.
  package init(
    bytes: [UInt8], file: String, folder: String? = nil, isGiven: Bool = false
  ) throws(ConfigurationError) {
    let source = try SourceText(bytes: bytes, file: file)
    let log = MistakeLog(source)
    let configuration = YAMLComposer.compose(log).flatMap {
      StudyReader(log, folder: folder, isGiven: isGiven).read($0)
    }
    if let error = log.error { throw error }
    guard let configuration else { preconditionFailure("a study file without a mistake has a configuration") }
    self = configuration
  }

  /// The first bytes of a file, of a pipe too.
  private static func bytes(of path: String, atMost count: Int) throws(SystemFailure) -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw SystemFailure() }
    defer { fclose(file) }
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      initializedCount = fread(buffer.baseAddress, 1, count, file)
    }
    guard ferror(file) == 0 else { throw SystemFailure() }
    return bytes
  }
}

/// Why a call of the system failed.
private struct SystemFailure: Error {
  let reason = String(cString: strerror(errno))
}

extension SourceText {
  /// - Throws: `ConfigurationError` for more bytes than a study file may have, for bytes that are no UTF-8, and for
  ///   control characters.
  fileprivate init(bytes: [UInt8], file: String) throws(ConfigurationError) {
    var scalars: [Unicode.Scalar] = []
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.prefix(YAMLLimits.size).makeIterator()
    var wrongCode: ConfigurationError.Code?
    var message = ""
    loop: while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let encoded):
        let scalar = Unicode.UTF8.decode(encoded)
        guard scalar.isPrintable || scalar == "\u{FEFF}" else {
          wrongCode = .encoding
          message = "the control character U+\(scalar.value.hexadecimal) has no place in a text"
          break loop
        }
        scalars.append(scalar)
      case .emptyInput: break loop
      case .error:
        wrongCode = .encoding
        let isUTF16 = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
        message = "the bytes here are no UTF-8; save the file as UTF-8\(isUTF16 ? " instead of UTF-16" : "")"
        break loop
      }
    }
    if bytes.count > YAMLLimits.size {
      wrongCode = .tooLarge
      message = "a study file has at most \(YAMLLimits.size) bytes"
      scalars.removeAll()
    }
    self.init(file: file, text: String(String.UnicodeScalarView(scalars)))
    guard let wrongCode else { return }
    let log = MistakeLog(self)
    log.report(wrongCode, at: wrongCode == .tooLarge ? Position(line: 1, column: 1) : end, message)
    if let error = log.error { throw error }
  }
}

extension UInt32 {
  /// At least four digits.
  fileprivate var hexadecimal: String {
    let digits = String(self, radix: 16, uppercase: true)
    return String(repeating: "0", count: Swift.max(0, 4 - digits.count)) + digits
  }
}
