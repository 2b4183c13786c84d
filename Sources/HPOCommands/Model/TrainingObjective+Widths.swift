import ArgumentParser
import HPO
import OrderedCollections
import StudyConfiguration

extension TrainingObjective {
  /// What of a layer a name such as `units1` sets; nil for other names.
  func layer(of name: String) -> (hyperparameter: String, number: Int)? {
    guard let width = widthName, name.hasPrefix(width), let number = UInt8(name.dropFirst(width.count)) else {
      return nil
    }
    return (width, Int(number))
  }

  /// The same training with the widths that the command line gives, in the place of those that the study file lists.
  ///
  /// - Throws: `ValidationError` where it gives another number of layers, but not their width.
  func replacingWidths(by given: OrderedDictionary<String, Choice>) throws -> TrainingObjective {
    guard var widths = fixedWidths, let name = widthName else { return self }
    let depth = given["depth"]?.wholeNumber
    if let width = given[name]?.wholeNumber {
      widths = Array(repeating: width, count: depth.flatMap { (0...64).contains($0) ? $0 : nil } ?? widths.count)
    } else if let depth, depth != widths.count {
      throw ValidationError(
        "--set depth=\(depth): the study file lists the \(name) of \(widths.count) layers, \(widths); give all layers "
          + "others, as --set \(name)=\(widths[0])")
    }
    for (parameter, value) in given {
      guard let layer = layer(of: parameter), layer.number < widths.count, let width = value.wholeNumber else {
        continue
      }
      widths[layer.number] = width
    }
    var objective = self
    objective.fixedWidths = widths
    return objective
  }

  /// Checks that a layer which the command line gives a width is there.
  ///
  /// - Parameters:
  ///   - given: What the command line gives.
  ///   - values: All that describes the network.
  /// - Throws: `ValidationError`.
  func requireLayers(
    of given: OrderedDictionary<String, Choice>, in values: OrderedDictionary<String, Choice>
  ) throws {
    let depth =
      fixedWidths?.count ?? (values["depth"] ?? fixed["depth"] ?? defaultValue(of: "depth"))?.wholeNumber ?? .max
    for (name, value) in given {
      guard let layer = layer(of: name), layer.number >= depth else { continue }
      throw ValidationError(
        "--set \(name)=\(value): the network has \(depth) layers, numbered from 0; --set depth=\(layer.number + 1) makes it "
          + "deeper")
    }
  }

  /// What the width of a layer is called; nil for an architecture.
  private var widthName: String? {
    switch network {
    case .mlp: "units"
    case .cnn: "channels"
    case .architecture: nil
    }
  }
}
