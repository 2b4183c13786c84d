import Graphs

extension TrainedModel {
  /// The most bytes of a model's file.
  public static let largestFile = 1 << 31

  private static let format = FloatArchive.Format(signature: "hpo-modl", version: 1, name: "model")

  /// What is not an array of weights.
  private struct Document: Codable {
    var graph: Graph
    var output: String
    var weights: [String]
    var featureShape: Shape
    var featureNames: [String]
    var encoding: OneHotEncoding?
    var means: [Float]?
    var deviations: [Float]?
    var classes: [String]?
    var probabilities: ClassProbabilities?
    var mean: Double?
    var deviation: Double?
    var metrics: [String: Metrics]
    var provenance: [String: String]
    var quantization: ModelQuantization?
  }

  /// The bytes of the model's file, with a checksum.
  public func encoded() throws -> [UInt8] {
    let graph = network.graph
    let names = (graph.parameters + graph.states).map { graph[$0].name }
    var document = Document(
      graph: graph, output: graph[network.output].name, weights: names, featureShape: Shape(featureShape),
      featureNames: featureNames, encoding: encoding, means: standardization?.means,
      deviations: standardization?.deviations,
      metrics: metrics, provenance: provenance, quantization: quantization)
    switch target {
    case .classes(let names): (document.classes, document.probabilities) = (names, probabilities)
    case .value(let mean, let deviation): (document.mean, document.deviation) = (mean, deviation)
    }
    return try FloatArchive.encode(document, names.map { weights[$0] ?? [] }, as: Self.format)
  }

  /// Reads what `encoded()` returned; the graph's shapes are inferred anew and everything is checked.
  ///
  /// - Parameters:
  ///   - bytes: What it returned, or anything.
  ///   - source: What the bytes are of, for messages.
  /// - Throws: `TrainingError` of code `corrupt` where the bytes are cut off, damaged, of another version or make no sense.
  public init(decoding bytes: [UInt8], source: String = "model") throws(TrainingError) {
    let (document, arrays) = try FloatArchive.decode(bytes, as: Self.format, source: source, Document.self)
    func corrupt(_ reason: String) -> TrainingError { TrainingError(.corrupt, "\(source): \(reason)") }
    guard let output = document.graph.value(named: document.output), document.weights.count == arrays.count,
      Set(document.weights).count == arrays.count
    else { throw corrupt("the parts of the model contradict each other") }
    let target: Target
    switch (document.classes, document.mean, document.deviation) {
    case (let names?, nil, nil): target = .classes(names)
    case (nil, let mean?, let deviation?): target = .value(mean: mean, deviation: deviation)
    default: throw corrupt("the model tells neither classes nor a value, or both")
    }
    guard (document.means == nil) == (document.deviations == nil) else {
      throw corrupt("the standardization is not whole")
    }
    let standardization = document.means.map { Standardization(means: $0, deviations: document.deviations ?? []) }
    do {
      try self.init(
        network: SavedNetwork(graph: document.graph, output: output),
        weights: Dictionary(uniqueKeysWithValues: zip(document.weights, arrays)),
        featureShape: document.featureShape.dimensions, featureNames: document.featureNames,
        encoding: document.encoding, standardization: standardization, target: target,
        probabilities: document.probabilities ?? .softmax, metrics: document.metrics,
        provenance: document.provenance, quantization: document.quantization)
    } catch {
      throw corrupt("\(error)")
    }
  }

  /// Reads a model's file.
  ///
  /// - Throws: `DatasetError` where the file cannot be read; `TrainingError` of code `corrupt` where it is no model.
  public init(contentsOf path: String) throws {
    try self.init(decoding: RegularFile.read(path, atMost: Self.largestFile), source: path)
  }

  /// Writes the model's file whole or not at all.
  ///
  /// - Throws: `TrainingError` of code `fileFailure`.
  public func write(to path: String) throws {
    try RegularFile.write(encoded(), to: path)
  }
}
