import ArgumentParser
import HPO

extension Study {
  /// - Parameters:
  ///   - jobs: What `--jobs` says; nil for nothing.
  ///   - advice: What to do for more; nil where there is nothing.
  /// - Throws: `ValidationError` for a number that a process cannot run at once.
  static func check(jobs: Int?, advice: String? = nil) throws {
    guard let jobs, !(1...mostJobs).contains(jobs) else { return }
    throw ValidationError("--jobs \(jobs): 1 to \(mostJobs) are possible" + (advice.map { "; \($0)" } ?? ""))
  }
}
