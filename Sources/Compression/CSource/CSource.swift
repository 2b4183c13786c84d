import Graphs
public import Training

/// A quantized model as one header in C99: its weights packed to their bits, and the functions that compute it.
///
/// Whoever includes the header with `NAME_IMPLEMENTATION` defined has the functions, as in a single source file; all others
/// have the declarations. The functions need `fmaf` and `rintf` of the C library and no memory but a caller's.
public struct CSource: Sendable, Hashable {
  /// The text of the header.
  public let text: String

  /// Writes the header of a quantized model.
  ///
  /// - Parameters:
  ///   - model: A quantized model.
  ///   - name: What the names in it begin with; characters that C does not have in names become underscores.
  /// - Throws: `CompressionError` where the model is not quantized or does not fit its quantization.
  public init(_ model: TrainedModel, name: String) throws(CompressionError) {
    let network = try IntegerNetwork(model)
    var writer = CSourceWriter(model: model, network: network, name: Self.identifier(name))
    text = writer.text()
  }

  /// A name as C allows it: letters, digits and underscores, no digit first.
  public static func identifier(_ name: String) -> String {
    let characters = name.unicodeScalars.map { scalar in
      let isAllowed = scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_"
      return isAllowed ? String(scalar) : "_"
    }
    let joined = characters.joined().lowercased()
    return joined.isEmpty || joined.first?.isNumber == true ? "model_\(joined)" : joined
  }

  /// A text as it may stand in a comment, whoever wrote it.
  ///
  /// What is neither a letter, a digit nor one of a few marks becomes an underscore, scalar by scalar: a file may name
  /// classes, studies and tensors as it likes, and nothing of that may end the comment, continue its line or be a trigraph.
  static func comment(_ text: String) -> String {
    String(
      text.unicodeScalars.map { scalar -> Character in
        let isHarmless = (" "..."~").contains(scalar) && !"*/\\?\"'".unicodeScalars.contains(scalar)
        return isHarmless ? Character(scalar) : "_"
      })
  }
}

/// The writing of one header.
struct CSourceWriter {
  let model: TrainedModel
  let network: IntegerNetwork
  let name: String
  let memory: IntegerNetwork.Memory
  /// The constants, in the order in which they are needed.
  private(set) var constants: [String] = []
  private var symbols: Set<String> = []

  init(model: TrainedModel, network: IntegerNetwork, name: String) {
    self.model = model
    self.network = network
    self.name = name
    memory = network.memory
  }

  /// The whole header.
  mutating func text() -> String {
    let calls = network.nodes.map { call($0) }
    let quantization = quantizeInput()
    let upper = name.uppercased()
    let functions = CFunctions(name: name).text(for: network)
    return """
      /* \(name): a neural network of 8-bit integers, written by hpo.
      \(description)
         Define \(upper)_IMPLEMENTATION in the one source file that is to hold the functions. */
      #ifndef \(upper)_H
      #define \(upper)_H

      #include <stdint.h>

      #define \(upper)_INPUT_COUNT \(network.inputTensor.shape.count)
      #define \(upper)_OUTPUT_COUNT \(network.outputTensor.shape.count)
      /* Bytes of constants: weights, biases, multipliers and tables. */
      #define \(upper)_FLASH_BYTES \(network.flashBytes)
      /* Bytes of memory that \(name)_infer works in. */
      #define \(upper)_ARENA_BYTES \(memory.count)
      /* real = scale * (byte - zero point) */
      #define \(upper)_OUTPUT_SCALE \(Self.literal(network.outputTensor.quantization.scale))
      #define \(upper)_OUTPUT_ZERO_POINT \(network.outputTensor.quantization.zeroPoint)

      /* Computes one sample. Features come as in the data, not standardized, images row by row with their channels
         last. The bytes of the output stand for \(meaning). */
      void \(name)_infer(const float *features, uint8_t *output, uint8_t *arena);

      /* The index of the largest of the outputs, the first of equal ones. */
      int32_t \(name)_largest(const uint8_t *output);

      #ifdef \(upper)_IMPLEMENTATION

      #include <math.h>
      #include <string.h>

      \(constants.joined(separator: "\n\n"))

      \(functions)

      int32_t \(name)_largest(const uint8_t *output)
      {
          int32_t best = 0;
          for (int32_t i = 1; i < \(network.outputTensor.shape.count); ++i) {
              if (output[i] > output[best]) {
                  best = i;
              }
          }
          return best;
      }

      void \(name)_infer(const float *features, uint8_t *output, uint8_t *arena)
      {
      \(quantization)
      \(calls.joined(separator: "\n"))
          memcpy(output, arena + \(memory.offsets[network.output]), \(network.outputTensor.shape.count));
      }

      #endif
      #endif

      """
  }

  /// What the model is, as the first comment tells.
  private var description: String {
    var lines = model.provenance.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    for (part, metrics) in model.metrics.sorted(by: { $0.key < $1.key }) {
      for metric in Metric.allCases {
        if let value = metrics[metric] { lines.append("\(part) \(metric.rawValue): \(value)") }
      }
    }
    if case .classes(let names) = model.target {
      lines += names.enumerated().map { "class \($0.offset): \($0.element)" }
    }
    lines += model.featureNames.enumerated().map { "feature \($0.offset): \($0.element)" }
    return lines.map { "   " + CSource.comment($0) }.joined(separator: "\n")
  }

  private var meaning: String {
    switch model.target {
    case .classes: "logits, one a class"
    case .value(let mean, let deviation): "a value v, which in the unit of the data is v * \(deviation) + \(mean)"
    }
  }

  /// Takes features to the bytes of the first tensor.
  private mutating func quantizeInput() -> String {
    let quantization = network.inputTensor.quantization
    let target = "arena[\(memory.offsets[network.input]) + i]"
    let (scale, zero) = (Self.literal(quantization.scale), quantization.zeroPoint)
    var feature = "features[i]"
    if let standardization = model.standardization {
      let groups = standardization.means.count
      let means = constant("feature_means", "float", standardization.means.map(Self.literal))
      let scales = constant("feature_scales", "float", standardization.deviations.map { Self.literal(1 / $0) })
      let index = groups == 1 ? "0" : groups == network.inputTensor.shape.count ? "i" : "i % \(groups)"
      feature = "(features[i] - \(means)[\(index)]) * \(scales)[\(index)]"
    }
    return """
          for (int32_t i = 0; i < \(network.inputTensor.shape.count); ++i) {
              const float feature = \(feature);
              \(target) = \(name)_saturate(feature / \(scale), \(zero));
          }
      """
  }

  /// Adds an array and returns its name.
  mutating func constant(_ suffix: String, _ type: String, _ elements: [String]) -> String {
    var symbol = "\(name)_\(CSource.identifier(suffix))"
    while !symbols.insert(symbol).inserted { symbol += "_" }
    constants.append("static const \(type) \(symbol)[\(elements.count)] = {\n\(Self.lines(elements))\n};")
    return symbol
  }

  /// Elements with commas between them, in lines of at most a hundred characters.
  private static func lines(_ elements: [String]) -> String {
    var lines: [String] = []
    var line = "   "
    for (index, element) in elements.enumerated() {
      let piece = index + 1 < elements.count ? " \(element)," : " \(element)"
      if line.utf8.count + piece.utf8.count > 100 {
        lines.append(line)
        line = "   "
      }
      line += piece
    }
    return (lines + [line]).joined(separator: "\n")
  }

  /// A number in single precision as C writes it, from which the same number is read.
  static func literal(_ number: Float) -> String {
    let text = number.description
    return text.contains(".") || text.contains("e") ? "\(text)f" : "\(text).0f"
  }
}
