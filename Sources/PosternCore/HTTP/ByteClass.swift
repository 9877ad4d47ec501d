/// Tests of single bytes against the grammars of RFC 9110 and RFC 3986.
///
/// Each class is a set of ASCII characters, written as a bitmap of 128 bits: two constants in the code, where a table would
/// be a load and, in Swift, a check that it has been made. A test compares them with the grammars.
package enum ByteClass {
    private static let token: (UInt64, UInt64) = (0x03ff_6cfa_0000_0000, 0x57ff_ffff_c7ff_fffe)
    private static let path: (UInt64, UInt64) = (0x2fff_fff2_0000_0000, 0x47ff_fffe_97ff_ffff)
    private static let query: (UInt64, UInt64) = (0xafff_fff2_0000_0000, 0x7fff_fffe_afff_ffff)

    @inline(__always)
    private static func contains(_ set: (UInt64, UInt64), _ byte: UInt8) -> Bool {
        byte < 0x80 && (byte < 0x40 ? set.0 : set.1) >> UInt64(byte & 0x3f) & 1 == 1
    }

    /// `tchar`, RFC 9110 section 5.6.2.
    @inline(__always) package static func isToken(_ byte: UInt8) -> Bool { contains(token, byte) }

    /// A byte of a field value: visible, space, tab or obs-text.
    ///
    /// RFC 9110 section 5.5.
    @inline(__always) package static func isFieldValue(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7f || byte == 0x09
    }

    /// `pchar`, `/` or `%`, RFC 3986 section 3.3; and the backslash, which ``RequestPath`` refuses by name.
    @inline(__always) package static func isPath(_ byte: UInt8) -> Bool { contains(path, byte) }

    /// A byte of a query: RFC 3986 section 3.4, and the brackets, braces and bars that real clients leave unencoded
    /// and that no two parsers read differently.
    @inline(__always) package static func isQuery(_ byte: UInt8) -> Bool { contains(query, byte) }
}
