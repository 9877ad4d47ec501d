internal import CCurl
internal import PosternCore

/// libcurl, initialised once for the process.
package enum CurlLibrary {
    /// Initialises libcurl; called once, before any event loop starts.
    ///
    /// - Returns: whether it worked.
    package static func initialize() -> Bool {
        let check: postern_address_check = { context, bytes, count, port in
            guard let context, let bytes else { return false }
            let connection = Unmanaged<UpstreamConnection>.fromOpaque(context).takeUnretainedValue()
            let address = Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
            return connection.mayDial(address: address, port: port)
        }
        return postern_curl_global_init(check) == 0
    }
}
