internal import CLinux
internal import Glibc
internal import PosternProxy
internal import PosternSandbox

/// One wrapper's connection: what it asks, and the listeners that it registers, until either side ends it.
struct RunConnection {
    private static let maxListeners: CInt = 8
    /// How long a wrapper may take before it has registered.
    private static let patienceMilliseconds: CInt = 30_000

    private let descriptor: CInt
    private let desk: SandboxDesk
    private let stopping: CInt

    init(_ descriptor: CInt, desk: SandboxDesk, stopping: CInt) {
        self.descriptor = descriptor
        self.desk = desk
        self.stopping = stopping
    }

    /// Serves it to its end.
    func run() {
        let caller: SandboxDesk.Caller
        do throws(RunAnswer.Refusal) { caller = try desk.caller(at: descriptor) } catch {
            // Closed with something unread the connection would be reset, and the answer lost.
            next()?.closeListeners()
            return RunConnection.refuse(descriptor, error)
        }
        while let message = next() {
            do throws(RunAnswer.Refusal) {
                let request: RunRequest = try read(message.bytes)
                switch request.ask {
                case .describe:
                    message.closeListeners()
                    try answer(RunAnswer.encode(desk.describe(request.agent, for: caller)))
                case .listen:
                    let opened = try desk.open(request.agent, message.listeners, over: descriptor, for: caller)
                    guard (try? answer(RunAnswer.taken)) != nil else { return desk.close(opened) }
                    serve(opened)
                    return
                case .token:
                    message.closeListeners()
                    let loan = try desk.lend(request.agent, to: caller)
                    defer { desk.end(loan) }
                    if (try? answer(RunAnswer.encode(loan.answer))) != nil { waitForEnd() }
                    return
                }
            } catch {
                message.closeListeners()
                return RunConnection.refuse(descriptor, error)
            }
        }
    }

    static func refuse(_ descriptor: CInt, _ refusal: RunAnswer.Refusal) {
        let bytes = RunAnswer.encode(refusal)
        _ = postern_send(descriptor, bytes, bytes.count)
    }

    private func answer(_ bytes: [UInt8]) throws(RunAnswer.Refusal) {
        guard postern_send(descriptor, bytes, bytes.count) == bytes.count else {
            throw RunAnswer.Refusal("not_taken", "the answer could not be sent")
        }
    }

    private func read(_ bytes: [UInt8]) throws(RunAnswer.Refusal) -> RunRequest {
        guard let request = try? RunAnswer.decode(bytes, as: RunRequest.self) else {
            throw RunAnswer.Refusal("not_a_message", "that is no message of `postern run`")
        }
        guard request.version == RunRequest.currentVersion else {
            throw RunAnswer.Refusal(
                "unsupported_version",
                "posternd does not understand this version of `postern run`",
                hint: "install postern and posternd of the same version"
            )
        }
        return request
    }

    // MARK: Messages

    private struct Message {
        let bytes: [UInt8]
        let listeners: [CInt]

        func closeListeners() { for listener in listeners { close(listener) } }
    }

    /// The next message; `nil` at the end, or when the wrapper takes too long.
    private func next() -> Message? {
        var wanted = [pollfd(descriptor, POLLIN), pollfd(stopping, POLLIN)]
        var ready: CInt
        repeat { ready = poll(&wanted, 2, RunConnection.patienceMilliseconds) } while ready < 0 && errno == EINTR
        guard ready > 0, wanted[1].revents == 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: RunRequest.maxBytes)
        var listeners = [CInt](repeating: -1, count: Int(RunConnection.maxListeners))
        var count: CInt = 0
        let length = postern_receive_rights(
            descriptor,
            &bytes,
            bytes.count,
            &listeners,
            RunConnection.maxListeners,
            &count
        )
        guard length > 0 else { return nil }
        return Message(bytes: Array(bytes[..<length]), listeners: Array(listeners[..<Int(count)]))
    }

    /// Waits until the wrapper ends, or the daemon; a message more would be no news.
    private func waitForEnd() {
        var wanted = [pollfd(descriptor, CInt(POSTERN_READ_HANGUP)), pollfd(stopping, POLLIN)]
        while poll(&wanted, 2, -1) < 0 && errno == EINTR {}
    }

    // MARK: Connections

    /// Accepts until the wrapper ends, or the daemon, which may begin again with what the service manager keeps.
    func serve(_ opened: SandboxDesk.Opened) {
        var wanted = [pollfd(descriptor, CInt(POSTERN_READ_HANGUP)), pollfd(stopping, POLLIN)]
        wanted += opened.listeners.map { pollfd($0.descriptor, POLLIN) }
        while true {
            guard poll(&wanted, nfds_t(wanted.count), -1) >= 0 || errno == EINTR else { return desk.close(opened) }
            if wanted[1].revents != 0 { return }
            // A message more would be no news: the wrapper has nothing to say but that it is there.
            if wanted[0].revents != 0 { return desk.close(opened) }
            for (entry, listener) in zip(wanted[2...], opened.listeners) where entry.revents != 0 {
                guard CInt(entry.revents) & POLLIN != 0 else { return desk.close(opened) }
                if let entrance = listener.entrance {
                    desk.entrances.accept(from: listener.descriptor, of: opened.sandbox, through: entrance)
                } else {
                    SandboxNames.answer(at: listener.descriptor)
                }
            }
        }
    }
}
