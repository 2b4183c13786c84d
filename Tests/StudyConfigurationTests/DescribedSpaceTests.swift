import ArchitectureSearch
import Graphs
import OrderedCollections
import Samplers
import SearchSpace
import Testing

@testable import StudyConfiguration

/// A space made of a closure.
private struct SwiftSpace: ArchitectureSpace {
  let body: @Sendable (Value, Int, inout ArchitectureBuilder) throws -> Value

  func build(_ input: Value, outputWidth: Int, with builder: inout ArchitectureBuilder) throws -> Value {
    try body(input, outputWidth, &builder)
  }
}

@Suite("Described spaces of architectures")
struct DescribedSpaceTests {
  /// The space that a description makes.
  private func described(_ steps: String, options: String = "") throws -> any ArchitectureSpace {
    let text = """
      objective: {data: digits, metric: accuracy}
      architecture:
        \(options)
        space:
      \(steps.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
      """
    let configuration = try read(text)
    return try #require(configuration.objective?.training?.architecture?.space.space)
  }

  /// Random architectures of either space are those of the other: the same choices and hashes, and the same networks.
  private func expectEqual(
    _ described: any ArchitectureSpace, _ written: any ArchitectureSpace, shapes: [[Int]] = [[8, 8, 1]],
    hasEqualNames: Bool = true, count: Int = 40
  ) throws {
    for (space, other) in [(described, written), (written, described)] {
      for shape in shapes {
        for seed in 0..<count {
          var generator = Draw(seed: UInt64(seed), number: 0).generator(for: "test")
          let one = try space.randomArchitecture(featureShape: shape, outputWidth: 10, using: &generator)
          let two = try other.architecture(one.genome, featureShape: shape, outputWidth: 10)
          #expect(one.genome.hash == two.genome.hash)
          #expect(one.weightBits == two.weightBits)
          if hasEqualNames { #expect(one.graph == two.graph) }
          #expect(one.footprint.flashBytes == two.footprint.flashBytes)
          #expect(one.footprint.peakActivationBytes == two.footprint.peakActivationBytes)
          #expect(one.footprint.multiplyAccumulates == two.footprint.multiplyAccumulates)
        }
      }
    }
  }

  @Test("The ready space of perceptrons can be described")
  func perceptron() throws {
    let space = try described(
      """
      - repeat:
          name: layer
          count: 0..3
          steps:
          - let: {units: {int: 16..128, step: 16}}
          - dense: {units: units}
          - dropout
      - output
      """, options: "{bits: [2, 4, 8], dropout: 0.1, input: row}".unbraced)
    try expectEqual(
      space, PerceptronSpace(depth: .range(0...3), bits: [2, 4, 8], dropout: 0.1), shapes: [[8, 8, 1], [13]])
  }

  @Test("The ready space of convolution networks can be described")
  func convolutional() throws {
    let space = try described(
      """
      - repeat:
          name: block
          count: 1..4
          steps:
          - let: {channels: {int: 8..32, step: 8}, kernel: [3, 5], reduction: [none, stride, maximum]}
          - let: {stride: "if(reduction == 'stride', 2, 1)"}
          - if:
              that: block.index > 1
              then:
              - let: {convolution: [full, separable]}
              - if:
                  that: convolution == 'separable'
                  then: [{separable: {name: conv, channels: channels, kernel: kernel, stride: stride}}]
                  else: [{convolution: {name: conv, channels: channels, kernel: kernel, stride: stride}}]
              else:
              - convolution: {name: conv, channels: channels, kernel: kernel, stride: stride}
          - if: {that: reduction == 'maximum', then: [{maxPooling: {name: pooling, window: 2}}]}
      - let: {head: [mean, flatten]}
      - if:
          that: head == 'mean'
          then: [classifier]
          else: [{flatten: {name: flat}}, dropout, output]
      """, options: "{input: image, bits: [4, 8]}".unbraced)
    try expectEqual(space, ConvolutionalSpace(bits: [4, 8]), shapes: [[8, 8, 1], [28, 28, 1], [13]])
  }

  @Test("The ready space of inverted residuals can be described")
  func invertedResidual() throws {
    let space = try described(
      """
      - convolution: {name: stem, channels: [8, 16, 24], stride: [1, 2]}
      - repeat:
          name: stage
          count: 1..3
          steps:
          - let: {width: {int: 8..40, step: 8}, stride: [1, 2]}
          - repeat:
              name: block
              count: 1..3
              steps:
              - let: {kernel: [3, 5], expansion: [1, 2, 4]}
              - skip:
                  choice: true
                  steps:
                  - if:
                      that: expansion > 1
                      then: [{convolution: {name: expand, channels: x.channels * expansion, kernel: 1}}]
                  - depthwise: {kernel: kernel, stride: "if(block.index == 1, stride, 1)"}
                  - convolution: {name: project, channels: width, kernel: 1, activation: none}
      - classifier
      """, options: "{dropout: 0.2}".unbraced)
    try expectEqual(
      space, InvertedResidualSpace(dropout: 0.2), shapes: [[8, 8, 1], [28, 28, 1]], hasEqualNames: false)
  }

  @Test("The ready space of cells can be described")
  func cells() throws {
    let space = try described(
      """
      - let: {channels: [8, 12, 16], nodes: 2..4}
      - convolution: {name: stem, channels: channels}
      - repeat:
          name: stage
          count: 1..2
          steps:
          - if:
              that: stage.index > 1
              then: [{convolution: {name: reduction, channels: channels * 2 ** (stage.index - 1), stride: 2}}]
          - repeat:
              name: /cells
              count: 1..2
              shared: true
              steps:
              - cell:
                  nodes: nodes
                  inputsPerNode: 2
                  operations:
                    skip: []
                    conv1x1: [{convolution: {name: conv, channels: x.channels, kernel: 1}}]
                    conv3x3: [{convolution: {name: conv, channels: x.channels}}]
                    separable3x3: [{separable: {name: conv, channels: x.channels}}]
                    maxPooling3x3: [{maxPooling: {name: pooling, window: 3, stride: 1, padding: 1}}]
      - classifier
      """)
    try expectEqual(space, CellSpace(), shapes: [[8, 8, 1], [28, 28, 1]])
  }

  @Test("Choices of all kinds, tied ones, optional parts, choices of layers and of inputs are those of Swift")
  func constructs() throws {
    let space = try described(
      """
      - let: {kernel: {choice: [3, 5], tie: kernel}, rate: {float: 0..0.5}, wide: bool, count: 1..2}
      - scope:
          name: body
          steps:
          - convolution:
              name: conv
              channels: {int: 8..16, log: true}
              kernel: {choice: [3, 5], tie: kernel}
              bits: [2, 8]
          - keep: a
          - layerChoice:
              name: op
              layers:
                large: [{convolution: {channels: x.channels, kernel: kernel}}]
                small: [{convolution: {channels: x.channels, kernel: 1}}]
                none: []
          - keep: b
          - optional: {name: more, steps: [{convolution: {channels: x.channels, activation: [relu, relu6, none]}}]}
          - keep: c
          - inputChoice: {name: inputs, count: 2, from: [a, b, c]}
          - if: {that: op == 'large' and more, then: [{activation: {name: end, function: tanh}}], else: []}
          - repeat: {name: block, count: count, shared: true, steps: [{depthwise: {kernel: [3, 5]}}]}
          - keep: d
      - averagePooling
      - globalAveragePooling
      - dropout: rate
      - require: {that: kernel < 5 or wide, because: large windows need wide layers}
      - dense: "if(wide, 32, 16)"
      - dense: {name: last, units: 8, activation: tanh}
      - output
      """, options: "{bits: 4}".unbraced)
    let written = SwiftSpace { x, outputWidth, builder in
      builder.bits = 4
      let kernel = try builder.suggest(.choice("/kernel", [3, 5] as [Choice])).wholeNumber ?? 0
      let rate = try builder.suggest(.float("rate", 0...0.5))
      let wide = try builder.suggest(.bool("wide"))
      let count = try builder.suggest("count", .range(1...2))
      var x = x
      var chosen = ""
      try builder.scoped("body") { builder in
        let channels = try builder.suggest(.int("conv/channels", 8...16, log: true))
        builder.bits = [2, 8]
        x = try builder.convolution(x, channels: channels, kernel: kernel, name: "conv")
        builder.bits = 4
        let a = x
        x = try builder.layerChoice(
          "op",
          [
            "large": { builder in
              chosen = "large"
              return try builder.convolution(a, channels: channels, kernel: kernel, name: "convolution")
            }, "small": { try $0.convolution(a, channels: channels, kernel: 1, name: "convolution") },
            "none": { _ in a },
          ])
        let b = x
        let c = try builder.optional("more") { builder in
          let activation = try builder.suggest(.choice("convolution/activation", ["relu", "relu6", "none"]))
          let y = try builder.convolution(
            b, channels: channels, kernel: 3, name: "convolution", isActivated: activation == "relu")
          let name = "\(builder.nodeName("convolution")).activation"
          return activation == "relu6" ? try builder.graph.activation(.relu6, y, name: name) : y
        }
        let taken = try builder.inputChoice("inputs", from: [a, b, c ?? b], count: 2)
        x = try builder.graph.add(taken[0], taken[1], name: builder.nodeName("inputs"))
        if chosen == "large" && c != nil { x = try builder.graph.tanh(x, name: builder.nodeName("end")) }
        try builder.repeated("block", WholeNumbers([count]), shared: true) { builder, _ in
          let kernel = try builder.suggest("depthwise/kernel", [3, 5])
          x = try builder.convolution(x, channels: nil, kernel: kernel, name: "depthwise")
        }
      }
      x = try builder.averagePooling(x, window: 2, name: "averagePooling")
      x = try builder.graph.globalAveragePooling(x, name: "globalAveragePooling")
      x = try builder.graph.dropout(x, probability: rate, name: "dropout")
      try builder.require(kernel < 5 || wide, "large windows need wide layers")
      x = try builder.dense(x, units: wide ? 32 : 16, name: "dense")
      x = try builder.graph.tanh(builder.dense(x, units: 8, name: "last", isLast: true), name: "last.activation")
      return try builder.dense(x, units: outputWidth, name: "output", isLast: true)
    }
    try expectEqual(space, written, count: 150)
    let names = Set(
      try (0..<150).flatMap { seed in
        var generator = Draw(seed: UInt64(seed), number: 1).generator(for: "test")
        return try space.randomArchitecture(featureShape: [8, 8, 1], outputWidth: 10, using: &generator).genome.choices
          .keys
      })
    #expect(
      names == [
        "kernel", "rate", "wide", "count", "body/conv/channels", "body/conv/bits", "body/op", "body/more",
        "body/more/convolution/activation", "body/inputs", "body/block/depthwise/kernel",
      ])
  }

  @Test("Branches are joined, and steps go on from kept values")
  func branches() throws {
    let space = try described(
      """
      - convolution: {name: stem, channels: 4}
      - keep: stem
      - convolution: {name: left, channels: 6}
      - keep: left
      - take: stem
      - convolution: {name: right, channels: 6, kernel: 1}
      - keep: right
      - add: [left, right]
      - keep: sum
      - concatenate: {of: [sum, stem], name: all}
      - activation: hardSwish
      - classifier
      """)
    let architecture = try space.architecture(Genome([:]), featureShape: [8, 8, 1], outputWidth: 10)
    let graph = architecture.graph
    let all = try #require(graph.value(named: "all"))
    #expect(graph.shape(of: all) == [1, 8, 8, 10])
    #expect(graph[all].inputs.map { graph[$0].name } == ["add", "stem.activation"])
    let sum = try #require(graph.value(named: "add"))
    #expect(graph[sum].inputs.map { graph[$0].name } == ["left.activation", "right.activation"])
  }

  @Test("Paddings, what follows a convolution, reshapes and softmax are those of Swift")
  func convolutions() throws {
    let space = try described(
      """
      - let: {height: [4, 8, 16]}
      - reshape: {height: height, width: 32 // height}
      - convolution: {channels: 8, kernel: [3, 5], stride: 2, padding: 0..2, normalization: [batch, none]}
      - depthwise: {padding: 1, normalization: none, activation: none}
      - batchNormalization
      - activation: [softmax, tanh]
      - flatten
      - reshape: {name: rows, height: 2, channels: {choice: [4, 8, 16, 32]}}
      - classifier
      """)
    let written = SwiftSpace { x, outputWidth, builder in
      let height = try builder.suggest("height", [4, 8, 16])
      var x = try builder.graph.reshape(x, [1, height, 32 / height, 2], name: "reshape")
      let kernel = try builder.suggest("convolution/kernel", [3, 5])
      let padding = try builder.suggest("convolution/padding", .range(0...2))
      let normalization = try builder.suggest(.choice("convolution/normalization", ["batch", "none"]))
      x = try builder.convolution(
        x, channels: 8, kernel: kernel, stride: 2, padding: padding, name: "convolution",
        isNormalized: normalization == "batch")
      x = try builder.convolution(
        x, channels: nil, kernel: 3, padding: 1, name: "depthwise", isNormalized: false, isActivated: false)
      x = try builder.graph.batchNormalization(x, name: "batchNormalization")
      let function = try builder.suggest(.choice("activation/function", ["softmax", "tanh"]))
      x =
        function == "softmax"
        ? try builder.graph.softmax(x, name: "activation") : try builder.graph.tanh(x, name: "activation")
      x = try builder.graph.flatten(x, name: "flatten")
      let channels = try builder.suggest(.choice("rows/channels", [4, 8, 16, 32] as [Choice])).wholeNumber ?? 0
      let count = builder.graph.shape(of: x).count
      try builder.require(count == 2 * channels, "as many numbers as there are")
      x = try builder.graph.reshape(x, [1, 2, 1, channels], name: "rows")
      return try builder.classifier(x, outputWidth: outputWidth)
    }
    try expectEqual(space, written, count: 60)
  }

  @Test("Normalizations, groups, dilations, products and the numbers of activations are those of Swift")
  func layers() throws {
    let space = try described(
      """
      - convolution: {name: stem, channels: 8, activation: [leakyReLU, elu, relu], negativeSlope: 0.1..0.4, eluAlpha: 0.5}
      - layerNormalization
      - keep: a
      - convolution: {name: grouped, channels: 8, groups: [1, 2, 4], dilation: 1..3}
      - depthwise: {dilation: [1, 2], activation: elu, eluAlpha: [0.5, 2]}
      - keep: b
      - let: {left: bool}
      - if: {that: left, then: [{multiply: [a, b]}], else: [{inputChoice: {from: [a, b], count: 2, join: product}}]}
      - globalAveragePooling
      - dense: {units: 6, activation: leakyReLU, negativeSlope: "if(left, 0.2, 0.3)"}
      - layerNormalization: {name: last}
      - activation: {function: leakyReLU, negativeSlope: 0.5}
      - output
      """)
    let written = SwiftSpace { x, outputWidth, builder in
      let name = try builder.suggest(.choice("stem/activation", ["leakyReLU", "elu", "relu"]))
      let slope = name == "leakyReLU" ? try builder.suggest(.float("stem/negativeSlope", 0.1...0.4)) : 1
      let stem = try builder.convolution(x, channels: 8, kernel: 3, name: "stem", isActivated: name == "relu")
      var x = stem
      if name != "relu" {
        x = try builder.graph.activation(
          name == "elu" ? .elu(alpha: 0.5) : .leakyReLU(slope: slope), stem, name: "stem.activation")
      }
      let a = try builder.graph.layerNormalization(x, name: "layerNormalization")
      let dilation = try builder.suggest("grouped/dilation", .range(1...3))
      let groups = try builder.suggest("grouped/groups", [1, 2, 4])
      x = try builder.convolution(a, channels: 8, kernel: 3, dilation: dilation, groups: groups, name: "grouped")
      let wide = try builder.suggest("depthwise/dilation", [1, 2])
      let alpha = try builder.suggest(.choice("depthwise/eluAlpha", [0.5, 2] as [Choice])).numericValue ?? 0
      x = try builder.convolution(x, channels: nil, kernel: 3, dilation: wide, name: "depthwise", isActivated: false)
      let b = try builder.graph.activation(.elu(alpha: alpha), x, name: "depthwise.activation")
      let left = try builder.suggest(.bool("left"))
      x = try builder.graph.multiply(a, b, name: left ? "multiply" : "inputs")
      x = try builder.graph.globalAveragePooling(x, name: "globalAveragePooling")
      x = try builder.dense(x, units: 6, name: "dense", isLast: true)
      x = try builder.graph.activation(.leakyReLU(slope: left ? 0.2 : 0.3), x, name: "dense.activation")
      x = try builder.graph.layerNormalization(x, name: "last")
      x = try builder.graph.activation(.leakyReLU(slope: 0.5), x, name: "activation")
      return try builder.dense(x, units: outputWidth, name: "output", isLast: true)
    }
    try expectEqual(space, written, count: 60)
  }

  @Test("A constraint that does not hold has others drawn, and its reason is told where none holds")
  func constraints() throws {
    let space = try described(
      """
      - flatten
      - let: {width: 1..10}
      - require: width == 7
      - dense: width
      - output
      """)
    for seed in 0..<5 {
      var generator = Draw(seed: UInt64(seed), number: 0).generator(for: "test")
      let found = try space.randomArchitecture(featureShape: [8, 8, 1], outputWidth: 10, using: &generator)
      #expect(found.genome.choices == ["width": 7])
    }
    let error = #expect(throws: ArchitectureError.self) {
      try space.architecture(Genome(["width": 6]), featureShape: [8, 8, 1], outputWidth: 10)
    }
    #expect(error?.code == .rejected && error?.message == "'width == 7' does not hold")
  }

  @Test("An architecture that fails names the node by its path, and the step by its place")
  func places() throws {
    let space = try described(
      """
      - repeat:
          name: block
          count: 1..6
          steps:
          - convolution: {channels: 4}
          - keep: before
          - maxPooling: {window: 3, stride: 2}
          - if: {that: block.index == 2, then: [{keep: now}, {add: [before, now]}]}
      - classifier
      """)
    let error = #expect(throws: ArchitectureError.self) {
      try space.architecture(Genome(["block/count": 2]), featureShape: [8, 8, 1], outputWidth: 10)
    }
    #expect(error?.code == .rejected)
    #expect(
      error?.message
        == "add 'block2/add' takes two values of one shape, but was given shapes 1x3x3x4, 1x1x1x4")
    #expect(error?.place == SourcePlace(line: 12, column: 59))
  }

  @Test("Growth without bounds is refused, and ends")
  func growth() throws {
    for steps in [
      // Each concatenation doubles the channels.
      "- repeat: {name: r, count: 64, steps: [{keep: a}, {activation: relu}, {keep: b}, {concatenate: [a, b]}]}\n- classifier",
      "- repeat: {name: a, count: 64, steps: [{repeat: {name: b, count: 64, steps: [{flatten: }]}}]}\n- output",
      "- convolution: {channels: 4096, kernel: 31}\n- convolution: {name: more, channels: 4096, kernel: 31}\n- classifier",
    ] {
      let error = #expect(throws: ConfigurationError.self) { try described(steps) }
      #expect(error?.mistakes.count == 1)
      #expect(error?.mistakes.first?.message.hasPrefix("architecture: ") == true)
    }
  }
}

extension String {
  /// `{a: 1, b: 2}` as members of the mapping around it.
  fileprivate var unbraced: String {
    var depth = 0
    return dropFirst().dropLast().map { character in
      depth += character == "[" ? 1 : character == "]" ? -1 : 0
      return character == "," && depth == 0 ? "\n " : String(character)
    }.joined()
  }
}
