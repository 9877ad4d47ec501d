internal import Glibc

/// The system's users.
package enum UserDatabase {
    /// The uid of a user name; `nil` if there is no such user.
    static func userID(of name: String) -> UInt32? {
        lookUp { getpwnam_r(name, $0, $1, $2, $3) }?.uid
    }

    /// The home directory of the user that runs Postern.
    package static func homeDirectory() -> String? {
        lookUp { getpwuid_r(geteuid(), $0, $1, $2, $3) }?.home
    }

    /// The name of a user; `nil` if it has none.
    package static func name(of userID: UInt32) -> String? {
        lookUp { getpwuid_r(userID, $0, $1, $2, $3) }?.name
    }

    private typealias Query = (
        UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
        UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
    ) -> Int32

    private static func lookUp(_ query: Query) -> (uid: UInt32, name: String?, home: String)? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        // Names and directories of one entry; glibc's own suggestion is 1024.
        var strings = [CChar](repeating: 0, count: 16_384)
        return strings.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress, query(&entry, start, buffer.count, &found) == 0, let found else {
                return nil
            }
            let home = found.pointee.pw_dir.map { String(cString: $0) } ?? ""
            return (found.pointee.pw_uid, found.pointee.pw_name.map { String(cString: $0) }, home)
        }
    }
}
