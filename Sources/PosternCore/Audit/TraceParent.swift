/// A valid `traceparent` field: `00-<32 hex digits>-<16 hex digits>-<2 hex digits>`.
///
/// W3C Trace Context section 3.2.
package struct TraceParent: Sendable {
    /// The 32 hexadecimal digits that name the whole trace.
    package let traceID: ArraySlice<UInt8>
    /// The 16 hexadecimal digits that name the client's span.
    package let parentID: ArraySlice<UInt8>

    /// Reads a field value; `nil` if it is not valid, in which case the specification says to ignore it.
    package init?(_ value: ArraySlice<UInt8>) {
        let start = value.startIndex
        guard value.count >= 55, value[start + 2] == UInt8(ascii: "-"), value[start + 35] == UInt8(ascii: "-"),
            value[start + 52] == UInt8(ascii: "-")
        else { return nil }
        let version = value[start..<start + 2]
        traceID = value[start + 3..<start + 35]
        parentID = value[start + 36..<start + 52]
        let flags = value[start + 53..<start + 55]
        // Later versions may append fields after another dash; version ff is forbidden.
        let isKnown = version.elementsEqual("00".utf8)
        guard isKnown ? value.count == 55 : value.count == 55 || value[start + 55] == UInt8(ascii: "-") else {
            return nil
        }
        guard [version, traceID, parentID, flags].allSatisfy({ $0.allSatisfy(TraceParent.isLowerHex) }),
            !version.elementsEqual("ff".utf8), traceID.contains(where: { $0 != UInt8(ascii: "0") }),
            parentID.contains(where: { $0 != UInt8(ascii: "0") })
        else { return nil }
    }

    private static func isLowerHex(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
