internal import CCurl
internal import PosternCore

/// A libcurl handle in transport mode, with what must live as long as it does.
final class Dial {
    /// What all dials of an engine have in common.
    struct Settings {
        let timeoutMilliseconds: Int
        /// The authorities trusted where a provider names none of its own.
        let systemAuthorities: String
    }

    let handle: UnsafeMutableRawPointer
    private let list: UnsafeMutablePointer<curl_slist>?
    private let share: UnsafeMutableRawPointer?
    private let tls: OpaquePointer

    /// Prepares a dial; `nil` when memory is short.
    ///
    /// libcurl is never given a client's URL: it is written here from the canonical destination.
    ///
    /// Through a tunnel it is the client who speaks TLS.
    init?(
        to destination: Destination,
        network: UpstreamNetwork,
        isTunnel: Bool,
        offersHTTP2: Bool,
        settings: Settings,
        context: UnsafeMutableRawPointer
    ) {
        let dialled =
            isTunnel
            ? Destination(scheme: .http, host: destination.host, port: destination.port) : destination
        let url = "\(dialled.description)/"
        let connectTo = network.fixedAddress.map { "::\($0)" }
        let authorities = network.certificateAuthorityFile ?? settings.systemAuthorities
        var list: UnsafeMutablePointer<curl_slist>?
        var share: UnsafeMutableRawPointer?
        var tls: OpaquePointer?
        let handle = url.withCString { url in
            authorities.withCString { authorities in
                Dial.withOptionalCString(connectTo) { connectTo in
                    var dial = postern_dial(
                        url: url,
                        connect_to: connectTo,
                        ca_file: authorities,
                        offers_http2: offersHTTP2,
                        timeout_ms: settings.timeoutMilliseconds,
                        private_data: context
                    )
                    return postern_dial_create(&dial, &list, &share, &tls)
                }
            }
        }
        guard let handle, let tls else { return nil }
        self.handle = handle
        self.list = list
        self.share = share
        self.tls = tls
    }

    deinit { postern_dial_destroy(handle, list, share, tls) }

    /// Whether TLS holds bytes that were received and not read yet.
    var hasPending: Bool { postern_dial_has_pending(tls) }

    /// Whether the other side chose HTTP/2.
    var isHTTP2: Bool { postern_dial_is_http2(tls) }

    private static func withOptionalCString<Result>(
        _ text: String?,
        _ body: (UnsafePointer<CChar>?) -> Result
    ) -> Result {
        if let text { text.withCString(body) } else { body(nil) }
    }
}
