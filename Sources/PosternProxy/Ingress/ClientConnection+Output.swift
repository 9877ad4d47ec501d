internal import CLinux
internal import Glibc
internal import PosternCore
internal import PosternEventLoop

// Writing to the client, and the ways in which its connection ends.
extension ClientConnection {
    /// Sends two runs of bytes after one another, keeping what the kernel does not take now.
    func write(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer = .init(start: nil, count: 0)) {
        guard !isClosed, !socket.isBroken else { return }
        let sent = output.isEmpty ? socket.send(first, second, scratch: worker.record) : 0
        guard sent < first.count + second.count, !socket.isBroken else { return }
        if sent < first.count { output.append(UnsafeRawBufferPointer(rebasing: first[sent...])) }
        output.append(UnsafeRawBufferPointer(rebasing: second[max(0, sent - first.count)...]))
        worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.clientStall)
    }

    func flush() {
        let sent = output.withBytes { socket.send($0, scratch: worker.record) }
        guard !socket.isBroken else {
            abandon(.clientClosed)
            return
        }
        output.consume(sent)
        guard output.isEmpty else {
            if sent > 0 { worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.clientStall) }
            return
        }
        outputTaken()
        if closesAfterOutput { beginLinger() } else if case .idle = state { becameIdle() }
    }

    func whenTaken(_ body: @escaping () -> Void) {
        if output.isEmpty || isClosed { body() } else { waitingForOutput.append(body) }
    }

    private func outputTaken() {
        guard !waitingForOutput.isEmpty else { return }
        let waiting = waitingForOutput
        waitingForOutput = []
        for body in waiting { body() }
    }

    /// Sends what there is to send, then closes.
    func finishConnection() {
        guard !isClosed else { return }
        endHTTP2()
        if socket.isBroken {
            close()
        } else if output.isEmpty {
            beginLinger()
        } else {
            closesAfterOutput = true
            state = .lingering(remaining: 0)
        }
    }

    func beginLinger() {
        closesAfterOutput = false
        input.removeAll()
        socket.endSending()
        if socket.hasEnded {
            close()
            return
        }
        state = .lingering(remaining: 4 * ClientConnection.maxDiscardedBytes)
        worker.loop.set(deadline, after: ClientConnection.lingerTime)
        linger()
    }

    func linger() {
        guard case .lingering(var remaining) = state, !closesAfterOutput else { return }
        while remaining > 0, receive() {
            remaining -= input.count
            input.removeAll()
        }
        state = .lingering(remaining: remaining)
        if socket.hasEnded || remaining <= 0 { close() }
    }

    /// Ends the connection without further ado; an exchange under way is recorded as ended for this reason.
    func abandon(_ reason: ProxyError) {
        switch state {
        case .busy(let task): task.clientGone(reason)
        case .http2(let connection): connection.clientGone(reason)
        default: break
        }
        cut()
    }

    /// Ends the connection so that the client notices that its answer is not whole: a reset, since the orderly end of
    /// a connection can also be the end of an answer.
    func cut() {
        guard !isClosed else { return }
        postern_reset_on_close(socket.descriptor)
        close()
    }

    /// Ends the connection if it is between two requests.
    func closeIfIdle() {
        switch state {
        case .idle where output.isEmpty: finishConnection()
        case .hello, .handshake: close()
        case .http2(let connection): connection.drain()
        default: break
        }
    }

    /// Cuts an exchange whose agent, listener or grant is no longer there.
    func reviewAuthority() {
        switch state {
        case .busy(let task): task.reviewAuthority(in: worker.snapshot)
        case .http2(let connection): connection.reviewAuthority()
        default: break
        }
    }

    /// Requests that are still under way on a connection of HTTP/2 end with it.
    private func endHTTP2() {
        if case .http2(let connection) = state { connection.clientGone(.clientClosed) }
    }

    func close() {
        guard !isClosed else { return }
        endHTTP2()
        state = .closed
        worker.loop.cancel(deadline)
        worker.loop.cancel(exchangeDeadline)
        if let registration { worker.loop.deregister(registration, socket.descriptor) }
        registration = nil
        Glibc.close(socket.descriptor)
        input.removeAll()
        output.removeAll()
        outputTaken()
        worker.remove(self)
    }

    func deadlineExpired() {
        if !output.isEmpty {
            abandon(.clientTimeout)
            return
        }
        switch state {
        case .idle: input.isEmpty ? finishConnection() : refuse(.requestTimeout)
        case .head: refuse(.requestTimeout)
        case .hello, .handshake: refuseHandshake(.clientHandshakeFailed)
        case .http2(let connection): connection.deadlineExpired()
        case .busy, .closed: break
        case .discarding, .lingering: close()
        }
    }
}
