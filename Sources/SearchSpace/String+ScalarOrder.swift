extension String {
  /// The order of Unicode scalars, by which Python sorts names.
  package func precedesByScalars(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
