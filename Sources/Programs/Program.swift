public import OrderedCollections

/// A program whose result is the value of an objective: how it is started, and what it may use.
///
///     let program = Program(["python3", "train.py", "--lr", "{lr}"])
public struct Program: Sendable, Hashable {
  /// How often a program is started.
  public enum Kind: Sendable, Hashable {
    /// Once for each trial.
    case command
    /// Once for each job; trials come and results go as JSON lines over its standard input and output.
    case worker
  }

  /// The name or path of the program and its arguments. In those of a command `{name}` stands for the parameter of that
  /// name; `{{name}}` is the text `{name}`.
  public var arguments: [String]
  /// How often it is started.
  public var kind: Kind
  /// Where it runs; nil for the current folder.
  public var folder: String?
  /// Variables that are added to the environment of this process.
  public var environment: OrderedDictionary<String, String>
  /// What a trial may use.
  public var limits: Limits

  /// Describes a program.
  public init(
    _ arguments: [String], kind: Kind = .command, folder: String? = nil,
    environment: OrderedDictionary<String, String> = [:], limits: Limits = Limits()
  ) {
    self.arguments = arguments
    self.kind = kind
    self.folder = folder
    self.environment = environment
    self.limits = limits
  }

  /// What a trial may use, and how long a program may take to end once it is told to.
  public struct Limits: Sendable, Hashable {
    /// From the start of the trial; nil for any time.
    public var time: Duration?
    /// In bytes, of all processes of the program together; nil for any amount.
    public var memory: Int?
    /// From SIGTERM to SIGKILL.
    public var grace: Duration

    /// Describes limits; without arguments, none.
    public init(time: Duration? = nil, memory: Int? = nil, grace: Duration = .seconds(5)) {
      self.time = time
      self.memory = memory
      self.grace = grace
    }
  }
}
