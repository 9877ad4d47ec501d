internal import CLinux
internal import Glibc
internal import PosternCore
internal import PosternEventLoop

// Writing to the client, and the ways in which its connection ends.
extension ClientConnection {
    /// Whether everything written so far has been taken by the kernel.
    var hasFlushed: Bool { output.isEmpty }

    /// Sends two runs of bytes after one another, keeping what the kernel does not take now.
    func write(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer = .init(start: nil, count: 0)) {
        guard !isClosed, !isBroken else { return }
        var sent = 0
        if output.isEmpty, isWritable {
            let result =
                second.isEmpty
                ? postern_send(descriptor, first.baseAddress, first.count)
                : postern_send_two(descriptor, first.baseAddress, first.count, second.baseAddress, second.count)
            if result >= 0 {
                sent = result
            } else if errno != EAGAIN, errno != EWOULDBLOCK {
                isBroken = true
                return
            }
        }
        guard sent < first.count + second.count else { return }
        isWritable = false
        if sent < first.count { output.append(UnsafeRawBufferPointer(rebasing: first[sent...])) }
        output.append(UnsafeRawBufferPointer(rebasing: second[max(0, sent - first.count)...]))
        worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.clientStall)
    }

    func flush() {
        let sent = output.withBytes { postern_send(descriptor, $0.baseAddress, $0.count) }
        if sent >= 0 {
            output.consume(sent)
            worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.clientStall)
        } else if errno != EAGAIN, errno != EWOULDBLOCK {
            abandon(.clientClosed)
            return
        }
        guard output.isEmpty else {
            isWritable = false
            return
        }
        if closesAfterOutput { beginLinger() } else if case .idle = state { becameIdle() }
    }

    /// Sends what there is to send, then closes.
    func finishConnection() {
        guard !isClosed else { return }
        if isBroken {
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
        if hasEnded {
            close()
            return
        }
        shutdown(descriptor, CInt(SHUT_WR))
        state = .lingering(remaining: 4 * ClientConnection.maxDiscardedBytes)
        worker.loop.set(deadline, after: ClientConnection.lingerTime)
        isReadable = true
        linger()
    }

    func linger() {
        guard case .lingering(var remaining) = state, !closesAfterOutput else { return }
        while remaining > 0, receive() {
            remaining -= input.count
            input.removeAll()
        }
        state = .lingering(remaining: remaining)
        if hasEnded || remaining <= 0 { close() }
    }

    /// Ends the connection without further ado; an exchange under way is recorded as ended for this reason.
    func abandon(_ reason: ProxyError) {
        if case .exchange(let exchange) = state { exchange.clientGone(reason) }
        cut()
    }

    /// Ends the connection so that the client notices that its answer is not whole: a reset, since the orderly end of
    /// a connection can also be the end of an answer.
    func cut() {
        guard !isClosed else { return }
        postern_reset_on_close(descriptor)
        close()
    }

    /// Ends the connection if it is between two requests.
    func closeIfIdle() {
        if case .idle = state, output.isEmpty { finishConnection() }
    }

    /// Cuts an exchange whose agent, listener or grant is no longer there.
    func reviewAuthority() {
        guard case .exchange(let exchange) = state else { return }
        exchange.reviewAuthority(in: worker.snapshot)
    }

    func close() {
        guard !isClosed else { return }
        state = .closed
        worker.loop.cancel(deadline)
        worker.loop.cancel(exchangeDeadline)
        if let registration { worker.loop.deregister(registration, descriptor) }
        registration = nil
        Glibc.close(descriptor)
        input.removeAll()
        output.removeAll()
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
        case .exchange, .closed: break
        case .discarding, .lingering: close()
        }
    }
}
