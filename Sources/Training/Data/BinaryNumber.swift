/// How a number lies in a file.
struct BinaryNumber: Hashable {
  enum Kind: Hashable {
    case unsigned
    case signed
    case float
  }

  let kind: Kind
  /// In bytes: 1, 2, 4 or 8, and no float of one byte.
  let width: Int
  let isBigEndian: Bool

  /// Whether there are numbers of its kind that a float rounds.
  var isRoundedToFloat: Bool { kind == .float ? width > 4 : width > 2 }

  /// The number whose first byte is at `place`.
  func value(in bytes: UnsafeRawBufferPointer, at place: Int) -> Double {
    var bits: UInt64 = 0
    for offset in 0..<width {
      let byte = UInt64(bytes[place + (isBigEndian ? offset : width - 1 - offset)])
      bits = bits << 8 | byte
    }
    switch kind {
    case .unsigned: return Double(bits)
    case .signed:
      let unused = UInt64(64 - 8 * width)
      return Double(Int64(bitPattern: bits << unused) >> Int64(unused))
    case .float:
      return switch width {
      case 2: Self.half(UInt16(bits))
      case 4: Double(Float(bitPattern: UInt32(bits)))
      default: Double(bitPattern: bits)
      }
    }
  }

  /// A number of IEEE 754's binary16.
  private static func half(_ bits: UInt16) -> Double {
    let sign: Double = bits >> 15 == 1 ? -1 : 1
    let (exponent, fraction) = (Int(bits >> 10 & 0x1F), Double(bits & 0x3FF))
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction * 0x1p-10)
    }
  }
}
