#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A moment in UTC, in microseconds.
public struct Timestamp: Hashable, Sendable, Comparable {
  /// Microseconds since 1970-01-01 00:00:00 UTC.
  public var microseconds: Int64

  /// Makes the moment so many microseconds after the beginning of 1970.
  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// The present moment by the system's clock.
  public static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }

  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

  /// The seconds from an earlier moment to this one.
  public func seconds(since earlier: Timestamp) -> Double {
    Double(microseconds - earlier.microseconds) / 1_000_000
  }
}

extension Timestamp: CustomStringConvertible {
  private static let microsecondsADay: Int64 = 86_400_000_000

  /// `YYYY-MM-DD HH:MM:SS.ffffff`, as Optuna stores moments.
  public var description: String {
    let (days, time) = microseconds.flooredDivision(by: Self.microsecondsADay)
    let date = CivilDate(daysSince1970: days)
    let (seconds, fraction) = time.quotientAndRemainder(dividingBy: 1_000_000)
    let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { $0.padded(to: 2) }.joined(separator: ":")
    return
      "\(date.year.padded(to: 4))-\(date.month.padded(to: 2))-\(date.day.padded(to: 2)) \(clock).\(fraction.padded(to: 6))"
  }

  /// Reads `YYYY-MM-DD`, then optionally a blank or `T`, `HH:MM[:SS[.f…]]`, and an offset, which is ignored as Optuna
  /// ignores it; nil for everything else.
  public init?(_ text: String) {
    var scanner = DigitScanner(text)
    guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2), scanner.skip("-"),
      let day = scanner.number(2), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    let days = CivilDate(year: year, month: month, day: day).daysSince1970
    var time: Int64 = 0
    if scanner.skip(" ") || scanner.skip("T") {
      guard let hours = scanner.number(2), scanner.skip(":"), let minutes = scanner.number(2), hours < 24, minutes < 60
      else { return nil }
      time = (hours * 60 + minutes) * 60_000_000
      if scanner.skip(":") {
        guard let seconds = scanner.number(2), seconds < 60 else { return nil }
        time += seconds * 1_000_000
        if scanner.skip(".") {
          guard let fraction = scanner.fraction(digits: 6) else { return nil }
          time += fraction
        }
      }
    }
    guard scanner.isAtEnd || scanner.isAtOffset else { return nil }
    self.init(microseconds: days * Self.microsecondsADay + time)
  }
}

/// A date of the proleptic Gregorian calendar. The arithmetic counts in eras of 400 years, each of which begins on a
/// first of March.
private struct CivilDate {
  var year: Int64
  var month: Int64
  var day: Int64

  init(year: Int64, month: Int64, day: Int64) { (self.year, self.month, self.day) = (year, month, day) }

  init(daysSince1970 days: Int64) {
    let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  var daysSince1970: Int64 {
    let (era, yearOfEra) = (month <= 2 ? year - 1 : year).flooredDivision(by: 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}

private struct DigitScanner {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = text[...].utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  var isAtOffset: Bool { rest.first.map { "Z+-".utf8.contains($0) } ?? false }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  mutating func number(_ count: Int) -> Int64? {
    guard let text = String(rest.prefix(count)), text.utf8.count == count,
      text.utf8.allSatisfy({ (48...57).contains($0) })
    else { return nil }
    rest.removeFirst(count)
    return Int64(text)
  }

  /// The digits after a decimal point, cut or filled up to `digits` places.
  mutating func fraction(digits: Int) -> Int64? {
    let all = rest.prefix { (48...57).contains($0) }
    guard !all.isEmpty else { return nil }
    rest.removeFirst(all.count)
    return (0..<digits).reduce(0) { sum, place in
      sum * 10 + (place < all.count ? Int64(all[all.index(all.startIndex, offsetBy: place)]) - 48 : 0)
    }
  }
}

extension Int64 {
  fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  fileprivate func padded(to width: Int) -> String {
    let digits = String(self)
    return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
  }
}
