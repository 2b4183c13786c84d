import CFileSystem

/// What holds a file, as far as SQLite's journals care.
///
/// The index of a write-ahead log is memory that processes share, which no two computers do: SQLite's documentation of the
/// log (`wal.html`, "Overview") excludes network file systems for that. There a rollback journal is used, under which
/// SQLite relies on the file system's own locks alone.
enum FileSystemKind: Hashable {
  /// A disk or memory of this computer.
  case local
  /// What several computers may have open at once, or a host and its virtual machines.
  case shared

  /// The kind of what holds a path that exists; local where the system does not tell.
  init(ofPath path: String) {
    var magic: UInt32 = 0
    var name = [CChar](repeating: 0, count: 64)
    guard hpo_file_system(path, &magic, &name) == 0 else {
      self = .local
      return
    }
    self.init(magic: magic)
    let text = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    if Self.sharedNames.contains(text) { self = .shared }
  }

  /// Names of file systems elsewhere than on Linux.
  private static let sharedNames: Set<String> = [
    "nfs", "smbfs", "afpfs", "webdav", "macfuse", "osxfuse", "fusefs", "p9fs", "virtiofs",
  ]

  /// The kind by the number that Linux gives a file system, `f_type` of `statfs(2)`.
  init(magic: UInt32) { self = Self.sharedMagics.keys.contains(magic) ? .shared : .local }

  /// From Linux's `magic.h` and from the file systems' own sources.
  static let sharedMagics: [UInt32: String] = [
    0x6969: "NFS", 0x517B: "SMB", 0xFF53_4D42: "CIFS", 0xFE53_4D42: "SMB 2", 0x564C: "NCP", 0x0102_1997: "9p",
    // Programs behind FUSE are networks for the most part (sshfs, GlusterFS, S3), and virtiofs says the same.
    0x6573_5546: "FUSE", 0x0BD0_0BD0: "Lustre", 0x4750_4653: "GPFS", 0x00C3_6400: "Ceph", 0x5346_414F: "AFS",
    0x6B41_4653: "kAFS", 0x7375_7245: "Coda", 0x0116_1970: "GFS2", 0x7461_636F: "OCFS2", 0x1983_0326: "BeeGFS",
    0xAAD7_AAEA: "PanFS", 0x2003_0528: "OrangeFS", 0x786F_4256: "VirtualBox", 0xBACB_ACBC: "VMware",
  ]
}
