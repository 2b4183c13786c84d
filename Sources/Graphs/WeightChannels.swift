/// The output channels of weights: the rows of a dense layer's [O, in], the last axis of a convolution's
/// [KH, KW, C / groups, O].
package struct WeightChannels: Sendable, Hashable {
  /// The number of channels.
  package let count: Int
  /// The elements of a channel that lie one after the other: all of them in rows, one where channels come last.
  package let run: Int
  /// How often a run of each channel comes.
  package let repeats: Int

  /// The channels of weights of two axes or more.
  package init(_ shape: Shape) {
    let isRowWise = shape.rank == 2
    count = shape[isRowWise ? 0 : shape.rank - 1]
    run = isRowWise ? shape[1] : 1
    repeats = shape.count / (count * run)
  }

  /// The channel of the element at a position.
  package func channel(of position: Int) -> Int { position / run % count }

  /// The elements of one channel.
  package func elements(of channel: Int, in weights: [Float]) -> [Float] {
    (0..<repeats).flatMap { row in
      let start = (row * count + channel) * run
      return weights[start..<start + run]
    }
  }
}
