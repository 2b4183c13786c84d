import Testing

@testable import Trials

@Suite("Timestamps")
struct TimestampTests {
  @Test(
    "Known moments are written and read",
    arguments: [
      ("1970-01-01 00:00:00.000000", 0), ("2000-02-29 12:34:56.789012", 951_827_696_789_012),
      ("2025-06-01 23:59:59.999999", 1_748_822_399_999_999), ("1969-12-31 23:59:59.999999", -1),
      ("2100-03-01 00:00:00.000001", 4_107_542_400_000_001), ("0001-01-01 00:00:00.000000", -62_135_596_800_000_000),
      ("9999-12-31 23:59:59.999999", 253_402_300_799_999_999), ("1900-03-01 00:00:00.500000", -2_203_891_199_500_000),
    ] as [(String, Int64)])
  func known(text: String, microseconds: Int64) {
    #expect(Timestamp(microseconds: microseconds).description == text)
    #expect(Timestamp(text)?.microseconds == microseconds)
  }

  @Test(
    "Shorter and foreign forms are read",
    arguments: [
      ("2025-06-01", "2025-06-01 00:00:00.000000"), ("2025-06-01T10:20", "2025-06-01 10:20:00.000000"),
      ("2025-06-01 10:20:30", "2025-06-01 10:20:30.000000"), ("2025-06-01 10:20:30.5", "2025-06-01 10:20:30.500000"),
      ("2025-06-01 10:20:30.1234567", "2025-06-01 10:20:30.123456"),
      ("2025-06-01 10:20:30.5+02:00", "2025-06-01 10:20:30.500000"),
      ("2025-06-01T10:20:30Z", "2025-06-01 10:20:30.000000"),
    ])
  func shortForms(text: String, full: String) {
    #expect(Timestamp(text)?.description == full)
  }

  @Test(
    "Everything else is refused",
    arguments: [
      "", "2025", "2025-13-01", "2025-00-01", "2025-01-32", "2025-01-01 24:00", "2025-01-01 10:60", "2025-1-1",
      "2025-01-01 10", "2025-01-01 10:20:30.", "2025-01-01x", "2025-01-01 10:20:61", "٢٠٢٥-01-01", "+025-01-01",
    ])
  func refused(text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test("Every day of four centuries reads back")
  func roundTrip() {
    for day in stride(from: Int64(-80_000), through: 80_000, by: 1) {
      let moment = Timestamp(microseconds: day * 86_400_000_000 + (day &* 7_919_000_003) % 86_400_000_000)
      #expect(Timestamp(moment.description) == moment)
    }
  }
}
