import Graphs
import OrderedCollections
import Samplers
import SearchSpace
import Testing

@testable import ArchitectureSearch

@Suite("Architecture builder")
struct ArchitectureBuilderTests {
  /// A space made of a closure.
  struct Space: ArchitectureSpace {
    let body: @Sendable (Value, inout ArchitectureBuilder) throws -> Value

    func build(_ input: Value, outputWidth: Int, with builder: inout ArchitectureBuilder) throws -> Value {
      let x = try body(input, &builder)
      return try builder.dense(builder.graph.flatten(x), units: outputWidth, name: "output", isLast: true)
    }

    /// What a builder asks for when each answer is the lowest, but for given ones.
    func asked(_ given: OrderedDictionary<String, Choice> = [:]) throws -> [String] {
      var names: [String] = []
      _ = try architecture(featureShape: [4, 4, 2], outputWidth: 3) { name, distribution in
        names.append(name)
        return try given[name] ?? distribution.external(distribution.value(atQuantile: 0))
      }
      return names
    }
  }

  @Test("Names of choices have the paths of their scopes, and a name that is asked for twice is one choice")
  func paths() throws {
    let space = Space { x, builder in
      let width = try builder.suggest("width", [2, 4])
      #expect(try builder.suggest("width", [2, 4]) == width)
      try builder.scoped("body") { builder in
        try builder.repeated("block", [1, 2]) { builder, _ in
          _ = try builder.suggest(.bool("skip"))
          _ = try builder.suggest(.float("rate", 0...1))
        }
      }
      return x
    }
    #expect(try space.asked() == ["width", "body/block/count", "body/block1/skip", "body/block1/rate"])
    #expect(
      try space.asked(["body/block/count": 2]) == [
        "width", "body/block/count", "body/block1/skip", "body/block1/rate", "body/block2/skip", "body/block2/rate",
      ])
  }

  @Test("A way around a part is there, or is asked for, only where the part keeps the shape and does something")
  func skip() throws {
    func space(_ channels: Int, isChosen: Bool, isEmpty: Bool = false) -> Space {
      Space { x, builder in
        try builder.skip(around: x, isChosen: isChosen) { builder in
          isEmpty ? x : try builder.convolution(x, channels: channels, kernel: 3, name: "conv")
        }
      }
    }
    func sums(_ space: Space, _ choices: OrderedDictionary<String, Choice> = [:]) throws -> Int {
      let graph = try space.architecture(Genome(choices), featureShape: [4, 4, 2], outputWidth: 3).graph
      return graph.values.filter { graph[$0].operation == .add }.count
    }
    #expect(try space(2, isChosen: false).asked() == [] && sums(space(2, isChosen: false)) == 1)
    #expect(try sums(space(3, isChosen: false)) == 0 && sums(space(2, isChosen: false, isEmpty: true)) == 0)
    #expect(try space(2, isChosen: true).asked() == ["skip"] && space(3, isChosen: true).asked() == [])
    #expect(try sums(space(2, isChosen: true), ["skip": true]) == 1)
    #expect(try sums(space(2, isChosen: true), ["skip": false]) == 0)
  }

  @Test("Shared repetitions and names with a slash ask once for all")
  func ties() throws {
    let space = Space { x, builder in
      try builder.repeated("own", [2, 3]) { builder, _ in _ = try builder.suggest("/kernel", [3, 5]) }
      try builder.repeated("block", [2, 3], shared: true) { builder, _ in _ = try builder.suggest("width", [3, 5]) }
      return x
    }
    #expect(try space.asked() == ["own/count", "kernel", "block/count", "block/width"])
  }

  @Test("A choice of one value is none")
  func single() throws {
    let space = Space { x, builder in
      let width = try builder.suggest("width", 7)
      #expect(width == 7)
      return x
    }
    #expect(try space.asked() == [])
  }

  @Test("One name for two choices is an error that names it")
  func twice() throws {
    let space = Space { x, builder in
      _ = try builder.suggest("width", [2, 4])
      _ = try builder.suggest("width", [2, 8])
      return x
    }
    let error = #expect(throws: ArchitectureError.self) { try space.asked() }
    #expect(error?.code == .invalidSpace && error?.message.contains("'width'") == true)
  }

  @Test("Layer choices and optional parts ask for what is in them, and for nothing else")
  func conditions() throws {
    let space = Space { x, builder in
      let y = try builder.layerChoice(
        "layer",
        [
          "wide": { try $0.convolution(x, channels: $0.suggest("channels", [4, 8]), kernel: 3, name: "conv") },
          "none": { _ in x },
        ])
      return try builder.optional("more") { builder in
        try builder.convolution(y, channels: builder.suggest("channels", [2, 4]), kernel: 1, name: "conv")
      } ?? y
    }
    #expect(try space.asked(["layer": "wide"]) == ["layer", "layer/channels", "more"])
    #expect(try space.asked(["layer": "none"]) == ["layer", "more"])
    #expect(try space.asked(["layer": "none", "more": true]) == ["layer", "more", "more/channels"])
  }

  @Test("Inputs are chosen k of n, each selection once")
  func inputs() throws {
    let space = Space { x, builder in
      let values = try (0..<4).map { try builder.graph.relu(x, name: "v\($0)") }
      let chosen = try builder.inputChoice("inputs", from: values, count: 2)
      return try builder.sum(chosen)
    }
    var distribution: Distribution?
    let architecture = try space.architecture(featureShape: [4, 4, 2], outputWidth: 3) { _, asked in
      distribution = asked
      return "1+3"
    }
    guard case .categorical(let choices) = distribution else { return #expect(Bool(false)) }
    #expect(choices.choices == ["0+1", "0+2", "0+3", "1+2", "1+3", "2+3"])
    let sum = try #require(architecture.graph.value(named: "sum1"))
    #expect(architecture.graph[sum].inputs.map { architecture.graph[$0].name } == ["v1", "v3"])
  }

  @Test("A constraint that does not hold has others drawn, and is an error where none holds")
  func constraints() throws {
    let picky = Space { x, builder in
      let width = try builder.suggest("width", .range(1...10))
      try builder.require(width == 7, "only a width of 7")
      return x
    }
    var generator = Draw(seed: 1, number: 0).generator(for: "test")
    let found = try picky.randomArchitecture(featureShape: [4, 4, 2], outputWidth: 3, using: &generator)
    #expect(found.genome.choices == ["width": 7])
    let impossible = Space { x, builder in
      _ = try builder.suggest("width", .range(1...10))
      try builder.require(false, "nothing will do")
      return x
    }
    let error = #expect(throws: ArchitectureError.self) {
      try impossible.randomArchitecture(featureShape: [4, 4, 2], outputWidth: 3, using: &generator)
    }
    #expect(error?.code == .rejected && error?.message.contains("nothing will do") == true)
  }

  @Test("A pooling that is larger than the image with its padding is no architecture; an axis of one pixel has none")
  func pooling() throws {
    for (window, padding, isPossible) in [(4, 0, true), (5, 0, false), (6, 1, true), (7, 1, false)] {
      for isMaximum in [true, false] {
        let space = Space { x, builder in
          isMaximum
            ? try builder.maxPooling(x, window: window, padding: padding, name: "pool")
            : try builder.averagePooling(x, window: window, padding: padding, name: "pool")
        }
        let architecture = { (shape: [Int]) throws in
          try space.architecture(featureShape: shape, outputWidth: 3) { _, _ in 0 }
        }
        if isPossible {
          _ = try architecture([4, 4, 2])
        } else {
          let error = #expect(throws: ArchitectureError.self) { try architecture([4, 4, 2]) }
          #expect(error?.code == .rejected && error?.message.contains("'pool' pools \(window) by \(window)") == true)
        }
        _ = try architecture([9, 1, 2])
      }
    }
  }

  @Test("The bits of weights are choices of each layer, and are known by the weight")
  func bits() throws {
    let space = Space { x, builder in
      builder.bits = [2, 4, 8]
      return try builder.scoped("block") { try $0.convolution(x, channels: 4, kernel: 3, name: "conv") }
    }
    #expect(try space.asked() == ["block/conv/bits", "output/bits"])
    let architecture = try space.architecture(
      Genome(["block/conv/bits": 2, "output/bits": 8]), featureShape: [4, 4, 2], outputWidth: 3)
    #expect(architecture.weightBits == ["block/conv.weight": 2])
  }

  @Test("A genome that lacks a choice, has one too many or a wrong value is an error that names it")
  func genomes() throws {
    let space = Space { x, builder in
      _ = try builder.suggest("width", [2, 4])
      return x
    }
    func message(_ choices: OrderedDictionary<String, Choice>) -> String {
      let error = #expect(throws: ArchitectureError.self) {
        try space.architecture(Genome(choices), featureShape: [4, 4, 2], outputWidth: 3)
      }
      return error?.message ?? ""
    }
    #expect(message([:]).contains("says nothing of 'width'"))
    #expect(message(["width": 2, "depth": 1]).contains("'depth'"))
    #expect(message(["width": 3]).contains("cannot be 3"))
  }
}
