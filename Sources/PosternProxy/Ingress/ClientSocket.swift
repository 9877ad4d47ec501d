internal import CLinux
internal import Glibc
internal import PosternEventLoop
internal import PosternTLS

/// A client's socket, in the clear or inside TLS.
///
/// It remembers what edges have told, so that nobody asks the kernel in vain.
final class ClientSocket {
    let descriptor: CInt
    private var tls: TLSSession?
    private var isReadable = true
    private var isReadClosed = false
    private(set) var isWritable = true
    /// Whether the client will send nothing more.
    private(set) var hasEnded = false
    /// Whether the connection was reset, or TLS broke.
    private(set) var isBroken = false
    /// The most bytes that go into one TLS record.
    private static let recordBytes = 16_384

    init(_ descriptor: CInt) { self.descriptor = descriptor }

    /// Notes what the loop says.
    func note(_ readiness: Readiness) {
        if readiness.contains(.writable) { isWritable = true }
        if readiness.contains(.readClosed) { isReadClosed = true }
        if readiness.contains(.readable) || isReadClosed { isReadable = true }
    }

    /// From here on everything goes through TLS.
    func begin(_ session: TLSSession) {
        tls = session
        isReadable = true
    }

    /// Whether the handshake agreed on HTTP/2.
    var isHTTP2: Bool { tls?.isHTTP2 ?? false }

    /// Goes on with the handshake.
    func handshake() -> TLSSession.Step {
        guard let tls else { return .failed }
        return tls.handshake()
    }

    /// Receives into `room`; 0 if there is nothing.
    func receive(into room: UnsafeMutableRawBufferPointer) -> Int {
        guard isReadable else { return 0 }
        if let tls { return receive(tls, into: room) }
        let count = postern_receive(descriptor, room.baseAddress, room.count)
        if count > 0 {
            // A short read has emptied the socket: the next bytes make a new edge. Only the end of the stream does not.
            if count < room.count, !isReadClosed { isReadable = false }
            return count
        }
        isReadable = false
        if count == 0 {
            isReadClosed = true
            hasEnded = true
        } else if errno != EAGAIN, errno != EWOULDBLOCK {
            hasEnded = true
            isBroken = true
        }
        return 0
    }

    private func receive(_ tls: TLSSession, into room: UnsafeMutableRawBufferPointer) -> Int {
        var count = 0
        switch tls.receive(into: room, count: &count) {
        case .done: return count
        case .waits: isReadable = false
        case .ended:
            isReadable = false
            hasEnded = true
        case .failed, .wrongName:
            isReadable = false
            hasEnded = true
            isBroken = true
        }
        return 0
    }

    /// Sends two runs of bytes after one another; returns how many were taken.
    ///
    /// `scratch` is where short runs are put together for one TLS record.
    func send(
        _ first: UnsafeRawBufferPointer,
        _ second: UnsafeRawBufferPointer = .init(start: nil, count: 0),
        scratch: UnsafeMutableRawBufferPointer
    ) -> Int {
        guard isWritable, !isBroken else { return 0 }
        let sent = tls.map { send($0, first, second, scratch) } ?? sendPlain(first, second)
        if sent < first.count + second.count { isWritable = false }
        return sent
    }

    private func sendPlain(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Int {
        let sent =
            second.isEmpty
            ? postern_send(descriptor, first.baseAddress, first.count)
            : postern_send_two(descriptor, first.baseAddress, first.count, second.baseAddress, second.count)
        if sent < 0, errno != EAGAIN, errno != EWOULDBLOCK { isBroken = true }
        return max(0, sent)
    }

    private func send(
        _ tls: TLSSession,
        _ first: UnsafeRawBufferPointer,
        _ second: UnsafeRawBufferPointer,
        _ scratch: UnsafeMutableRawBufferPointer
    ) -> Int {
        guard !second.isEmpty, first.count < ClientSocket.recordBytes, scratch.count >= ClientSocket.recordBytes else {
            let sent = sendAll(tls, first)
            return sent < first.count ? sent : sent + sendAll(tls, second)
        }
        // A head and what follows it go into one record.
        let joined = min(second.count, ClientSocket.recordBytes - first.count)
        scratch.copyMemory(from: first)
        UnsafeMutableRawBufferPointer(rebasing: scratch[first.count...])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: second[..<joined]))
        let count = first.count + joined
        let sent = sendAll(tls, UnsafeRawBufferPointer(rebasing: scratch[..<count]))
        guard sent == count else { return sent }
        return sent + sendAll(tls, UnsafeRawBufferPointer(rebasing: second[joined...]))
    }

    private func sendAll(_ tls: TLSSession, _ bytes: UnsafeRawBufferPointer) -> Int {
        var sent = 0
        while sent < bytes.count {
            var count = 0
            switch tls.send(UnsafeRawBufferPointer(rebasing: bytes[sent...]), count: &count) {
            case .done: sent += count
            case .waits: return sent
            case .ended, .failed, .wrongName:
                isBroken = true
                return sent
            }
        }
        return sent
    }

    /// Tells the client that nothing more comes.
    func endSending() {
        tls?.close()
        shutdown(descriptor, CInt(SHUT_WR))
    }
}
