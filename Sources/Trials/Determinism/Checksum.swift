package import SearchSpace

/// 64 bits over a record, by which changes are noticed that somebody made without a thought of it. It is no signature: who
/// wants to deceive can compute it anew.
package struct Checksum: Sendable, Hashable {
  package let bits: UInt64

  package init(bits: UInt64) { self.bits = bits }

  /// FNV-1a of what `write` writes.
  init(_ write: (inout HistoryWriter) -> Void) {
    var writer = HistoryWriter()
    write(&writer)
    bits = writer.bytes.checksum
  }

  /// The checksum of some texts one behind the other.
  package init(of texts: [String]) {
    self.init { writer in writer.write(texts) { $0.write($1) } }
  }

  /// 16 hexadecimal digits.
  package var text: String {
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  package var json: JSONValue { .string(text) }

  package init?(json: JSONValue) {
    guard let text = json.stringValue, text.utf8.count == 16, let bits = UInt64(text, radix: 16) else { return nil }
    self.init(bits: bits)
  }
}
