/// Fields whose values are base 64, as gRPC has it: metadata with a name that ends in `-bin`.
enum BinaryFields {
    /// Puts `A` in the place of the asterisks of masks in such fields, since a client that finds another character than base
    /// 64 has takes the whole answer for broken.
    ///
    /// `lines` are field lines, of a head or of trailers.
    static func repair(_ lines: UnsafeMutableRawBufferPointer) {
        var start = 0
        while start < lines.count {
            let end = UnsafeRawBufferPointer(lines).place(of: 0x0a, from: start) ?? lines.count
            let line = UnsafeMutableRawBufferPointer(rebasing: lines[start..<end])
            if let colon = line.firstIndex(of: UInt8(ascii: ":")),
                colon >= 4, FieldValue.equalsIgnoringCase(line[(colon - 4)..<colon], "-bin")
            {
                for index in colon..<line.count where line[index] == UInt8(ascii: "*") {
                    line[index] = UInt8(ascii: "A")
                }
            }
            start = end + 1
        }
    }
}
