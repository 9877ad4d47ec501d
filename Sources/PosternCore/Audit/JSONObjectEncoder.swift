/// Appends the members of one flat JSON object to a record buffer, leaving the closing brace to the writer.
///
/// Quotes and backslashes are escaped (RFC 8259 section 7), and so are control characters, DEL and every byte
/// that is not ASCII, each such byte as `\u00XX`: a log line stays one line of printable ASCII whatever a client
/// sent. Members whose value is `nil` are left out.
package struct JSONObjectEncoder: ~Copyable {
    private var buffer: RecordBuffer
    private var isFirst = true

    /// Starts an object at the end of `buffer`.
    init(continuing buffer: consuming RecordBuffer) {
        self.buffer = buffer
        self.buffer.extend(by: 1) { end in
            end.pointee = UInt8(ascii: "{")
            return end + 1
        }
    }

    /// Ends the use of the encoder and returns the buffer.
    consuming func take() -> RecordBuffer { buffer }

    /// Adds a text.
    @inline(__always)
    package mutating func member(_ name: StaticString, _ value: String?) {
        guard var value else { return }
        value.withUTF8 { member(name, text: $0) }
    }

    /// Adds bytes as a text, each byte as the character of the same number.
    @inline(__always)
    package mutating func member(_ name: StaticString, bytes value: ArraySlice<UInt8>?) {
        guard let value else { return }
        value.withUnsafeBufferPointer { member(name, text: $0) }
    }

    /// Adds a constant text that needs no escape.
    package mutating func member(_ name: StaticString, constant value: StaticString) {
        extend(name, by: value.utf8CodeUnitCount + 2) { end in
            end.store(UInt8(ascii: "\""))
            end.store(value)
            end.store(UInt8(ascii: "\""))
        }
    }

    /// Adds a number.
    package mutating func member(_ name: StaticString, _ value: Int?) {
        guard let value else { return }
        extend(name, by: 20) { $0.store(decimal: value) }
    }

    /// Adds `true` or `false`.
    package mutating func member(_ name: StaticString, _ value: Bool?) {
        guard let value else { return }
        extend(name, by: 5) { $0.store(value ? "true" : "false") }
    }

    /// Adds a time in nanoseconds since 1970 as RFC 3339 text in UTC, such as `2026-07-12T09:41:07.123456Z`.
    package mutating func member(_ name: StaticString, timestamp nanoseconds: Int64) {
        extend(name, by: Timestamp.length + 2) { end in
            end.store(UInt8(ascii: "\""))
            Timestamp.store(nanoseconds, at: &end)
            end.store(UInt8(ascii: "\""))
        }
    }

    /// Adds a text that `body` writes in pieces into at most `length` bytes.
    @inline(__always)
    mutating func member(
        _ name: StaticString,
        upTo length: Int,
        _ body: (inout UnsafeMutablePointer<UInt8>) -> Void
    ) {
        extend(name, by: length + 2) { end in
            end.store(UInt8(ascii: "\""))
            body(&end)
            end.store(UInt8(ascii: "\""))
        }
    }

    private mutating func member(_ name: StaticString, text: UnsafeBufferPointer<UInt8>) {
        extend(name, by: 6 * text.count + 2) { end in
            end.store(UInt8(ascii: "\""))
            end.store(escaped: text)
            end.store(UInt8(ascii: "\""))
        }
    }

    /// Writes the name, then lets `body` write a value of at most `length` bytes.
    @inline(__always)
    private mutating func extend(
        _ name: StaticString,
        by length: Int,
        _ body: (inout UnsafeMutablePointer<UInt8>) -> Void
    ) {
        let isFirst = isFirst
        self.isFirst = false
        buffer.extend(by: name.utf8CodeUnitCount + 4 + length) { start in
            var end = start
            if !isFirst { end.store(UInt8(ascii: ",")) }
            end.store(UInt8(ascii: "\""))
            end.store(name)
            end.store("\":")
            body(&end)
            return end
        }
    }
}
