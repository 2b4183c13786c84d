import ArgumentParser
import HPO
import Spelling
import StudyConfiguration

/// A program whose results are the values of a study.
struct ProgramOptions: ParsableArguments {
  @Flag(help: "The command is a long-lived worker, one a job, which gets trials and gives results as JSON lines.")
  var worker = false

  @Option(help: "End a trial's program after this time: 90s, 10m, 2h. The trial fails.")
  var trialTimeout: TimeSpan?

  @Option(help: "End a trial's program where its processes use more memory than this: 512M, 4G. The trial fails.")
  var trialMemory: MemoryAmount?

  @Option(help: "How long a program may take to end after SIGTERM, before SIGKILL. (default: 5s)")
  var grace: TimeSpan?

  @Argument(
    parsing: .postTerminator,
    help: ArgumentHelp(
      "The command of a trial, behind '--'. {name} in an argument is replaced by the parameter of that name.",
      valueName: "command"))
  var command: [String] = []

  var isEmpty: Bool { command.isEmpty && !worker && trialTimeout == nil && trialMemory == nil && grace == nil }

  /// Puts the limits that are given in place of those that a study has, for this run.
  ///
  /// - Throws: `ValidationError` where the study runs no program.
  func limit(_ configuration: inout StudyConfiguration) throws {
    guard trialTimeout != nil || trialMemory != nil || grace != nil else { return }
    guard var program = configuration.objective?.program else {
      throw ValidationError("--trial-timeout, --trial-memory and --grace are for programs; this study runs none")
    }
    limit(&program)
    configuration.objective = .program(program)
  }

  /// The limits that are given, in place of those that a program has.
  func limit(_ program: inout ProgramConfiguration) {
    program.trialTimeout = trialTimeout?.duration ?? program.trialTimeout
    program.trialMemory = trialMemory?.bytes ?? program.trialMemory
    program.grace = grace?.duration ?? program.grace
  }
}

extension MemoryAmount: ExpressibleByArgument {
  public init?(argument: String) { self.init(text: argument) }
}
