public import Graphs
import SearchSpace

extension ArchitectureBuilder {
  /// Adds a dense layer, whose weights have the bits that are asked for.
  ///
  /// - Parameters:
  ///   - x: Shape [1, in].
  ///   - units: How many outputs it has.
  ///   - name: The layer, below the scopes that it stands in.
  ///   - isLast: Whether it gives the outputs, which have no activation.
  public mutating func dense(_ x: Value, units: Int, name: String, isLast: Bool = false) throws -> Value {
    try chooseBits(of: name)
    let full = nodeName(name)
    let y = try graph.dense(x, units: units, name: full, weight: isLast ? nil : .heUniform)
    return isLast ? y : try graph.relu(y, name: "\(full).activation")
  }

  /// Adds a convolution with batch normalization and ReLU, unless these are left out, whose weights have the bits that are
  /// asked for.
  ///
  /// The window goes along an axis only as far as the image does: over the rows of a table, which are images of one column,
  /// it has one column.
  ///
  /// - Parameters:
  ///   - x: Shape [1, H, W, C].
  ///   - channels: Those of the output; nil for a depthwise convolution, which keeps them.
  ///   - kernel: The rows and columns of the window.
  ///   - stride: How far the window goes at a time.
  ///   - padding: The zeros around the image, along axes of several pixels; nil for half the window, rounded down, which
  ///     keeps the extent at stride 1 and an odd window. Where no window fits, the architecture is none.
  ///   - dilation: The step between the pixels that a window reads.
  ///   - groups: The groups of channels that are convolved each by itself; they divide both numbers of channels. A depthwise
  ///     convolution has one for each.
  ///   - name: The layer, below the scopes that it stands in.
  ///   - isNormalized: Whether batch normalization follows; else the convolution has a bias.
  ///   - isActivated: Whether ReLU follows.
  public mutating func convolution(
    _ x: Value, channels: Int?, kernel: Int, stride: Int = 1, padding: Int? = nil, dilation: Int = 1, groups: Int = 1,
    name: String, isNormalized: Bool = true, isActivated: Bool = true
  ) throws -> Value {
    let shape = graph.shape(of: x)
    guard shape.rank == 4 else {
      throw ArchitectureError(.invalidSpace, "'\(nodeName(name))' is a convolution, but its input \(shape) is no image")
    }
    try chooseBits(of: name)
    func fitting(_ number: Int, else other: Int = 1) -> Extent {
      Extent(height: shape[1] == 1 ? other : number, width: shape[2] == 1 ? other : number)
    }
    let margin = padding.map { fitting($0, else: 0) }
    if let padding {
      let reach = dilation * (kernel - 1) + 1
      for extent in shape.dimensions[1...2] where extent > 1 {
        try require(
          reach <= extent + 2 * padding,
          "'\(nodeName(name))' reaches over \(reach) by \(reach) pixels, but its input \(shape) has fewer")
      }
    }
    let full = nodeName(name)
    let y =
      if let channels {
        try graph.conv2d(
          x, channels: channels, kernel: fitting(kernel), stride: fitting(stride), padding: margin,
          dilation: fitting(dilation), groups: groups, hasBias: !isNormalized, name: full, weight: .heNormal)
      } else {
        try graph.depthwiseConv2d(
          x, kernel: fitting(kernel), stride: fitting(stride), padding: margin, dilation: fitting(dilation),
          hasBias: !isNormalized, name: full, weight: .heNormal)
      }
    let normalized = isNormalized ? try graph.batchNormalization(y, name: "\(full).norm") : y
    return isActivated ? try graph.relu(normalized, name: "\(full).activation") : normalized
  }

  /// Adds a depthwise convolution and a pointwise one (Howard et al. 2017, arXiv:1704.04861).
  public mutating func separableConvolution(
    _ x: Value, channels: Int, kernel: Int, stride: Int = 1, name: String
  ) throws -> Value {
    let filtered = try convolution(x, channels: nil, kernel: kernel, stride: stride, name: "\(name)-depthwise")
    return try convolution(filtered, channels: channels, kernel: 1, name: "\(name)-pointwise")
  }

  /// Adds the largest of each `window` by `window` pixels, along axes of several; where there are fewer, the architecture is none.
  public mutating func maxPooling(
    _ x: Value, window: Int, stride: Int? = nil, padding: Int = 0, name: String
  ) throws -> Value {
    try graph.maxPooling(x, pooling(of: x, window, stride, padding, name), name: nodeName(name))
  }

  /// Adds the mean of each `window` by `window` pixels, along axes of several; padding does not count.
  public mutating func averagePooling(
    _ x: Value, window: Int, stride: Int? = nil, padding: Int = 0, name: String
  ) throws -> Value {
    try graph.averagePooling(
      x, pooling(of: x, window, stride, padding, name), countsPadding: false, name: nodeName(name))
  }

  /// The pooling of an image, which goes along an axis only where there are several pixels, as not along the columns of a
  /// table.
  private func pooling(of x: Value, _ window: Int, _ stride: Int?, _ padding: Int, _ name: String) throws -> Pooling {
    let shape = graph.shape(of: x)
    guard shape.rank == 4 else {
      throw ArchitectureError(.invalidSpace, "'\(nodeName(name))' is a pooling, but its input \(shape) is no image")
    }
    for extent in shape.dimensions[1...2] where extent > 1 {
      try require(
        window <= extent + 2 * padding,
        "'\(nodeName(name))' pools \(window) by \(window) pixels, but its input \(shape) has fewer")
    }
    func extent(_ number: Int, else other: Int) -> Extent {
      Extent(height: shape[1] == 1 ? other : number, width: shape[2] == 1 ? other : number)
    }
    return Pooling(
      window: extent(window, else: 1), stride: extent(stride ?? window, else: 1), padding: extent(padding, else: 0))
  }

  /// Adds dropout of the builder's probability.
  public mutating func dropout(_ x: Value, name: String) throws -> Value {
    try graph.dropout(x, probability: dropoutProbability, name: nodeName(name))
  }

  /// Builds a part, and a way around it where it keeps the shape (He et al. 2016, arXiv:1512.03385).
  ///
  /// - Parameters:
  ///   - name: The sum, below the scopes that it stands in.
  ///   - x: What the part begins with.
  ///   - isChosen: Whether it is asked for, at `NAME`, whether there is the way around; else there is.
  ///   - body: Builds the part.
  /// - Returns: The sum of `x` and the part's value, or that value alone.
  public mutating func skip(
    _ name: String = "skip", around x: Value, isChosen: Bool = false,
    _ body: (inout ArchitectureBuilder) throws -> Value
  ) throws -> Value {
    try skip(name, from: x, to: try body(&self), isChosen: isChosen)
  }

  /// Adds what a part began with to what it has made, where both differ and have one shape.
  mutating func skip(_ name: String, from start: Value, to end: Value, isChosen: Bool) throws -> Value {
    guard start != end, graph.shape(of: start) == graph.shape(of: end),
      try isChosen ? suggest(.bool(name)) : true
    else { return end }
    return try graph.add(end, start, name: nodeName(name))
  }

  /// Adds the mean of each channel, and the layer that gives the outputs.
  public mutating func classifier(_ x: Value, outputWidth: Int) throws -> Value {
    let pooled = try graph.globalAveragePooling(x, name: nodeName("pooling"))
    return try dense(dropout(pooled, name: "dropout"), units: outputWidth, name: "output", isLast: true)
  }

  /// Adds a cell: nodes that each take some of the values before them, do one of some operations on each, and add the
  /// results (Zoph et al. 2018, arXiv:1707.07012).
  ///
  /// - Parameters:
  ///   - name: The cell, below the scopes that it stands in.
  ///   - inputs: What the cell works on, values of one shape.
  ///   - nodes: How many nodes there are.
  ///   - inputsPerNode: How many values each takes; as many as there are where there are fewer.
  ///   - operations: What may be done to a value, which keeps its shape.
  /// - Returns: The sum of the nodes that no other one takes.
  public mutating func cell(
    _ name: String, inputs: [Value], nodes: Int, inputsPerNode: Int,
    operations: KeyValuePairs<String, (inout ArchitectureBuilder, Value) throws -> Value>
  ) throws -> Value {
    try cell(name, inputs: inputs, nodes: nodes, inputsPerNode: inputsPerNode, among: operations.map(\.key)) {
      builder, chosen, x in
      guard let operation = operations.first(where: { $0.key == chosen })?.value else {
        throw ArchitectureError(.invalidGenome, "there is no operation '\(chosen)' in '\(name)'")
      }
      return try operation(&builder, x)
    }
  }

  /// Adds a cell whose operations have names.
  mutating func cell(
    _ name: String, inputs: [Value], nodes: Int, inputsPerNode: Int, among operations: [String],
    _ apply: (inout ArchitectureBuilder, String, Value) throws -> Value
  ) throws -> Value {
    guard nodes >= 1, !inputs.isEmpty else {
      throw ArchitectureError(.invalidSpace, "the cell '\(nodeName(name))' needs an input and a node")
    }
    return try scoped(name) { builder in
      var values = inputs
      var taken: Set<Int> = []
      for node in 1...nodes {
        let sum = try builder.scoped("node\(node)") { builder in
          let places = try builder.placeChoice(
            "inputs", of: values.count, count: min(inputsPerNode, values.count))
          taken.formUnion(places)
          return try builder.sum(
            try places.enumerated().map { number, place in
              try builder.layerChoice("operation\(number + 1)", among: operations) { builder, chosen in
                try apply(&builder, chosen, values[place])
              }.output
            })
        }
        values.append(sum)
      }
      let ends = values.indices.filter { $0 >= inputs.count && !taken.contains($0) }.map { values[$0] }
      let output = try builder.sum(ends)
      try builder.require(!inputs.contains(output), "the cell does nothing")
      return output
    }
  }

  /// Adds the sum of some values, which is the value itself where there is one; refuses to add a value to itself.
  public mutating func sum(_ values: [Value]) throws -> Value {
    guard var sum = values.first else {
      throw ArchitectureError(.invalidSpace, "there is nothing to add in '\(nodeName("sum"))'")
    }
    try require(Set(values).count == values.count, "a value is added to itself")
    for (place, value) in values.dropFirst().enumerated() {
      sum = try graph.add(sum, value, name: nodeName("sum\(place + 1)"))
    }
    return sum
  }
}
