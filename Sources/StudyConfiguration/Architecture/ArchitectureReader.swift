import ArchitectureSearch
import OrderedCollections
import SearchSpace
import Spelling
import Training

/// Reads what stands under `architecture`.
struct ArchitectureReader {
  /// Nil where the file has mistakes in it.
  private(set) var configuration: ArchitectureConfiguration?
  /// How many costs are objectives, whatever else is wrong.
  private(set) var minimizedCount = 0
  private let log: MistakeLog
  /// Where the space stands.
  private var spacePosition: Position?

  private static let common = ["space", "bits", "dropout", "limits", "minimize", "warmUp"]

  /// Nil, with a message, where the value is no mapping.
  init?(_ member: MappingReader.Member, log: MistakeLog) {
    self.log = log
    // What else may stand here depends on the space; where that is mistyped, the options of all are permitted.
    let named = member.value.member("space").flatMap { SearchedSpace.Name(rawValue: $0) }
    let isDescribed = member.value.hasList("space")
    let options =
      isDescribed
      ? ["input"]
      : named.map { Self.options(of: $0) } ?? SearchedSpace.Name.allCases.flatMap { Self.options(of: $0) }
    guard
      let reader = MappingReader(
        member.value, path: "architecture", at: member.keyPosition, keys: Self.common + options, log: log,
        expectation: "keys such as space and limits")
    else { return nil }
    let written = reader.required("space")
    spacePosition = written?.keyPosition
    let space =
      isDescribed
      ? written.map { Self.described($0.value, reader) }
      : written.flatMap { Self.name($0.value, log) }.map { Self.space($0, reader) }
    let limits = Self.limits(reader)
    let minimized = Self.names(reader, "minimize", "cost", as: ArchitectureCost.self) ?? []
    minimizedCount = minimized.count
    let warmUp = reader.members["warmUp"].flatMap { WarmUp($0, log: log) }
    guard let space else { return }
    var configuration = ArchitectureConfiguration(space: space)
    configuration.limits = limits
    configuration.minimized = minimized
    configuration.warmUp = warmUp
    self.configuration = configuration
  }

  /// Reports what is wrong with a described space, where the data are known before they are read.
  func checkSamples(of data: DataSource) {
    guard log.error == nil, let configuration, case .described(let space) = configuration.space,
      let (featureShape, outputWidth) = data.knownShape,
      let mistake = space.mistake(featureShape: featureShape, outputWidth: outputWidth)
    else { return }
    let position = mistake.place.map { Position(line: $0.line, column: $0.column) } ?? spacePosition
    let prefix = mistake.code == .rejected ? "no random architecture can be built: " : ""
    let suffix = mistake.place == nil ? "; end with 'output' or 'classifier'" : ""
    log.report(
      .contradiction, at: position ?? Position(line: 1, column: 1),
      "architecture: \(prefix)\(mistake.message)\(suffix)")
  }

  // MARK: - Spaces

  private static func name(_ value: YAMLNode, _ log: MistakeLog) -> SearchedSpace.Name? {
    guard case .scalar(let scalar) = value.content, !scalar.text.isEmpty else {
      if !value.isInvalid {
        let names = SearchedSpace.Name.allCases.map(\.rawValue).joined(separator: ", ")
        log.report(
          .wrongType, at: value.position,
          "architecture.space: expected one of \(names), or a list of steps, met \(value.met)")
      }
      return nil
    }
    return log.name(value, path: "architecture.space", kind: "space of architectures")
  }

  private static func described(_ steps: YAMLNode, _ reader: MappingReader) -> SearchedSpace {
    var stepReader = StepReader(
      log: reader.log, hyperparameters: Set(Hyperparameter.all(of: .architecture).map(\.name)))
    if case .list(let elements) = steps.content, elements.isEmpty {
      reader.log.report(
        .missingKey, at: steps.position, "architecture.space: expected steps such as [flatten, output], met none")
    }
    let read = stepReader.steps(steps, "architecture.space", StepNames())
    let mayDrop = read.flatMap(\.layers).contains {
      $0.kind == .classifier || $0.kind == .dropout && $0.values[.probability] == nil
    }
    if !mayDrop, reader.log.error == nil, let member = reader.members["dropout"] {
      reader.log.report(
        .contradiction, at: member.keyPosition,
        "architecture.dropout has no effect: it is that of 'classifier' and of a 'dropout' without a probability, and there "
          + "is neither; leave it out")
    }
    return .described(
      DescribedSpace(
        steps: read, input: reader.name("input", "form of the input"),
        bits: reader.wholeNumbers("bits", in: 2...8) ?? 8,
        dropout: reader.number("dropout", in: .from(0).below(1)) ?? 0))
  }

  private static func options(of name: SearchedSpace.Name) -> [String] {
    switch name {
    case .mlp: ["depth", "units"]
    case .cnn: ["depth", "channels", "kernel", "separable"]
    case .invertedResidual: ["stem", "stages", "depth", "width", "kernel", "expansion", "stride", "skip"]
    case .cell: ["channels", "stages", "cells", "nodes", "inputsPerNode"]
    }
  }

  private static func space(_ name: SearchedSpace.Name, _ reader: MappingReader) -> SearchedSpace {
    let bits = reader.wholeNumbers("bits", in: 2...8) ?? 8
    let dropout = reader.number("dropout", in: .from(0).below(1)) ?? 0
    func numbers(_ key: String, in bounds: ClosedRange<Int>, _ usual: WholeNumbers) -> WholeNumbers {
      reader.wholeNumbers(key, in: bounds) ?? usual
    }
    switch name {
    case .mlp:
      var space = PerceptronSpace(bits: bits, dropout: dropout)
      space.depth = numbers("depth", in: 0...16, space.depth)
      space.units = numbers("units", in: 1...4096, space.units)
      return .perceptron(space)
    case .cnn:
      var space = ConvolutionalSpace(bits: bits, dropout: dropout)
      space.depth = numbers("depth", in: 1...16, space.depth)
      space.channels = numbers("channels", in: 1...1024, space.channels)
      space.kernel = numbers("kernel", in: 1...15, space.kernel)
      space.isSeparable = reader.flag("separable") ?? space.isSeparable
      return .convolutional(space)
    case .invertedResidual:
      var space = InvertedResidualSpace(bits: bits, dropout: dropout)
      space.stem = numbers("stem", in: 1...1024, space.stem)
      space.stages = numbers("stages", in: 0...8, space.stages)
      space.depth = numbers("depth", in: 1...16, space.depth)
      space.width = numbers("width", in: 1...1024, space.width)
      space.kernel = numbers("kernel", in: 1...15, space.kernel)
      space.expansion = numbers("expansion", in: 1...16, space.expansion)
      space.stride = numbers("stride", in: 1...4, space.stride)
      space.choosesSkip = reader.flag("skip") ?? space.choosesSkip
      return .invertedResidual(space)
    case .cell:
      var space = CellSpace(bits: bits, dropout: dropout)
      space.channels = numbers("channels", in: 1...256, space.channels)
      space.stages = numbers("stages", in: 1...4, space.stages)
      space.cells = numbers("cells", in: 1...8, space.cells)
      space.nodes = numbers("nodes", in: 1...8, space.nodes)
      space.inputsPerNode = reader.wholeNumber("inputsPerNode", in: 1...4) ?? space.inputsPerNode
      return .cell(space)
    }
  }

  // MARK: - Limits

  private static func limits(_ reader: MappingReader) -> CostLimits {
    var limits = CostLimits()
    guard let member = reader.members["limits"],
      let inner = MappingReader(
        member.value, path: "architecture.limits", at: member.keyPosition,
        keys: ArchitectureCost.allCases.map(\.rawValue), log: reader.log, expectation: "limits such as {flash: 64kB}")
    else { return limits }
    for member in inner.members.values {
      guard let cost = ArchitectureCost(rawValue: member.key) else { continue }
      guard case .scalar(let scalar) = member.value.content else {
        if !member.value.isInvalid {
          reader.log.report(
            .wrongType, at: member.value.position,
            "architecture.limits.\(member.key): expected an amount such as 64kB, met \(member.value.met)")
        }
        continue
      }
      do throws(ArchitectureError) {
        limits.set(CostLimit(cost, most: try CostLimit.amount(scalar.text, of: cost)))
      } catch {
        reader.log.report(
          .invalidValue, at: member.value.position, "architecture.limits.\(member.key): \(error.message)")
      }
    }
    return limits
  }

  /// A list of names of an enumeration, none of them twice; nil for an absent key.
  fileprivate static func names<Name: CaseIterable & RawRepresentable & Hashable>(
    _ reader: MappingReader, _ key: String, _ kind: String, as type: Name.Type
  ) -> [Name]? where Name.RawValue == String {
    guard let member = reader.members[key] else { return nil }
    let path = reader.path(key)
    guard case .list(let elements) = member.value.content else {
      if !member.value.isInvalid {
        let example = Name.allCases.prefix(2).map(\.rawValue).joined(separator: ", ")
        reader.log.report(
          .wrongType, at: member.value.position,
          "\(path): expected a list such as [\(example)], met \(member.value.met)")
      }
      return nil
    }
    var names: [Name] = []
    for element in elements {
      guard let name: Name = reader.log.name(element, path: path, kind: kind) else { continue }
      if names.contains(name) {
        reader.log.report(.contradiction, at: element.position, "\(path): '\(name.rawValue)' is listed twice")
      }
      names.append(name)
    }
    return names
  }
}

extension WarmUp {
  /// Reads the keys of a warm-up; nil, with messages, for anything else.
  fileprivate init?(_ member: MappingReader.Member, log: MistakeLog) {
    guard
      let reader = MappingReader(
        member.value, path: "architecture.warmUp", at: member.keyPosition, keys: ["candidates", "keep", "proxies"],
        log: log, expectation: "keys such as {candidates: 200, keep: 10}")
    else { return nil }
    self.init()
    candidates = reader.wholeNumber("candidates", in: 1...100_000) ?? candidates
    keep = reader.wholeNumber("keep", in: 1...candidates) ?? min(keep, candidates)
    if let names = ArchitectureReader.names(reader, "proxies", "proxy", as: Proxy.self), !names.isEmpty {
      proxies = names
    }
  }
}

extension MappingReader {
  /// Whole numbers to choose from: one, a list, a range `1..4`, or `{int: 8..64, step: 8}`; nil for an absent key, and with
  /// messages for anything else.
  func wholeNumbers(_ key: String, in bounds: ClosedRange<Int>) -> WholeNumbers? {
    guard let member = members[key] else { return nil }
    switch member.value.content {
    case .invalid: return nil
    case .list(let elements):
      let numbers = elements.compactMap { element -> Int? in
        if let number = element.choice?.wholeNumber, bounds.contains(number) { return number }
        report(element, key, bounds)
        return nil
      }
      guard numbers.count == elements.count else { return nil }
      guard !numbers.isEmpty, Set(numbers).count == numbers.count else {
        log.report(
          .contradiction, at: member.value.position, "\(path(key)): expected at least one number, and none twice")
        return nil
      }
      return WholeNumbers(numbers)
    case .mapping:
      guard
        let inner = MappingReader(
          member.value, path: path(key), at: member.keyPosition, keys: ["int", "step"], log: log,
          expectation: "a range such as {int: 8..64, step: 8}"), let range = inner.required("int")
      else { return nil }
      return rangeOfNumbers(range.value, key, in: bounds, step: inner.wholeNumber("step", in: 1...1_000_000) ?? 1)
    case .scalar:
      if let number = member.value.choice?.wholeNumber {
        guard bounds.contains(number) else {
          report(member.value, key, bounds)
          return nil
        }
        return WholeNumbers([number])
      }
      return rangeOfNumbers(member.value, key, in: bounds, step: 1)
    }
  }

  private func rangeOfNumbers(
    _ value: YAMLNode, _ key: String, in bounds: ClosedRange<Int>, step: Int
  ) -> WholeNumbers? {
    guard case .scalar(let scalar) = value.content, !scalar.text.isEmpty else {
      report(value, key, bounds)
      return nil
    }
    do throws(SearchSpaceError) {
      guard case .int(let range) = try RangeText(scalar.text).int(step: step) else { return nil }
      guard bounds.contains(range.low), bounds.contains(range.high) else {
        report(value, key, bounds)
        return nil
      }
      return .range(range.low...range.high, step: range.step)
    } catch {
      log.report(
        error.code == .emptyRange ? .emptyRange : .invalidValue, at: value.position,
        "\(path(key)): expected whole numbers \(bounds.phrase), such as 1..4 or [1, 2, 4]: \(error.message)")
      return nil
    }
  }

  private func report(_ value: YAMLNode, _ key: String, _ bounds: ClosedRange<Int>) {
    guard !value.isInvalid else { return }
    log.report(
      value.choice?.wholeNumber == nil ? .wrongType : .invalidValue, at: value.position,
      "\(path(key)): expected whole numbers \(bounds.phrase), met \(value.met)")
  }
}

extension YAMLNode {
  /// The text of a scalar member of a mapping.
  func member(_ key: String) -> String? {
    guard case .mapping(let members) = content, let member = members.first(where: { $0.key == key }),
      case .scalar(let scalar) = member.value.content
    else { return nil }
    return scalar.text
  }

  /// Whether a member of a mapping is a list.
  func hasList(_ key: String) -> Bool {
    guard case .mapping(let members) = content, let member = members.first(where: { $0.key == key }),
      case .list = member.value.content
    else { return false }
    return true
  }
}

extension DataSource {
  /// The shape of a sample's features and the number of outputs, where no file is needed to know them.
  fileprivate var knownShape: (featureShape: [Int], outputWidth: Int)? {
    switch self {
    case .embedded(let set):
      guard let samples = try? set.load() else { return nil }
      return (samples.featureShape, samples.target.outputWidth)
    case .idx(let folder) where folder == .fashionMNIST: return ([28, 28, 1], 10)
    case .idx, .csv, .numpy: return nil
    }
  }
}
