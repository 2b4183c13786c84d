import Spelling
import Testing

@Suite("Amounts as people type them") struct AmountTests {
  @Test("times are read in seconds, minutes, hours and days, and written the shortest way")
  func times() throws {
    for (text, seconds, written) in [
      ("90s", 90.0, "90s"), ("10m", 600, "10m"), ("2h", 7200, "2h"), ("1d", 86_400, "1d"), ("45", 45, "45s"),
      ("1.5s", 1.5, "1.5s"), ("0.5m", 30, "30s"), ("1e2", 100, "100s"),
    ] {
      let time = try #require(Duration(text: text))
      #expect(time == .seconds(seconds) && time.text == written)
      #expect(Duration(text: time.text) == time)
    }
    for text in ["", "s", "-1", "0", "0s", "nan", "inf", "1w", "10 m", "1e12", "h2", "1e-30"] {
      #expect(Duration(text: text) == nil, "\(text)")
    }
  }

  @Test("memory is read in powers of 1024, and written with one decimal")
  func memory() throws {
    for (text, bytes, written) in [
      ("512M", 512 << 20, "512M"), ("4G", 4 << 30, "4G"), ("1.5g", 3 << 29, "1.5G"), ("2GB", 2 << 30, "2G"),
      ("2GiB", 2 << 30, "2G"), ("1T", 1 << 40, "1T"), ("2048K", 2 << 20, "2M"), ("1048576", 1 << 20, "1M"),
    ] {
      let amount = try #require(MemoryAmount(text: text))
      #expect(amount.bytes == bytes && amount.description == written)
    }
    for text in ["", "G", "-1G", "0", "1", "1K", "nanG", "infG", "4X", "4 G", "1e30", "99999T"] {
      #expect(MemoryAmount(text: text) == nil, "\(text)")
    }
  }
}
