internal import Crypto

/// A client's wish that its connection become a WebSocket.
///
/// RFC 6455 section 4.2.1.
struct WebSocketUpgrade: Sendable {
    /// The place of Sec-WebSocket-Key in the head.
    let key: Range<Int>

    private static let keyLength = 24
    private static let keyBytes = 16

    /// Reads the wish from a head; `nil` where there is none.
    ///
    /// Upgrade is nobody's wish in HTTP/1.0, or if Connection does not list it (RFC 9110 section 7.8). Other protocols
    /// than WebSocket are not offered to upstreams.
    ///
    /// - Throws: ``ProxyError/malformedRequest(_:)`` for a wish that no server could grant.
    init?(_ head: RequestHead) throws(ProxyError) {
        guard head.version == .http11, head.connectionOptions.contains(WebSocketUpgrade.option),
            WebSocketUpgrade.names(WebSocketUpgrade.members(of: .upgrade, head.fields, head.bytes))
        else { return nil }
        guard head.method == .get, head.body == .none else {
            throw .malformedRequest("a WebSocket begins with a GET without a body")
        }
        guard let version = try head.value(of: .webSocketVersion), head[version].elementsEqual("13".utf8) else {
            throw .malformedRequest("Sec-WebSocket-Version is not 13")
        }
        guard let key = try head.value(of: .webSocketKey), key.count == WebSocketUpgrade.keyLength,
            Base64.decode(head[key])?.count == WebSocketUpgrade.keyBytes
        else { throw .malformedRequest("Sec-WebSocket-Key is not 16 bytes in base 64") }
        self.key = key
    }

    /// Whether an answer with status 101 agrees to this wish, and to nothing that was not asked.
    ///
    /// RFC 6455 section 4.1, the client's checks. `offersExtensions` says whether the client's extensions were sent on.
    func isGranted(by answer: ResponseHead, to head: RequestHead, offersExtensions: Bool) -> Bool {
        func answered(_ field: KnownField) -> [ArraySlice<UInt8>] {
            WebSocketUpgrade.members(of: field, answer.fields, answer.bytes)
        }
        func offered(_ field: KnownField) -> [ArraySlice<UInt8>] {
            WebSocketUpgrade.members(of: field, head.fields, head.bytes)
        }
        let protocols = answered(.webSocketProtocol)
        let extensions = offersExtensions ? offered(.webSocketExtensions).map(WebSocketUpgrade.token) : []
        let upgrade = answered(.upgrade)
        return answer.status == 101 && answer.bytes.starts(with: "HTTP/1.1 ".utf8)
            && upgrade.count == 1 && WebSocketUpgrade.names(upgrade)
            && answer.connectionOptions.contains(WebSocketUpgrade.option)
            && answered(.webSocketAccept).elementsEqual([acceptance(of: head)[...]])
            && !answer.fields.contains { $0.known == .contentLength || $0.known == .transferEncoding }
            && protocols.count <= 1 && protocols.allSatisfy(offered(.webSocketProtocol).contains)
            && answered(.webSocketExtensions).map(WebSocketUpgrade.token).allSatisfy(extensions.contains)
    }

    /// What Sec-WebSocket-Accept has to be.
    ///
    /// RFC 6455 section 4.2.2, step 5.4.
    private func acceptance(of head: RequestHead) -> [UInt8] {
        Base64.encode(
            Array(Insecure.SHA1.hash(data: Array(head[key]) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8))
        )
    }

    private static let option = FieldName("upgrade")

    private static func names(_ protocols: [ArraySlice<UInt8>]) -> Bool {
        protocols.contains { FieldValue.equalsIgnoringCase($0, "websocket") }
    }

    /// The members of all lists in fields of one kind.
    private static func members(of known: KnownField, _ fields: [HeadField], _ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var found: [ArraySlice<UInt8>] = []
        for field in fields where field.known == known {
            bytes.withUnsafeBytes { bytes in
                FieldValue.members(UnsafeRawBufferPointer(rebasing: bytes[field.value])) {
                    found.append(Array($0)[...])
                }
            }
        }
        return found
    }

    /// The name of an extension, without its parameters.
    private static func token(_ offer: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        offer.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 && $0 != 0x09 }
    }
}
