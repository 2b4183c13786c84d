/// Some vectors of one length, to be made orthonormal.
struct OrthonormalVectors {
  /// Each vector is made up by zeros to whole groups of numbers.
  private var groups: [SIMD8<Double>]
  private let groupsEach: Int
  private let count: Int

  /// Takes `count` vectors of `length` numbers from pairs of numbers, whose indices count through them vector by vector.
  init(_ count: Int, length: Int, pairs: (Int) -> (Double, Double)) {
    precondition(count <= length, "more vectors than dimensions")
    self.count = count
    groupsEach = (length + 7) / 8
    groups = Array(repeating: .zero, count: count * groupsEach)
    var index = 0
    for vector in 0..<count {
      for place in stride(from: 0, to: length, by: 2) {
        let pair = pairs(index)
        index += 1
        groups[vector * groupsEach + place / 8][place % 8] = pair.0
        if place + 1 < length { groups[vector * groupsEach + place / 8][place % 8 + 1] = pair.1 }
      }
    }
  }

  subscript(vector: Int, place: Int) -> Double { groups[vector * groupsEach + place / 8][place % 8] }

  /// Takes from each vector its parts along those before it, and makes it of length 1.
  ///
  /// Modified Gram and Schmidt, done twice, which is orthogonal to rounding (Giraud, Langou and Rozložník 2005,
  /// https://doi.org/10.1016/j.camwa.2005.08.009).
  ///
  /// - Complexity: O(count² · length).
  mutating func orthonormalize() {
    groups.withUnsafeMutableBufferPointer { groups in
      for current in 0..<count {
        let own = UnsafeMutableBufferPointer(rebasing: groups[current * groupsEach..<(current + 1) * groupsEach])
        for _ in 0..<2 {
          for before in 0..<current {
            let other = UnsafeMutableBufferPointer(rebasing: groups[before * groupsEach..<(before + 1) * groupsEach])
            let part = Self.product(own, other)
            for index in 0..<groupsEach { own[index] -= part * other[index] }
          }
        }
        let length = Self.product(own, own).squareRoot()
        for index in 0..<groupsEach { own[index] /= length }
      }
    }
  }

  private static func product(
    _ a: UnsafeMutableBufferPointer<SIMD8<Double>>, _ b: UnsafeMutableBufferPointer<SIMD8<Double>>
  ) -> Double {
    var sum = SIMD8<Double>.zero
    for index in a.indices { sum += a[index] * b[index] }
    return sum.sum()
  }
}
