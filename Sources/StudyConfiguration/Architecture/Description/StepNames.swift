/// What the steps at one place of a description may refer to.
struct StepNames {
  /// The choices and figures that stand in expressions.
  private(set) var values: Set<String> = ["x.channels", "x.height", "x.width", "outputs"]
  /// The values that are kept to go on from.
  var kept: Set<String> = []
  /// Whether a name stands at the top, where it has no scope and so must differ from hyperparameters.
  var isTop = true
  /// How many steps lie around.
  var depth = 0

  /// Adds what can stand in expressions.
  mutating func insert(_ name: String) { values.insert(name) }

  /// The names of steps within another one.
  func within(scope: String? = nil) -> StepNames {
    var inner = self
    inner.depth += 1
    if scope != nil { inner.isTop = false }
    return inner
  }
}
