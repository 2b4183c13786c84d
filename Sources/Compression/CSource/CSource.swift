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
      /* Bytes of constants beside them: the figures that standardize the features. */
      #define \(upper)_STANDARDIZATION_BYTES \(model.standardization?.constantBytes ?? 0)
      /* Bytes of memory that the functions work in. */
      #define \(upper)_ARENA_BYTES \(memory.count)
      /* real = scale * (byte - zero point) */
      #define \(upper)_OUTPUT_SCALE \(Self.literal(network.outputTensor.quantization.scale))
      #define \(upper)_OUTPUT_ZERO_POINT \(network.outputTensor.quantization.zeroPoint)

      #ifdef __cplusplus
      extern "C" {
      #endif

      /* Computes one sample. Features come as in the data, not standardized, images row by row with their channels
         last. The bytes of the output stand for \(meaning). */
      void \(name)_infer(const float *features, uint8_t *output, uint8_t *arena);

      /* The same in two parts, without memory for the features: one of them goes to its byte in the arena, and once all are
         there, the sample is computed, after which all are to be set anew. */
      void \(name)_set_feature(int32_t i, float feature, uint8_t *arena);
      void \(name)_run(uint8_t *output, uint8_t *arena);

      \(answer.declaration)

      #ifdef __cplusplus
      }
      #endif

      #endif

      #if defined(\(upper)_IMPLEMENTATION) && !defined(\(upper)_IMPLEMENTED)
      #define \(upper)_IMPLEMENTED

      #ifdef __FAST_MATH__
      #error "compile \(name) without -ffast-math, with which some bytes would be others"
      #endif

      #include <math.h>
      #include <string.h>

      \(constants.joined(separator: "\n\n"))

      \(functions)

      \(answer.definition)

      void \(name)_set_feature(int32_t i, float feature, uint8_t *arena)
      {
      \(quantization)
      }

      void \(name)_run(uint8_t *output, uint8_t *arena)
      {
      \(calls.joined(separator: "\n"))
          memcpy(output, arena + \(memory.offsets[network.output]), \(network.outputTensor.shape.count));
      }

      void \(name)_infer(const float *features, uint8_t *output, uint8_t *arena)
      {
          for (int32_t i = 0; i < \(upper)_INPUT_COUNT; ++i) {
              \(name)_set_feature(i, features[i], arena);
          }
          \(name)_run(output, arena);
      }

      #endif

      """
  }

  /// The function that makes an answer of the bytes of an output.
  private var answer: (declaration: String, definition: String) {
    let upper = name.uppercased()
    switch model.target {
    case .classes:
      let head = "int32_t \(name)_largest(const uint8_t *output)"
      return (
        "/* The index of the largest of the outputs, the first of equal ones. */\n\(head);",
        """
        \(head)
        {
            int32_t best = 0;
            for (int32_t i = 1; i < \(upper)_OUTPUT_COUNT; ++i) {
                if (output[i] > output[best]) {
                    best = i;
                }
            }
            return best;
        }
        """
      )
    case .value(let mean, let deviation):
      let head = "float \(name)_value(const uint8_t *output)"
      return (
        "/* The value in the unit of the data. */\n\(head);",
        """
        \(head)
        {
            const float standardized = \(upper)_OUTPUT_SCALE * (float)((int32_t)output[0] - \(upper)_OUTPUT_ZERO_POINT);
            return fmaf(standardized, \(Self.literal(Float(deviation))), \(Self.literal(Float(mean))));
        }
        """
      )
    }
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

  /// Takes a feature to its byte of the first tensor.
  private mutating func quantizeInput() -> String {
    let quantization = network.inputTensor.quantization
    let (scale, zero) = (Self.literal(quantization.scale), quantization.zeroPoint)
    var feature = "feature"
    if let standardization = model.standardization {
      let groups = standardization.means.count
      let means = standardization.means.map(Self.literal)
      let scales = standardization.deviations.map { Self.literal(1 / $0) }
      if groups == 1 {
        feature = "(feature - \(means[0])) * \(scales[0])"
      } else {
        let index = groups == network.inputTensor.shape.count ? "i" : "i % \(groups)"
        feature =
          "(feature - \(constant("feature_means", "float", means))[\(index)]) * "
          + "\(constant("feature_scales", "float", scales))[\(index)]"
      }
    }
    return """
          const float standardized = \(feature);
          arena[\(memory.offsets[network.input]) + i] = \(name)_saturate(standardized / \(scale), \(zero));
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
