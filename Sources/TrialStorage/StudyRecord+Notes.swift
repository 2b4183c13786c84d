package import OrderedCollections
package import SearchSpace

/// Notes on trials, kept where optuna-dashboard keeps and shows them: in system attributes of the study, in pieces.
extension StudyRecord {
  /// The longest piece of a note, in Unicode scalars.
  private static let noteLength = 2045

  private static func notePrefix(_ trial: Int64) -> String { "dashboard:\(trial):note_" }

  /// What was noted on a trial; nil for nothing.
  ///
  /// - Parameter trial: The id of the trial.
  public func note(onTrial trial: Int64) -> String? {
    let prefix = Self.notePrefix(trial) + "str:"
    var text = ""
    var index = 0
    while let piece = systemAttributes[prefix + String(index)]?.stringValue {
      text += piece
      index += 1
    }
    return text.isEmpty ? nil : text
  }

  /// The system attributes of the study that set a note on a trial in place of the one that it has.
  ///
  /// - Parameters:
  ///   - text: The note; empty for none.
  ///   - trial: The id of the trial.
  package func attributes(noting text: String, onTrial trial: Int64) -> OrderedDictionary<String, JSONValue> {
    let prefix = Self.notePrefix(trial)
    var pieces: [String] = []
    var rest = text.unicodeScalars[...]
    while !rest.isEmpty {
      pieces.append(String(rest.prefix(Self.noteLength)))
      rest = rest.dropFirst(Self.noteLength)
    }
    // Attributes cannot be removed, so that pieces of a longer note before become empty.
    while systemAttributes[prefix + "str:\(pieces.count)"] != nil { pieces.append("") }
    var attributes: OrderedDictionary<String, JSONValue> = [:]
    for (index, piece) in pieces.enumerated() { attributes[prefix + "str:\(index)"] = .string(piece) }
    attributes[prefix + "ver"] = .int((systemAttributes[prefix + "ver"]?.intValue ?? 0) + 1)
    return attributes
  }
}

extension StudyRecord {
  /// The system attributes of a study that set the first note on a trial.
  package static func attributes(notingFirst text: String, onTrial trial: Int64) -> OrderedDictionary<String, JSONValue>
  {
    StudyRecord(id: 0, name: "", directions: []).attributes(noting: text, onTrial: trial)
  }
}

extension Storage {
  /// Notes a text on a trial in whatever state, in place of the note that it has.
  ///
  /// - Parameters:
  ///   - text: The note; empty for none.
  ///   - trial: The id of the trial.
  ///   - study: The study as it is on record.
  public func annotate(trial: Int64, of study: StudyRecord, with text: String) throws {
    try setStudyAttributes(study.attributes(noting: text, onTrial: trial), kind: .system, study: study.id)
  }
}
