internal import Crypto

/// Placeholders that are given out for one grant and one destination, for a short while.
///
///     alter-ph-5be0cd19137e2179 0a31…
///              mark             what it stands for, and an HMAC over that
///
/// All that is known of one stands in itself, so that nothing is kept for it and it outlives a restart.
package struct IssuedPlaceholders: Sendable {
    /// What one stands for.
    package struct Meaning: Hashable, Sendable {
        /// Who may use it.
        package let principal: Principal
        /// The grant, a UUID.
        package let grant: String
        /// The key it was asked for with, a UUID; it ends with that.
        package let key: String?
        /// Seconds since 1970.
        package let endsAt: Int64
        /// What tells its destination from others.
        fileprivate let destination: [UInt8]
        /// What tells it from others of the same.
        fileprivate let serial: [UInt8]

        /// Whether it may be sent there.
        package func isFor(_ destination: Destination) -> Bool {
            self.destination == IssuedPlaceholders.digest(destination)
        }
    }

    /// Who may use a placeholder, by the ids of the store.
    package enum Principal: Hashable, Sendable {
        case agent(id: String)
        case user(id: String)
        case app
    }

    /// What stands in front of the mark.
    static let prefix = "alter-ph-"
    /// The digits behind the mark.
    static let digitCount = 2 * byteCount

    private static let tagBytes = 16
    private static let byteCount = 5 + 16 + 1 + 16 + 16 + 8 + 6 + tagBytes

    private let key: Secret
    private let mark: [UInt8]
    private let notes = IssuedNotes()

    package init(_ placeholders: PlaceholderKey) {
        key = placeholders.derived("issued placeholder")
        mark = placeholders.mark
    }

    /// Makes a placeholder; `nil` if an id is not a UUID.
    ///
    /// `attribution` is what the client says of the request it is for; `endsAt` and `now` are in seconds since 1970.
    package func issue(
        to principal: Principal,
        grant: String,
        destination: Destination,
        key: String?,
        attribution: CallAttribution = CallAttribution(),
        endsAt: Int64,
        now: Int64
    ) -> String? {
        guard let grant = UUIDBytes.bytes(of: grant) else { return nil }
        var payload = (0..<5).map { UInt8(truncatingIfNeeded: endsAt >> (8 * (4 - Int64($0)))) }
        payload += grant
        switch principal {
        case .agent(let id):
            guard let bytes = UUIDBytes.bytes(of: id) else { return nil }
            payload += [1] + bytes
        case .user(let id):
            guard let bytes = UUIDBytes.bytes(of: id) else { return nil }
            payload += [2] + bytes
        case .app: payload += [3] + [UInt8](repeating: 0, count: 16)
        }
        if let key {
            guard let bytes = UUIDBytes.bytes(of: key) else { return nil }
            payload += bytes
        } else {
            payload += [UInt8](repeating: 0, count: 16)
        }
        payload += IssuedPlaceholders.digest(destination)
        let serial = PlaceholderKey.randomBytes(6)
        notes.keep(attribution, for: serial, of: principal, until: endsAt, now: now)
        payload += serial
        payload += tag(payload)
        return IssuedPlaceholders.prefix + String(decoding: mark + HexDigit.text(of: payload), as: UTF8.self)
    }

    /// What the digits behind a mark stand for; `nil` if they were not made here.
    func meaning(of digits: some Sequence<UInt8>) -> Meaning? {
        guard let bytes = HexDigit.bytes(of: Array(digits)), bytes.count == IssuedPlaceholders.byteCount else {
            return nil
        }
        let payload = Array(bytes.dropLast(IssuedPlaceholders.tagBytes))
        let difference = zip(tag(payload), bytes.suffix(IssuedPlaceholders.tagBytes))
            .reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        guard difference == 0 else { return nil }
        let endsAt = payload[..<5].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        let principalID = UUIDBytes.text(of: payload[22..<38])
        let principal: Principal
        switch payload[21] {
        case 1: principal = .agent(id: principalID)
        case 2: principal = .user(id: principalID)
        default: principal = .app
        }
        let key = payload[38..<54]
        return Meaning(
            principal: principal,
            grant: UUIDBytes.text(of: payload[5..<21]),
            key: key.allSatisfy { $0 == 0 } ? nil : UUIDBytes.text(of: key),
            endsAt: endsAt,
            destination: Array(payload[54..<62]),
            serial: Array(payload[62..<68])
        )
    }

    /// What the client said that asked for one, if that is still known.
    func attribution(of meaning: Meaning) -> CallAttribution? { notes.attribution(of: meaning.serial) }

    private func tag(_ payload: [UInt8]) -> [UInt8] {
        let code = key.withBytes { HMAC<SHA256>.authenticationCode(for: payload, using: SymmetricKey(data: $0)) }
        return Array(Array(code).prefix(IssuedPlaceholders.tagBytes))
    }

    private static func digest(_ destination: Destination) -> [UInt8] {
        let scheme = destination.scheme == .https ? "https" : "http"
        let text = "\(scheme)://\(destination.host.text):\(destination.port)"
        return Array(Array(SHA256.hash(data: Array(text.utf8))).prefix(8))
    }
}

/// The 16 bytes of a UUID that is written in lower case with hyphens.
enum UUIDBytes {
    static func bytes(of text: String) -> [UInt8]? {
        let digits = text.utf8.filter { $0 != UInt8(ascii: "-") }
        guard digits.count == 32, let bytes = HexDigit.bytes(of: digits), UUIDBytes.text(of: bytes[...]) == text else {
            return nil
        }
        return bytes
    }

    static func text(of bytes: ArraySlice<UInt8>) -> String {
        let digits = String(decoding: HexDigit.text(of: Array(bytes)), as: UTF8.self)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return text
    }
}
