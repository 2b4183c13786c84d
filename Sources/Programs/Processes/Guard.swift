import CProcess

/// The process that ends all programs of this one where this one is killed before it could.
enum Guard {
  /// The socket to it, -1 where the system refuses one more process: programs are then ended by this process alone.
  static let socket: CInt = hpo_start_guard()

  /// Starts it, while this process is still small.
  static func start() { _ = socket }
}
