import CKernels

/// The vector loops of one instruction set.
struct VectorTable {
  private let table: UnsafePointer<CKernelTable>

  /// The loops for the best instruction set of the processor at hand.
  static var best: VectorTable {
    guard let first = CKernelTableAt(0) else { preconditionFailure("four lanes run on every processor") }
    return VectorTable(table: first)
  }

  /// The loops of all instruction sets that the processor at hand has, best first.
  static var all: [VectorTable] {
    var tables: [VectorTable] = []
    while let table = CKernelTableAt(tables.count) { tables.append(VectorTable(table: table)) }
    return tables
  }

  /// The instruction set, such as "avx512".
  var name: String { String(cString: table.pointee.name) }

  /// The functions.
  var loops: CKernelTable { table.pointee }

  /// The products of bfloat16 numbers that belong to them, best first; none where the processor has none.
  var bfloat16: [CBFloat16Table] {
    guard table == CKernelTableAt(0) else { return [] }
    var tables: [CBFloat16Table] = []
    while let table = CBFloat16TableAt(tables.count) { tables.append(table.pointee) }
    return tables
  }
}
