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
    private let places: RunPlaces
    private let stopping: CInt

    init(_ descriptor: CInt, desk: SandboxDesk, places: RunPlaces, stopping: CInt) {
        self.descriptor = descriptor
        self.desk = desk
        self.places = places
        self.stopping = stopping
    }

    /// Serves it to its end.
    func run() {
        let caller: SandboxDesk.Caller
        do throws(RunAnswer.Refusal) { caller = try desk.caller(at: descriptor) } catch {
            // Closed with something unread the connection would be reset, and the answer lost.
            (try? next())?.closeListeners()
            return RunConnection.refuse(descriptor, error)
        }
        do throws(RunAnswer.Refusal) {
            while let message = try next() {
                do throws(RunAnswer.Refusal) {
                    guard try !carryOut(message, for: caller) else { return }
                } catch {
                    message.closeListeners()
                    throw error
                }
            }
        } catch { RunConnection.refuse(descriptor, error) }
    }

    /// Does what a message asks; returns whether that was all.
    private func carryOut(_ message: Message, for caller: SandboxDesk.Caller) throws(RunAnswer.Refusal) -> Bool {
        let request: RunRequest = try read(message.bytes)
        switch request.ask {
        case .describe:
            try message.mustBeAlone()
            try answer(RunAnswer.encode(desk.describe(request.agent, for: caller)))
            return false
        case .listen:
            guard places.settle(caller.userID, of: desk.maxSandboxes) else { throw RunPlaces.none }
            defer { places.unsettle(caller.userID) }
            let opened = try desk.open(request.agent, message.listeners, over: descriptor, for: caller)
            guard (try? answer(RunAnswer.taken)) != nil else {
                desk.close(opened)
                return true
            }
            serve(opened)
            return true
        case .token:
            try message.mustBeAlone()
            guard places.settle(caller.userID, of: desk.maxSandboxes) else { throw RunPlaces.none }
            defer { places.unsettle(caller.userID) }
            let loan = try desk.lend(request.agent, to: caller)
            defer { desk.end(loan) }
            try answer(RunAnswer.encode(loan.answer))
            waitForEnd()
            return true
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

        func mustBeAlone() throws(RunAnswer.Refusal) {
            guard listeners.isEmpty else {
                throw RunAnswer.Refusal("not_a_message", "nothing comes with a question")
            }
        }

        func closeListeners() { for listener in listeners { close(listener) } }
    }

    /// The next message; `nil` at the end, or when the wrapper takes too long.
    ///
    /// - Throws: for one that is too long, or comes with too many descriptors.
    private func next() throws(RunAnswer.Refusal) -> Message? {
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
        if length < 0, errno == EMSGSIZE { throw RunAnswer.Refusal("not_a_message", "that is too long for a message") }
        guard length >= 0 else { return nil }
        let message = Message(bytes: Array(bytes[..<length]), listeners: Array(listeners[..<Int(count)]))
        if length > 0 { return message }
        // An empty message looks like the end, but for what may come with it.
        message.closeListeners()
        return nil
    }

    /// Waits until the wrapper ends, for which a message more would be no news.
    ///
    /// The daemon's own end is that of this thread.
    private func waitForEnd() {
        var wanted = pollfd(descriptor, CInt(POSTERN_READ_HANGUP))
        while poll(&wanted, 1, -1) < 0, errno == EINTR {}
    }

    // MARK: Connections

    /// Accepts until the wrapper ends, or the daemon, which may begin again with what the service manager keeps.
    func serve(_ opened: SandboxDesk.Opened) {
        var wanted = [pollfd(descriptor, CInt(POSTERN_READ_HANGUP)), pollfd(stopping, POLLIN)]
        for listener in opened.listeners {
            let flags = fcntl(listener.descriptor, F_GETFL)
            _ = fcntl(listener.descriptor, F_SETFL, flags | O_NONBLOCK)
            wanted.append(pollfd(listener.descriptor, POLLIN | CInt(POSTERN_READ_HANGUP)))
        }
        while true {
            guard poll(&wanted, nfds_t(wanted.count), -1) >= 0 || errno == EINTR else { return desk.close(opened) }
            if wanted[1].revents != 0 {
                // What is under way drains, unless the wrapper ends; who connects now waits for the next daemon.
                waitForEnd()
                return desk.close(opened)
            }
            // A message more would be no news: the wrapper has nothing to say but that it is there.
            if wanted[0].revents != 0 { return desk.close(opened) }
            for (entry, listener) in zip(wanted[2...], opened.listeners) where entry.revents != 0 {
                // Whoever made it may hold it still, and have it do something else.
                guard CInt(entry.revents) == POLLIN, take(from: listener, of: opened.sandbox) else {
                    return desk.close(opened)
                }
            }
        }
    }

    /// Takes what has arrived; returns whether more may.
    private func take(from listener: SandboxDesk.Listener, of sandbox: Sandbox) -> Bool {
        guard let entrance = listener.entrance else {
            SandboxNames.answer(at: listener.descriptor)
            return true
        }
        return desk.entrances.accept(from: listener.descriptor, of: sandbox, through: entrance)
    }
}
