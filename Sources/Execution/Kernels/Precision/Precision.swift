/// The numbers that products are taken of: dense layers, matrix products and convolutions, forward and backward.
///
/// Everything else is float32 in either case: weights and their gradients, sums of products, normalization, losses and
/// optimizers. Operands are rounded on their way into a product and nowhere else; in convolutions by minimal filtering the operands
/// are sums.
public enum Precision: String, Hashable, Sendable, CaseIterable, Codable {
  /// 24 significant bits.
  case float32
  /// 8 significant bits and the range of float32; needs AVX512-BF16, and takes AMX where there is. Convolutions in groups stay
  /// in float32, and so do the output of one that reads a single channel and its gradient where it writes one.
  case bfloat16
  /// `bfloat16` where this processor runs the graph at hand at least a tenth faster that way, found by timing some runs of
  /// both when the plan is made; else `float32`.
  case auto

  /// Whether this processor has products of bfloat16.
  public static var isBFloat16Available: Bool { !VectorTable.best.bfloat16.isEmpty }
}
