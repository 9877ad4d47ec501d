internal import CLinux
internal import PosternCore

extension JSONValue {
    /// The member of an object with a name; `nil` if there is none, or more than one.
    subscript(_ name: String) -> JSONValue? {
        let found = members.filter { $0.name.string.map { $0.elementsEqual(name.utf8) } ?? false }
        return found.count == 1 ? found.first?.value : nil
    }

    /// Whether two members have one name: whoever else reads it might have read the other one.
    var hasDuplicates: Bool {
        var seen: Set<[UInt8]> = []
        return members.contains { !seen.insert($0.name.string ?? []).inserted }
    }

    /// The text of a string of at most so many bytes; `nil` for anything else.
    func text(atMost maxBytes: Int) -> String? {
        guard let bytes = string, bytes.count <= maxBytes else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The value of a string that is to be kept secret; `nil` for anything else.
    var secret: Secret? {
        guard var bytes = string else { return nil }
        defer { bytes.wipe() }
        return Secret(bytes)
    }

    /// An integer, or the whole part of a number; `nil` for anything else, and beyond 2^53.
    var wholeNumber: Int64? {
        guard kind == .number, number?.isInteroperable == true,
            let value = Double(String(decoding: source, as: UTF8.self))
        else { return nil }
        return Int64(value)
    }
}

extension [UInt8] {
    /// Overwrites the bytes where they lie.
    mutating func wipe() { withUnsafeMutableBytes { postern_explicit_bzero($0.baseAddress, $0.count) } }
}

extension Secret {
    /// Reads the secret as JSON; what was read is wiped afterwards, so nothing of it may be kept but copies.
    func withJSON<Result>(_ body: (JSONValue) -> Result?) -> Result? {
        var bytes = withBytes { Array($0) }
        defer { bytes.wipe() }
        // The document shares the memory of `bytes`, and is gone when that is wiped.
        return (try? JSONDocument(bytes)).flatMap { body($0.root) }
    }
}
