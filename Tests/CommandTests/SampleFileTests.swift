import Foundation
import Testing

/// Models on files of all kinds that samples come in.
@Suite("hpo predict and evaluate on files")
struct SampleFileTests {
  @Test("take columns of texts as they come, and tell categories that the model does not know")
  func categories() throws {
    try Command.inFolder { command in
      let cities = ["Bern", "Oslo", "Rome"]
      let rows = (0..<150).map { row in
        "\(row % 7),\(cities[row % 3]),\(row % 2 == 0 ? "new" : "old"),\(10 * (row % 3) + row % 7)"
      }
      try command.write("size,city,state,price\n" + rows.joined(separator: "\n"), to: "homes.csv")
      try command.write(
        """
        study: homes
        direction: minimize
        objective:
          data: {csv: homes.csv, target: price, categoricalColumns: [city, state]}
          network: mlp
          depth: 0
          epochs: 150
          learningRate: 0.05
          metric: rmse
        space:
          batchSize: {int: 16..64}
        """, to: "homes.yaml")
      let plain = try command.hpo("train", "--config", "homes.yaml", "--output", "m.hpo")
      #expect(plain.status == 0, "\(plain.errors)")
      let measured = try #require(try command.json("evaluate", "m.hpo", "--config", "homes.yaml") as? [String: Any])
      #expect(measured["r2"] as? Double ?? 0 > 0.99)
      let all = try #require(try command.json("evaluate", "m.hpo", "--data", "homes.csv") as? [String: Any])
      #expect(all["r2"] as? Double ?? 0 > 0.99)
      try command.write("state,city,size\nnew,Oslo,3\nold,Paris,3\nold,Paris,3\nnew,Bern,3\n", to: "new.csv")
      let result = try command.hpo("predict", "m.hpo", "--data", "new.csv", "--format", "csv")
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.errors.contains("\"Paris\" of the column \"city\""), "\(result.errors)")
      #expect(result.errors.contains("2 samples") && !result.errors.contains("Oslo"), "\(result.errors)")
      // The lines of a CSV file end with "\r\n", which is a single character.
      let predictions = result.output.split(whereSeparator: \.isNewline).dropFirst().compactMap {
        $0.split(separator: ",").last.flatMap { Double($0) }
      }
      try #require(predictions.count == 4)
      #expect(abs(predictions[0] - 13) < 0.5 && abs(predictions[3] - 3) < 0.5, "\(predictions)")
      #expect(try command.hpo("optimize", "--config", "homes.yaml", "--trials", "2").status == 0)
    }
  }

  /// An NPY file of 32-bit numbers.
  static func npy(_ numbers: [Float], _ shape: String) -> Data {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(shape)), }"
    var data = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, UInt8(header.utf8.count), 0]) + Data(header.utf8)
    for number in numbers { withUnsafeBytes(of: number.bitPattern.littleEndian) { data.append(contentsOf: $0) } }
    return data
  }

  /// An IDX file of bytes.
  static func idx(_ numbers: [UInt8], _ shape: [Int]) -> Data {
    Data([0, 0, 8, UInt8(shape.count)]) + Data(shape.flatMap { [0, 0, UInt8($0 >> 8), UInt8($0 & 255)] })
      + Data(numbers)
  }

  @Test("take arrays of NumPy and IDX files, and number classes by their names")
  func arrays() throws {
    try Command.inFolder { command in
      // Images of 2 x 2 pixels, bright above for class 3 and below for class 7.
      let labels = (0..<120).map { $0 % 2 == 0 ? 3 : 7 }
      let pixels = labels.enumerated().flatMap { row, label in
        let (bright, dark) = (UInt8(150 + row % 90), UInt8(row % 40))
        return label == 3 ? [bright, bright, dark, dark] : [dark, dark, bright, bright]
      }
      func write(_ data: Data, _ name: String) throws { try data.write(to: command.folder.appending(path: name)) }
      try write(Self.npy(pixels.map { Float($0) }, "120, 2, 2"), "images.npy")
      try write(Self.npy(labels.map { Float($0) }, "120,"), "labels.npy")
      try write(Self.npy(Array(repeating: 3, count: 120), "120,"), "threes.npy")
      try write(Self.idx(pixels, [120, 2, 2]), "images-idx3-ubyte")
      try write(Self.idx(labels.map { UInt8($0) }, [120]), "labels-idx1-ubyte")
      try command.write(
        """
        study: images
        objective:
          data: {npy: images.npy, target: labels.npy}
          network: mlp
          units: [8]
          learningRate: 0.02
          metric: accuracy
        space:
          batchSize: {int: 16..64}
        """, to: "images.yaml")
      try command.succeed("train", "--config", "images.yaml", "--output", "m.hpo")
      func accuracy(_ data: String, _ target: String) throws -> Double? {
        let measured = try command.json("evaluate", "m.hpo", "--data", data, "--target", target) as? [String: Any]
        #expect(measured?["samples"] as? Int == 120)
        return measured?["accuracy"] as? Double
      }
      #expect(try accuracy("images.npy", "labels.npy") == 1)
      #expect(try accuracy("images-idx3-ubyte", "labels-idx1-ubyte") == 1)
      #expect(try accuracy("images.npy", "threes.npy") == 0.5)
      let rows = try #require(
        try command.json("predict", "m.hpo", "--data", "images.npy", "--limit", "2") as? [[String: Any]])
      #expect(rows.map { $0["prediction"] as? String } == ["3", "7"])
      #expect(try command.hpo("predict", "m.hpo", "--data", "images-idx3-ubyte").status == 0)

      let targetless = try command.hpo("evaluate", "m.hpo", "--data", "images.npy")
      #expect(targetless.status != 0 && targetless.errors.contains("Give --target FILE"))
      try write(Self.npy(Array(repeating: 4, count: 120), "120,"), "fours.npy")
      let unknown = try command.hpo("evaluate", "m.hpo", "--data", "images.npy", "--target", "fours.npy")
      #expect(unknown.status != 0 && unknown.errors.contains("the model knows \"3\", \"7\""), "\(unknown.errors)")
      let short = try command.hpo("evaluate", "m.hpo", "--data", "images.npy", "--target", "images.npy")
      #expect(short.status != 0 && short.errors.contains("one number a sample"), "\(short.errors)")
      try write(Self.npy(pixels.map { Float($0) }, "120, 2, 2").dropLast(5), "cut.npy")
      #expect(try command.hpo("predict", "m.hpo", "--data", "cut.npy").status == 1)
      try command.write("a,b\n1,2\n", to: "table.csv")
      let table = try command.hpo("predict", "m.hpo", "--data", "table.csv")
      #expect(table.status != 0 && table.errors.contains("whose features have no names"), "\(table.errors)")
    }
  }
}
