/// Makes the ids by which requests are named in answers, logs and audit records: 15 characters, never the same twice.
///
/// They are the time at which the process started, the event loop, and a count, in Crockford's base 32.
struct RequestIDGenerator {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// One character names the loop.
    static let maxLoops = 32

    private var characters: [UInt8]
    private var count: UInt64 = 0

    /// - Parameters:
    ///   - startedAt: nanoseconds since 1970 at which the process started.
    ///   - loop: the number of the event loop, 0 to 31.
    init(startedAt: Int64, loop: Int) {
        // Seven characters hold sixteenths of a second for sixty-eight years.
        let ticks = UInt64(max(0, startedAt - 1_700_000_000_000_000_000)) / 62_500_000
        characters = []
        for shift in stride(from: 30, through: 0, by: -5) {
            characters.append(RequestIDGenerator.alphabet[Int(truncatingIfNeeded: ticks >> UInt64(shift)) & 31])
        }
        characters.append(RequestIDGenerator.alphabet[loop & 31])
    }

    mutating func next() -> String {
        count &+= 1
        let count = count
        return String(unsafeUninitializedCapacity: 15) { room in
            for index in 0..<8 { room[index] = characters[index] }
            for index in 0..<7 {
                room[8 + index] =
                    RequestIDGenerator.alphabet[Int(truncatingIfNeeded: count >> UInt64(30 - 5 * index)) & 31]
            }
            return 15
        }
    }
}
