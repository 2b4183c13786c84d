import ArgumentParser
import HPO

struct StorageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "storage",
    abstract: "Makes study databases.",
    subcommands: [StorageInitCommand.self])
}

struct StorageInitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Makes an empty study database.",
    discussion: """
      A study database that exists is left as it is. Other commands make the database by themselves where they need one.

      Example:
        hpo storage init --storage sqlite:///hpo.db
      """)

  @OptionGroup var storage: StorageOptions

  func run() throws {
    guard case .file(let path) = try StorageLocation(parsing: storage.location) else {
      throw ValidationError("a storage in memory is gone with the command; give a file")
    }
    try SQLiteStorage.createEmpty(at: path)
    Terminal.writeError("\(storage.location) is a study database\n")
  }
}
