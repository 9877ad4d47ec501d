/// Tests of single bytes against the grammars of RFC 9110 and RFC 3986, as one table lookup each.
package enum ByteClass {
    private static let token: UInt8 = 1
    private static let fieldValue: UInt8 = 2
    private static let path: UInt8 = 4
    private static let query: UInt8 = 8

    private static let table: [UInt8] = (0...255).map { (value: Int) -> UInt8 in
        let byte = UInt8(value)
        let isAlphanumeric =
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
        var classes: UInt8 = 0
        if isAlphanumeric || "!#$%&'*+-.^_`|~".utf8.contains(byte) { classes |= token }
        if byte == 0x09 || (0x20...0x7e).contains(byte) || byte >= 0x80 { classes |= fieldValue }
        if isAlphanumeric || "-._~!$&'()*+,;=:@%/\\".utf8.contains(byte) { classes |= path }
        if isAlphanumeric || "-._~!$&'()*+,;=:@%/?[]{}|".utf8.contains(byte) { classes |= query }
        return classes
    }

    /// `tchar`, RFC 9110 section 5.6.2.
    @inline(__always) package static func isToken(_ byte: UInt8) -> Bool { table[Int(byte)] & token != 0 }

    /// A byte of a field value: visible, space, tab or obs-text. RFC 9110 section 5.5.
    @inline(__always) package static func isFieldValue(_ byte: UInt8) -> Bool { table[Int(byte)] & fieldValue != 0 }

    /// `pchar`, `/` or `%`, RFC 3986 section 3.3; and the backslash, which ``RequestPath`` refuses by name.
    @inline(__always) package static func isPath(_ byte: UInt8) -> Bool { table[Int(byte)] & path != 0 }

    /// A byte of a query: RFC 3986 section 3.4, and the brackets, braces and bars that real clients leave unencoded
    /// and that no two parsers read differently.
    @inline(__always) package static func isQuery(_ byte: UInt8) -> Bool { table[Int(byte)] & query != 0 }
}
