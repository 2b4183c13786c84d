import OrderedCollections
import SearchSpace
import Spelling

/// Reads the keys of one mapping and reports those that do not belong.
///
/// A key that is mistyped is reported and then read as the nearest valid one, so that one mistake causes one message.
struct MappingReader {
  struct Member {
    let key: String
    let keyPosition: Position
    let value: YAMLNode
    /// Whether the file has another key, near to this one.
    let isCorrected: Bool
  }

  /// The path of the mapping from the top of the file, empty for the top itself.
  let path: String
  /// Where a missing key is missed.
  let position: Position
  let log: MistakeLog
  /// The members by their keys, in the order of the file.
  private(set) var members: OrderedDictionary<String, Member> = [:]
  /// Whether a key is none of the valid ones, and near to none that is absent.
  private(set) var hasUnknownKeys = false

  /// Nil, with a message, where the value is no mapping.
  ///
  /// - Parameters:
  ///   - path: The keys that lead to the mapping, joined by dots.
  ///   - keys: The valid keys; nil where any is.
  ///   - expectation: What the value is to be, where it need not be a mapping.
  init?(
    _ node: YAMLNode, path: String, at position: Position, keys: [String]?, log: MistakeLog,
    expectation: String = "keys with values"
  ) {
    self.path = path
    self.position = position
    self.log = log
    guard case .mapping(let nodes) = node.content else {
      if !node.isInvalid {
        log.report(
          .wrongType, at: node.position, "\(path.isEmpty ? "" : "\(path): ")expected \(expectation), met \(node.met)")
      }
      return nil
    }
    read(nodes, keys: keys)
  }

  private mutating func read(_ nodes: [YAMLNode.Member], keys: [String]?) {
    var first: [String: Position] = [:]
    let present = Set(nodes.map(\.key))
    for node in nodes {
      if let earlier = first[node.key] {
        log.report(
          .duplicateKey, at: node.keyPosition,
          "duplicate key '\(node.key.shortened)'\(place); it is given in line \(earlier.line) already")
        continue
      }
      first[node.key] = node.keyPosition
      guard let keys, !keys.contains(node.key) else {
        members[node.key] = Member(key: node.key, keyPosition: node.keyPosition, value: node.value, isCorrected: false)
        continue
      }
      let hint = NearestName.hint(for: node.key, among: keys)
      log.report(.unknownKey, at: node.keyPosition, "unknown key '\(node.key.shortened)'\(place); \(hint)")
      if let nearest = NearestName.find(node.key, among: keys), !present.contains(nearest), members[nearest] == nil {
        members[nearest] = Member(key: nearest, keyPosition: node.keyPosition, value: node.value, isCorrected: true)
      } else {
        hasUnknownKeys = true
      }
    }
  }

  /// ` in space.lr`, or nothing at the top.
  private var place: String { path.isEmpty ? "" : " in \(path)" }

  /// The path of a key.
  func path(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// The member under a key, reported where it is missing.
  func required(_ key: String) -> Member? {
    if members[key] == nil { log.report(.missingKey, at: position, "missing key '\(key)'\(place)") }
    return members[key]
  }

  // MARK: - Scalars

  /// A text; nil for an absent key, and with a message for anything else.
  func text(_ key: String) -> String? {
    guard let value = members[key]?.value else { return nil }
    if case .string(let text) = value.choice, !text.isEmpty { return text }
    let isNumber = value.choice.map { $0 != .null && $0 != .string("") } ?? false
    refuse(value, key, "expected a text, met \(value.met)\(isNumber ? "; put it in quotes" : "")")
    return nil
  }

  /// A list of texts; nil for an absent key, and with messages for anything else.
  func texts(_ key: String) -> [String]? {
    guard let value = members[key]?.value else { return nil }
    guard case .list(let elements) = value.content else {
      refuse(value, key, "expected a list of texts, met \(value.met)")
      return nil
    }
    var texts: [String] = []
    for element in elements {
      if case .string(let text) = element.choice {
        texts.append(text)
      } else {
        let isNumber = element.choice.map { $0 != .null } ?? false
        refuse(element, key, "expected a text, met \(element.met)\(isNumber ? "; put it in quotes" : "")")
      }
    }
    return texts
  }

  /// A whole number within bounds; nil for an absent key, and with a message for anything else.
  func wholeNumber(_ key: String, in bounds: ClosedRange<Int>) -> Int? {
    guard let value = members[key]?.value else { return nil }
    let expectation = "expected a whole number \(bounds.phrase), met \(value.met)"
    guard let number = value.choice?.wholeNumber else {
      refuse(value, key, expectation)
      return nil
    }
    guard bounds.contains(number) else {
      refuse(value, key, expectation, .invalidValue)
      return nil
    }
    return number
  }

  /// A number within an interval; nil for an absent key, and with a message for anything else.
  func number(_ key: String, in interval: Interval) -> Double? {
    guard let value = members[key]?.value else { return nil }
    let expectation = "expected \(interval), met \(value.met)"
    guard let number = value.choice?.numericValue else {
      refuse(value, key, expectation)
      return nil
    }
    guard interval.contains(number) else {
      refuse(value, key, expectation, .invalidValue)
      return nil
    }
    return number
  }

  /// `true` or `false`; nil for an absent key, and with a message for anything else.
  func flag(_ key: String) -> Bool? {
    guard let value = members[key]?.value else { return nil }
    if case .bool(let flag) = value.choice { return flag }
    refuse(value, key, "expected true or false, met \(value.met)")
    return nil
  }

  /// One of the names of an enumeration; nil for an absent key, and with a message for anything else.
  func name<Name: CaseIterable & RawRepresentable>(_ key: String, _ kind: String, _ type: Name.Type = Name.self)
    -> Name? where Name.RawValue == String
  {
    guard let value = members[key]?.value else { return nil }
    return log.name(value, path: path(key), kind: kind)
  }

  private func refuse(
    _ value: YAMLNode, _ key: String, _ message: String, _ code: ConfigurationError.Code = .wrongType
  ) {
    if !value.isInvalid { log.report(code, at: value.position, "\(path(key)): \(message)") }
  }
}

extension MistakeLog {
  /// The name of an enumeration that a scalar holds; nil, with a message, for anything else.
  func name<Name: CaseIterable & RawRepresentable>(
    _ value: YAMLNode, path: String, kind: String, as type: Name.Type = Name.self
  ) -> Name? where Name.RawValue == String {
    let names = Name.allCases.map(\.rawValue)
    guard case .scalar(let scalar) = value.content, !scalar.text.isEmpty else {
      if !value.isInvalid {
        report(
          .wrongType, at: value.position,
          "\(path): expected \(names.count == 1 ? "" : "one of ")\(names.joined(separator: ", ")), met \(value.met)")
      }
      return nil
    }
    guard let name = Name(rawValue: scalar.text) else {
      report(
        .unknownName, at: value.position,
        "unknown \(kind) '\(scalar.text.shortened)'; \(NearestName.hint(for: scalar.text, among: names))")
      return nil
    }
    return name
  }
}

extension MistakeLog {
  /// Reads a name by itself, or a mapping with the key `name` and options of that name.
  ///
  /// The reader of the options is nil where the name stands by itself. A mistyped name is reported, and its options are
  /// read as those of the nearest one.
  func named<Name: CaseIterable & RawRepresentable>(
    _ member: MappingReader.Member, path: String, kind: String, as type: Name.Type, options: (Name) -> [String]
  ) -> (Name, MappingReader?)? where Name.RawValue == String {
    guard case .mapping(let members) = member.value.content else {
      return name(member.value, path: path, kind: kind, as: type).map { ($0, nil) }
    }
    let named = members.first { $0.key == "name" }?.value
    let name: Name? = named.flatMap { self.name($0, path: "\(path).name", kind: kind) }
    var nearest = name
    if name == nil, case .scalar(let scalar) = named?.content {
      nearest = NearestName.find(scalar.text, among: Name.allCases.map(\.rawValue)).flatMap(Name.init(rawValue:))
    }
    let keys = nearest.map { ["name"] + options($0) }
    let anyKeys = keys ?? ["name"] + Name.allCases.flatMap(options)
    guard let reader = MappingReader(member.value, path: path, at: member.keyPosition, keys: anyKeys, log: self) else {
      return nil
    }
    if named == nil { _ = reader.required("name") }
    return nearest.map { ($0, reader) }
  }
}
