internal import CLinux

/// Names inside of a sandbox in which every address leads here: each has an address, whether there is such a host or not.
///
/// What is asked for is judged by the name that a request or TLS names, and never by these addresses. RFC 1035.
enum SandboxNames {
    private static let headerBytes = 12
    private static let maxBytes = 512
    private static let ipv4: UInt16 = 1
    private static let internet: UInt16 = 1
    private static let ttlSeconds: UInt32 = 60

    /// Takes a question from the socket and answers it.
    static func answer(at descriptor: CInt) {
        var question = [UInt8](repeating: 0, count: maxBytes)
        var origin = postern_datagram_origin()
        let count = postern_receive_datagram(descriptor, &question, question.count, &origin)
        guard count > 0, let answer = answer(to: Array(question[..<count])) else { return }
        _ = postern_answer_datagram(descriptor, answer, answer.count, &origin)
    }

    /// The answer to a message; `nil` to what is no question.
    static func answer(to message: [UInt8]) -> [UInt8]? {
        guard message.count > headerBytes, message[2] & 0xf8 == 0, message[4] == 0, message[5] == 1,
            let end = endOfName(message), end + 4 <= message.count
        else { return nil }
        let type = UInt16(message[end]) << 8 | UInt16(message[end + 1])
        let isInternet = UInt16(message[end + 2]) << 8 | UInt16(message[end + 3]) == internet
        let hasAddress = type == ipv4 && isInternet
        // A response; recursion was there if it was wished for; no error.
        var answer = message[..<2] + [0x80 | message[2] & 0x01, 0x80, 0, 1, 0, hasAddress ? 1 : 0, 0, 0, 0, 0]
        answer += message[headerBytes..<(end + 4)]
        if hasAddress {
            answer += [0xc0, UInt8(headerBytes), 0, 1, 0, 1]
            answer += withUnsafeBytes(of: ttlSeconds.bigEndian) { Array($0) }
            answer += [0, 4] + address(of: message[headerBytes..<end])
        }
        return Array(answer)
    }

    /// Behind the first name, which is not compressed.
    private static func endOfName(_ message: [UInt8]) -> Int? {
        var position = headerBytes
        while position < message.count, message[position] != 0 {
            guard message[position] < 64 else { return nil }
            position += Int(message[position]) + 1
        }
        return position < message.count && position - headerBytes < 255 ? position + 1 : nil
    }

    /// One of the addresses for tests between networks (RFC 2544), the same for the same name.
    private static func address(of name: ArraySlice<UInt8>) -> [UInt8] {
        var hash: UInt32 = 2_166_136_261
        for byte in name { hash = (hash ^ UInt32((0x41...0x5a).contains(byte) ? byte | 0x20 : byte)) &* 16_777_619 }
        return [198, 18 | UInt8(hash >> 16 & 1), UInt8(hash >> 8 & 0xff), UInt8(hash & 0xff)]
    }
}
