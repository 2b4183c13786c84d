import Graphs
import SearchSpace

extension DescribedBuilding {
  /// Adds a layer behind the value that the steps hand on.
  mutating func add(_ layer: DescribedLayer, to builder: inout ArchitectureBuilder) throws {
    let usualBits = builder.bits
    defer { builder.bits = usualBits }
    if let bits = layer.bits { builder.bits = bits }
    let name = layer.name
    let title = "\(layer.kind.rawValue) '\(builder.nodeName(name))'"
    func number(_ key: DescribedLayer.Key, else usual: Int) throws -> Int {
      guard let value = layer.values[key], let bounds = key.bounds else { return usual }
      return try wholeNumber(value, "\(name)/\(key.rawValue)", in: bounds, of: title, &builder)
    }
    func realNumber(_ key: DescribedLayer.Key) throws -> Double? {
      guard let value = layer.values[key] else { return nil }
      let choice = try self.value(value, name: "\(name)/\(key.rawValue)", &builder)
      guard let number = choice.numericValue else {
        throw ArchitectureError(.invalidSpace, "\(title): \(key.rawValue) is '\(choice)' and no number")
      }
      return number
    }
    func isNormalized() throws -> Bool {
      guard let value = layer.values[.normalization] else { return true }
      let choice = try self.value(value, name: "\(name)/normalization", &builder)
      guard case .string(let text) = choice, DescribedLayer.normalizations.contains(text) else {
        throw ArchitectureError(.invalidSpace, "\(title): there is no normalization '\(choice)'")
      }
      return text == "batch"
    }
    func function(_ key: DescribedLayer.Key) throws -> Activation? {
      guard let value = layer.values[key] else { return .relu }
      let choice = try self.value(value, name: "\(name)/\(key.rawValue)", &builder)
      if choice == "none" { return nil }
      // A number is asked for where its activation is taken.
      func number(_ key: DescribedLayer.Key, else usual: Double) throws -> Double {
        try choice.description == key.activation ? realNumber(key) ?? usual : usual
      }
      guard case .string(let text) = choice,
        let activation = try Activation(
          named: text, negativeSlope: number(.negativeSlope, else: 0.01), alpha: number(.eluAlpha, else: 1))
      else {
        throw ArchitectureError(.invalidSpace, "\(title): there is no activation '\(choice)'")
      }
      return activation
    }
    try checkInput(of: layer, title, builder)
    switch layer.kind {
    case .dense:
      let units = try number(.units, else: outputWidth)
      let activation = try function(.activation)
      try checkWeights(builder.graph.shape(of: x).count, units, title)
      let y = try builder.dense(x, units: units, name: name, isLast: activation != .relu)
      x = try activated(y, activation == .relu ? nil : activation, name, &builder)
    case .convolution, .depthwise:
      let channels = layer.kind == .depthwise ? nil : try number(.channels, else: 1)
      let kernel = try number(.kernel, else: 3)
      let stride = try number(.stride, else: 1)
      let padding = layer.values[.padding] == nil ? nil : try number(.padding, else: 0)
      let dilation = try number(.dilation, else: 1)
      let groups = try number(.groups, else: 1)
      let isNormalized = try isNormalized()
      let activation = try function(.activation)
      try checkWeights(
        kernel * kernel * (channels == nil ? 1 : lastExtent(builder) / groups), channels ?? lastExtent(builder), title)
      let y = try builder.convolution(
        x, channels: channels, kernel: kernel, stride: stride, padding: padding, dilation: dilation, groups: groups,
        name: name, isNormalized: isNormalized, isActivated: activation == .relu)
      x = try activated(y, activation == .relu ? nil : activation, name, &builder)
    case .separable:
      let channels = try number(.channels, else: 1)
      let kernel = try number(.kernel, else: 3)
      let stride = try number(.stride, else: 1)
      try checkWeights(lastExtent(builder), channels, title)
      x = try builder.separableConvolution(x, channels: channels, kernel: kernel, stride: stride, name: name)
    case .maxPooling, .averagePooling:
      let window = try number(.window, else: 2)
      let stride = try number(.stride, else: window)
      let padding = try number(.padding, else: 0)
      x =
        layer.kind == .maxPooling
        ? try builder.maxPooling(x, window: window, stride: stride, padding: padding, name: name)
        : try builder.averagePooling(x, window: window, stride: stride, padding: padding, name: name)
    case .globalAveragePooling:
      x = try builder.graph.globalAveragePooling(x, name: builder.nodeName(name))
    case .batchNormalization:
      x = try builder.graph.batchNormalization(x, name: builder.nodeName(name))
    case .layerNormalization:
      x = try builder.graph.layerNormalization(x, name: builder.nodeName(name))
    case .dropout:
      let usual = builder.dropoutProbability
      defer { builder.dropoutProbability = usual }
      builder.dropoutProbability = try realNumber(.probability) ?? usual
      x = try builder.dropout(x, name: name)
    case .flatten: x = try builder.graph.flatten(x, name: builder.nodeName(name))
    case .reshape:
      let shape = builder.graph.shape(of: x)
      let (height, width) = (try number(.height, else: 1), try number(.width, else: 1))
      let channels = try number(.channels, else: max(1, shape.count / (height * width)))
      guard height * width * channels == shape.count else {
        throw ArchitectureError(
          .rejected,
          "\(title): \(height) by \(width) pixels of \(channels) channels are not the \(shape.count) numbers of \(shape)"
        )
      }
      x = try builder.graph.reshape(x, [1, height, width, channels], name: builder.nodeName(name))
    case .activation:
      if let value = layer.values[.function], try self.value(value, name: "\(name)/function", &builder) == "softmax" {
        x = try builder.graph.softmax(x, name: builder.nodeName(name))
      } else if let activation = try function(.function) {
        x = try builder.graph.activation(activation, x, name: builder.nodeName(name))
      }
    case .output:
      try checkWeights(builder.graph.shape(of: x).count, outputWidth, title)
      x = try builder.dense(x, units: outputWidth, name: name, isLast: true)
    case .classifier: x = try builder.classifier(x, outputWidth: outputWidth)
    }
  }

  /// Says what helps where a layer cannot take what it is given.
  private func checkInput(of layer: DescribedLayer, _ title: String, _ builder: ArchitectureBuilder) throws {
    let shape = builder.graph.shape(of: x)
    switch layer.kind {
    case .dense, .output:
      guard shape.rank != 2 else { return }
      throw ArchitectureError(
        .invalidSpace,
        "\(title) takes rows, but was given \(shape); put 'flatten' or 'globalAveragePooling' before it")
    case .convolution, .depthwise, .separable, .maxPooling, .averagePooling, .globalAveragePooling, .classifier:
      guard shape.rank != 4 else { return }
      throw ArchitectureError(
        .invalidSpace,
        "\(title) takes images, but was given \(shape); 'input: image' takes rows as images of one column")
    case .batchNormalization, .layerNormalization, .dropout, .flatten, .reshape, .activation: return
    }
  }

  private func activated(
    _ y: Value, _ activation: Activation?, _ name: String, _ builder: inout ArchitectureBuilder
  ) throws -> Value {
    guard let activation else { return y }
    return try builder.graph.activation(activation, y, name: "\(builder.nodeName(name)).activation")
  }

  private func lastExtent(_ builder: ArchitectureBuilder) -> Int {
    builder.graph.shape(of: x).dimensions.last ?? 1
  }

  private func checkWeights(_ inner: Int, _ outer: Int, _ title: String) throws {
    guard inner.multipliedReportingOverflow(by: outer).overflow == false, inner * outer <= Self.mostElements else {
      throw ArchitectureError(.rejected, "\(title): \(inner) by \(outer) weights are beyond all devices")
    }
  }
}
