import Testing

/// What a client makes of frames, read in another way than the scrubber's.
struct Reassembly: Equatable {
    var messages: [[UInt8]] = []
    var controls: [[UInt8]] = []
    /// The opcode and what has come of an unfinished message.
    var open: [UInt8]?

    /// Reads frames, which with `isWhole` must be whole ones.
    init(_ bytes: [UInt8], isWhole: Bool) {
        var rest = bytes[...]
        while let first = rest.popFirst() {
            guard var length = rest.popFirst().map(Int.init) else { break }
            if length > 125 {
                let size = length == 126 ? 2 : 8
                guard rest.count >= size else { break }
                length = rest.prefix(size).reduce(0) { $0 * 256 + Int($1) }
                rest.removeFirst(size)
            }
            let payload = rest.prefix(length)
            rest.removeFirst(payload.count)
            let opcode = first & 15
            if opcode >= 8 {
                if payload.count == length { controls.append([first] + payload) }
            } else {
                #expect((open == nil) == (opcode != 0))
                open = (open ?? [opcode]) + payload
                if first >= 128, payload.count == length, let message = open {
                    messages.append(message)
                    open = nil
                }
            }
            #expect(!isWhole || payload.count == length)
        }
    }
}
