import ArgumentParser
import Foundation
import HPO

/// A file that cannot be read and is made anew: it is kept beside under another name, since what is damaged for one program
/// may be whole for another.
enum DamagedFile {
  /// Gives a file the next free name of `NAME.damaged`, `NAME.damaged2` and so on.
  ///
  /// - Returns: The new name with its folder.
  /// - Throws: `ValidationError` where that is not possible.
  static func setAside(_ path: String) throws -> String {
    for number in 1... {
      let aside = "\(path).damaged\(number == 1 ? "" : String(number))"
      if link(path, aside) == 0 {
        unlink(path)
        return aside
      }
      guard errno == EEXIST else {
        throw ValidationError(
          "\(path) is damaged and cannot be set aside: \(String(cString: strerror(errno))); remove it to go on")
      }
    }
    preconditionFailure("some number is free")
  }
}
