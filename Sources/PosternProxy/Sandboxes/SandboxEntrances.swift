internal import CLinux
internal import Glibc
internal import PosternCore
internal import Synchronization

/// Where connections come in that were accepted inside of sandboxes.
///
/// They are accepted by a thread for each sandbox, and not by the event loops: whoever made the listener may still hold it,
/// and can have it block.
package final class SandboxEntrances: Sendable {
    private let loops: [LoopThread]
    private let next = Atomic<Int>(0)

    init(_ loops: [LoopThread]) { self.loops = loops }

    /// Accepts a connection, if there is one, and leaves it to an event loop; returns whether the listener still listens.
    package func accept(from listener: CInt, of sandbox: Sandbox, through entrance: SandboxEntrance) -> Bool {
        var storage = sockaddr_storage()
        var length = socklen_t(0)
        let descriptor = postern_accept_shared(listener, &storage, &length)
        guard descriptor >= 0 else {
            let error = errno
            // The connection stays where it is: look away for a while instead of spinning.
            if [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error) { usleep(200_000) }
            return error != EINVAL
        }
        guard let peer = Peer(of: descriptor, address: storage) else {
            close(descriptor)
            return true
        }
        let loop = loops[next.add(1, ordering: .relaxed).oldValue % loops.count]
        loop.run { worker in
            worker.serve(descriptor, ClientSource(peer: peer, sandbox: sandbox, entrance: entrance))
        }
        return true
    }

    /// Cuts whatever has lost what it was let through by.
    package func reviewAuthority() { for loop in loops { loop.run { $0.reviewAuthority() } } }

    /// Takes nothing more from a sandbox, and cuts its connections.
    package func end(_ sandbox: Sandbox) {
        sandbox.end()
        for loop in loops { loop.run { $0.end(sandbox) } }
    }
}
