import Graphs

/// What an architecture costs, known before it is trained.
public enum ArchitectureCost: String, Hashable, Sendable, CaseIterable {
  /// The numbers that training finds, batch normalization folded.
  case parameters
  /// The multiplications with an addition of one inference.
  case macs
  /// The bytes of the integer model's constants.
  case flash
  /// The most bytes of activations of the integer model at one time.
  case ram
  /// The seconds of one inference with floating-point numbers on this machine.
  case latency

  /// Whether the cost is counted, and not measured.
  public var isCounted: Bool { self != .latency }

  /// The cost with its unit: `12.3 kB`, `1.2 M`, `85 µs`.
  public func text(_ value: Double) -> String {
    switch self {
    case .flash, .ram: Self.scaled(value, [(1e6, " MB"), (1e3, " kB"), (1, " B")])
    case .parameters, .macs: Self.scaled(value, [(1e9, " G"), (1e6, " M"), (1e3, " k"), (1, "")])
    case .latency: Self.scaled(value, [(1, " s"), (1e-3, " ms"), (1e-6, " µs")])
    }
  }

  /// Three significant digits at most behind a unit that fits.
  private static func scaled(_ value: Double, _ units: [(size: Double, name: String)]) -> String {
    guard value.isFinite, let smallest = units.last else { return "\(value)" }
    let unit = units.first { value >= $0.size } ?? smallest
    let number = value / unit.size
    let factor = number >= 100 ? 1.0 : number >= 10 ? 10.0 : 100.0
    let rounded = (number * factor).rounded() / factor
    return (Int(exactly: rounded).map(String.init) ?? String(rounded)) + unit.name
  }
}

extension Architecture {
  /// A cost that is counted; nil for the latency, which `InferenceLatency` measures.
  public func cost(_ cost: ArchitectureCost) -> Double? {
    switch cost {
    case .parameters: Double(footprint.parameters)
    case .macs: Double(footprint.multiplyAccumulates)
    case .flash: Double(footprint.flashBytes)
    case .ram: Double(footprint.peakActivationBytes)
    case .latency: nil
    }
  }
}
