import ArgumentParser

/// How results are written.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  /// Aligned columns that fit the terminal.
  case table
  /// One JSON document.
  case json
  /// RFC 4180, with a header.
  case csv
}

struct OutputOptions: ParsableArguments {
  @Option(help: "How to write the result.")
  var format: OutputFormat = .table
}
