internal import CCompression

/// The formats in which a test can compress, each under its name as a content coding.
package enum Compression: String, CaseIterable, Sendable {
    case gzip
    /// With zlib's header, as the standard has it.
    case deflate
    /// Without it, as some servers have it.
    case bareDeflate = "Deflate"
    case brotli = "br"
    case zstd

    /// Compresses, with a flush after every so many bytes unless that is 0.
    ///
    /// `level` is the library's own; 0 for `windowLog` leaves the window to it.
    package func compress(_ bytes: [UInt8], level: Int = 3, windowLog: Int = 0, flushingEvery flush: Int = 0) -> [UInt8]
    {
        let format =
            switch self {
            case .gzip: POSTERN_COMPRESS_GZIP
            case .deflate: POSTERN_COMPRESS_ZLIB
            case .bareDeflate: POSTERN_COMPRESS_DEFLATE
            case .brotli: POSTERN_COMPRESS_BROTLI
            case .zstd: POSTERN_COMPRESS_ZSTD
            }
        let flushes = flush > 0 ? bytes.count / flush + 1 : 0
        let capacity = bytes.count + bytes.count / 4 + 1024 + 32 * flushes
        return [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            count = postern_compress(
                format,
                Int32(level),
                Int32(windowLog),
                flush,
                bytes,
                bytes.count,
                buffer.baseAddress,
                capacity
            )
            if count == 0 { fatalError("\(self) did not compress") }
        }
    }
}
