import Spelling
import Testing

@Suite("The nearest name") struct NearestNameTests {
  private static let names = ["learningRate", "batchSize", "depth", "units", "activation", "optimizer", "momentum"]

  @Test(
    "A mistyped name finds the one that was meant",
    arguments: [
      ("learningrate", "learningRate"), ("learning_rate", "learningRate"), ("LEARNING-RATE", "learningRate"),
      ("lerningRate", "learningRate"), ("batch", "batchSize"), ("bacthSize", "batchSize"), ("dept", "depth"),
      ("unit", "units"), ("units0", "units"), ("optimiser", "optimizer"), ("activaton", "activation"),
    ])
  func found(name: String, expected: String) {
    #expect(NearestName.find(name, among: Self.names) == expected)
  }

  @Test("A name that is near to none finds none", arguments: ["lr", "x", "", "dropout", "seed", "oqt1m1zeur"])
  func notFound(name: String) {
    #expect(NearestName.find(name, among: Self.names) == nil)
  }

  @Test("One letter is not near to another one") func letters() {
    #expect(NearestName.find("x", among: ["y"]) == nil)
    #expect(NearestName.find("lr", among: ["lt"]) == "lt")
  }

  @Test("The hint names the nearest, or all") func hints() {
    #expect(NearestName.hint(for: "tep", among: ["tpe", "grid"]) == "did you mean 'tpe'?")
    #expect(NearestName.hint(for: "cmaes", among: ["tpe", "grid"]) == "expected one of tpe, grid")
    #expect(NearestName.hint(for: "cnn", among: ["mlp"]) == "expected mlp")
    #expect(NearestName.hint(for: "a", among: []) == "there is none to choose from")
  }

  @Test(
    "Distances count insertions, deletions, substitutions and swaps",
    arguments: [
      ("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 1), ("abcd", "acbd", 1), ("ca", "abc", 3),
      ("flaw", "lawn", 2),
    ])
  func distances(left: String, right: String, distance: Int) {
    #expect(NearestName.distance(left, right) == distance)
    #expect(NearestName.distance(right, left) == distance)
  }

  @Test("A swap, a deletion and a substitution of any letter are one edit") func singleEdits() {
    let name = Array("learningRate")
    for index in name.indices.dropLast() {
      var swapped = name
      swapped.swapAt(index, index + 1)
      #expect(NearestName.distance(String(swapped), String(name)) == 1)
      var shorter = name
      shorter.remove(at: index)
      #expect(NearestName.distance(String(shorter), String(name)) == 1)
      var substituted = name
      substituted[index] = "#"
      #expect(NearestName.distance(String(substituted), String(name)) == 1)
    }
  }
}
