/// What a study file says about trials whose parameters an earlier one has.
package enum DuplicateHandling: String, Hashable, Sendable, CaseIterable {
  case redraw, reuse, replicate
}
