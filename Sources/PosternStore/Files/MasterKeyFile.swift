internal import CLinux
internal import Crypto
package import PosternCore

/// The master key in a file: 64 hexadecimal digits and a line end, for its owner alone.
package struct MasterKeyFile {
    private static let digitCount = 2 * MasterKey.byteCount
    /// What the file is called in a state directory.
    static let name = "master.key"
    /// What is added to the name while a new key waits to take the place of the old one.
    static let suffix = ".new"

    private let directory: StateDirectory
    private let name: String

    /// The file `master.key` of a state directory, which is made if absent.
    package init(stateDirectory: String) throws(StoreError) {
        directory = try StateDirectory.openOrCreate(stateDirectory)
        name = MasterKeyFile.name
    }

    /// A file anywhere else; other users must not be able to change its directory.
    package init(path: String) throws(StoreError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        guard let last = parts.last else { throw .unavailable(reason: "\(path) is not a file") }
        name = String(last)
        let parent = parts.dropLast().joined(separator: "/")
        directory = try StateDirectory(path.hasPrefix("/") ? "/" + parent : parent.isEmpty ? "." : parent)
    }

    /// Reads the key.
    package func read() throws(StoreError) -> MasterKey {
        guard let key = try readIfPresent() else {
            throw .unavailable(reason: "\(directory.path(of: name)) does not exist")
        }
        return key
    }

    /// Reads the key; makes one if there is neither one nor a store beside it, which another one would open.
    package func readOrCreate() throws(StoreError) -> MasterKey {
        if let key = try readIfPresent() { return key }
        guard !directory.contains(SQLiteStore.fileName) else {
            throw .unavailable(reason: "\(directory.path(of: name)), which opens the store beside it, does not exist")
        }
        let key = try writeNext()
        try replaceByNext()
        return key
    }

    /// Writes a new random key beside the one in the file, durably.
    func writeNext() throws(StoreError) -> MasterKey {
        try directory.remove(name + MasterKeyFile.suffix)
        let key = SymmetricKey(size: .bits256).withUnsafeBytes { Secret($0) }
        var text = [UInt8](repeating: UInt8(ascii: "\n"), count: MasterKeyFile.digitCount + 1)
        let result = text.withUnsafeMutableBytes { text in
            defer { postern_explicit_bzero(text.baseAddress, text.count) }
            key.withBytes { bytes in
                for (index, byte) in bytes.enumerated() {
                    text[2 * index] = HexDigit.lower[Int(byte >> 4)]
                    text[2 * index + 1] = HexDigit.lower[Int(byte & 15)]
                }
            }
            return Result { () throws(StoreError) in
                try directory.create(name + MasterKeyFile.suffix, UnsafeRawBufferPointer(text))
            }
        }
        try result.get()
        return .key(key)
    }

    /// Puts the key that was written last in the file, durably.
    func replaceByNext() throws(StoreError) {
        try directory.rename(name + MasterKeyFile.suffix, to: name)
        try directory.flush()
    }

    private func readIfPresent() throws(StoreError) -> MasterKey? {
        guard let file = try directory.open(name) else { return nil }
        var text = [UInt8](repeating: 0, count: MasterKeyFile.digitCount + 2)
        let result = text.withUnsafeMutableBytes { bytes in
            defer { postern_explicit_bzero(bytes.baseAddress, bytes.count) }
            return Result { () throws(StoreError) -> Secret? in
                let count = try file.read(into: bytes)
                return MasterKeyFile.key(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            }
        }
        guard let key = try result.get() else {
            throw .unavailable(reason: "\(file.path) is not a master key: 64 hexadecimal digits on one line")
        }
        return .key(key)
    }

    private static func key(_ text: UnsafeRawBufferPointer) -> Secret? {
        let digits = text.last == UInt8(ascii: "\n") ? text.dropLast() : text[...]
        guard digits.count == digitCount else { return nil }
        // Digit by digit into one buffer, so that no other one holds the key.
        var key = [UInt8](repeating: 0, count: MasterKey.byteCount)
        return key.withUnsafeMutableBytes { key in
            defer { postern_explicit_bzero(key.baseAddress, key.count) }
            for (index, digit) in digits.enumerated() {
                guard let value = HexDigit.value(of: digit) else { return nil }
                key[index / 2] = key[index / 2] << 4 | value
            }
            return Secret(key)
        }
    }
}
