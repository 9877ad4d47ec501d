internal import PosternCore

/// The newest generation of the store that was seen, in a file beside it that also keeps a second process out.
///
/// It is written after the store is durable and so never ahead of it: only a store that was put back is older.
struct GenerationFile {
    static let name = "store.generation"
    /// Of fixed length, so that it can be written over in place and is never empty after a crash.
    private static let digitCount = 20

    private let file: File
    /// What was seen; `nil` if nothing was ever noted.
    let seen: Int?

    /// Locks and reads the file, made if absent.
    init(_ directory: StateDirectory) throws(StoreError) {
        file = try directory.openOrCreate(GenerationFile.name)
        try file.lock()
        var bytes = [UInt8](repeating: 0, count: GenerationFile.digitCount + 1)
        let file = file
        let result = bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(StoreError) in try file.read(into: buffer) }
        }
        seen = GenerationFile.generation(bytes.prefix(try result.get()))
    }

    /// Notes that this generation is durable.
    func write(_ generation: Int) throws(StoreError) {
        let digits = String(generation)
        let zeros = String(repeating: "0", count: GenerationFile.digitCount - digits.utf8.count)
        let bytes = Array((zeros + digits + "\n").utf8)
        let file = file
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(StoreError) in try file.write(bytes) }
        }
        try result.get()
    }

    /// Lets other processes in.
    func unlock() { file.unlock() }

    /// Makes what was written durable.
    func flush() throws(StoreError) { try file.flush() }

    private static func generation(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count == digitCount + 1, bytes.last == UInt8(ascii: "\n"),
            bytes.dropLast().allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let generation = Int(String(decoding: bytes.dropLast(), as: UTF8.self)), generation < Int.max / 2
        else { return nil }
        return generation
    }
}
