import CProcess
import Foundation

/// A lock on a folder or a file: one of the system (`flock`) on a file beside it, `12.lock`, that is there as long as the lock is
/// held. It ends with the process.
///
/// That on the folder of a trial is shared with the guard: so it is held until the program that evaluates the trial has ended,
/// also where the process was killed before it.
package final class PathLock: Sendable {
  private let path: String
  private let file: Descriptor

  var descriptor: CInt { file.number }

  private init(path: String, file: Descriptor) {
    self.path = path
    self.file = file
  }

  /// Locks a path.
  ///
  /// - Returns: Nil where somebody else holds the lock.
  /// - Throws: `ProgramError.systemFailure` where the file cannot be made.
  package static func tryLock(_ path: String) throws(ProgramError) -> PathLock? {
    let path = path + ".lock"
    while true {
      let number = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      guard number >= 0 else {
        throw ProgramError(.systemFailure, "the file '\(path)' cannot be made: \(systemMessage())")
      }
      let file = Descriptor(number: number)
      guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
        if errno == EINTR { continue }
        // A file system without such locks has none to wait for.
        guard errno == EWOULDBLOCK else { return PathLock(path: path, file: file) }
        return nil
      }
      // Who held the lock before may have removed the file in between.
      var (held, named) = (stat(), stat())
      if fstat(number, &held) == 0, stat(path, &named) == 0, held.st_ino == named.st_ino, held.st_dev == named.st_dev {
        return PathLock(path: path, file: file)
      }
    }
  }

  /// Gives the lock back, once nobody uses what it is on.
  package func release() { unlink(path) }
}

extension ProgramProcess {
  /// Has the guard hold the lock of the trial that a worker is given, in place of that of the trial before.
  func lend(_ lock: PathLock?) {
    if Guard.socket >= 0 { hpo_lend_lock(Guard.socket, leader, lock?.descriptor ?? -1) }
  }
}
