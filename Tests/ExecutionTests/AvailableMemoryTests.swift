import Graphs
import Testing

@testable import Execution

@Suite("Available memory") struct AvailableMemoryTests {
  /// What groups leave where files hold the given texts.
  private func available(_ files: [String: String]) -> [Int] { ControlGroups.available(root: "/c") { files[$0] } }

  @Test("is limited by the groups of version 2, each less what is used but for files that give way")
  func version2() {
    let files = [
      "/proc/self/cgroup": "0::/jobs/one\n", "/c/jobs/memory.max": "1000\n", "/c/jobs/memory.current": "600\n",
      "/c/jobs/memory.stat": "anon 100\ninactive_file 150\n", "/c/jobs/one/memory.max": "max\n",
      "/c/jobs/one/memory.current": "10\n",
    ]
    #expect(available(files) == [550])
    #expect(available(files.merging(["/c/jobs/one/memory.max": "300\n"]) { $1 }).sorted() == [290, 550])
    #expect(available(files.merging(["/c/jobs/memory.current": "5000\n"]) { $1 }) == [0])
  }

  @Test("is limited by the groups of version 1, and by none where there are none")
  func version1() {
    let files = [
      "/proc/self/cgroup": "5:cpu,cpuacct:/\n4:memory:/box\n",
      "/c/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "/c/memory/memory.usage_in_bytes": "7\n", "/c/memory/box/memory.limit_in_bytes": "4096\n",
      "/c/memory/box/memory.usage_in_bytes": "2048\n", "/c/memory/box/memory.stat": "total_inactive_file 48\n",
    ]
    #expect(available(files).sorted() == [2096, 9_223_372_036_854_771_705])
    #expect(available([:]).isEmpty)
    #expect(available(["/proc/self/cgroup": "nonsense"]).isEmpty)
  }

  @Test("is known here, and enough for small plans")
  func here() throws {
    let count = try #require(AvailableMemory.byteCount())
    #expect(count > 64 << 20)
  }

  @Test("that does not suffice is told with what is needed, what there is and the way out")
  func refusal() throws {
    try AvailableMemory.require(bytes: 2 << 30, of: 2 << 30, for: "the values", wayOut: "")
    try AvailableMemory.require(bytes: 2 << 30, of: nil, for: "the values", wayOut: "")
    let error = #expect(throws: ExecutionError.self) {
      try AvailableMemory.require(bytes: 2 << 30, of: 1 << 30, for: "the values of a step", wayOut: "take less")
    }
    #expect(error?.code == .outOfMemory)
    #expect(error?.message.hasPrefix("the values of a step take 2.1 GiB of memory, and 1.1 are available") == true)
    #expect(error?.message.hasSuffix("; take less") == true)
    var isTaken = false
    #expect(throws: ExecutionError.self) {
      try AvailableMemory.taking(bytes: .max, for: "the values", wayOut: "take less") { isTaken = true }
    }
    #expect(!isTaken)
  }
}
