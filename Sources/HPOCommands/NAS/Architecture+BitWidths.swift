import ArgumentParser
import HPO
import OrderedCollections

extension Architecture {
  /// The bits of each layer's weights, by the name of the layer.
  var bitWidths: BitWidths {
    var widths = BitWidths()
    for step in footprint.steps {
      if let bits = step.weightBits, bits != 8 { widths.byLayer[step.name] = bits }
    }
    return widths
  }
}

extension BitWidths {
  /// The entry of a model's provenance that holds widths other than 8, as JSON.
  static let provenanceKey = "weight bits"

  /// The widths of layers as they are written, nil where there are none.
  var provenance: String? {
    guard !byLayer.isEmpty else { return nil }
    let members = byLayer.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.int($0.value)) }
    return JSONValue.object(OrderedDictionary(uniqueKeysWithValues: members)).serialized()
  }

  /// The widths of a quantized model's layers.
  init(of quantization: ModelQuantization) {
    let weights = quantization.weights.filter { $0.value.bits != 8 }.map { ($0.key, $0.value.bits) }
    self.init(
      byLayer: Dictionary(
        uniqueKeysWithValues: weights.map { name, bits in
          (name.hasSuffix(".weight") ? String(name.dropLast(".weight".count)) : name, bits)
        }))
  }

  /// The widths that the architecture of a model has; nil where nothing chose any.
  ///
  /// - Throws: `ValidationError` where the model tells of them in a way that cannot be read.
  init?(of model: TrainedModel) throws {
    guard let text = model.provenance[Self.provenanceKey] else { return nil }
    guard case .object(let members)? = try? JSONValue(parsing: text), members.values.allSatisfy({ $0.intValue != nil })
    else {
      throw ValidationError("the model's \(Self.provenanceKey) '\(text)' cannot be read; --bits gives them anew")
    }
    self.init(byLayer: Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.value.intValue ?? 8) }))
  }
}
