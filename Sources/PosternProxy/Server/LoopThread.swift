internal import Foundation
internal import PosternCertificates
internal import PosternCore
internal import PosternEventLoop
internal import PosternUpstream
internal import Synchronization

/// An event loop on a thread of its own, with the worker that lives on it.
struct LoopThread: Sendable {
    private let mailbox: EventLoopMailbox
    private let worker: LoopBound<ProxyWorker>

    /// Starts a thread and waits until its loop is ready; `nil` if the loop could not be made.
    static func start(
        number: Int,
        snapshot: ProxySnapshot,
        sink: any AuditSink,
        shared: SharedState,
        issuer: LeafIssuer?,
        engineSettings: UpstreamEngine.Settings
    ) -> LoopThread? {
        let made = Made()
        let thread = Thread {
            guard let loop = try? EventLoop(),
                let worker = try? ProxyWorker(
                    number: number,
                    loop: loop,
                    snapshot: snapshot,
                    sink: sink,
                    shared: shared,
                    issuer: issuer,
                    engineSettings: engineSettings
                )
            else {
                made.ready.signal()
                return
            }
            made.thread.withLock {
                $0 = LoopThread(mailbox: loop.mailbox, worker: LoopBound(worker, on: loop))
            }
            made.ready.signal()
            loop.run()
        }
        thread.name = "postern-loop-\(number)"
        thread.stackSize = 1 << 20
        thread.start()
        guard made.ready.wait(for: .seconds(10)) else { return nil }
        return made.thread.withLock { $0 }
    }

    /// Leaves work for the loop.
    func run(_ body: @escaping @Sendable (ProxyWorker) -> Void) {
        let worker = worker
        mailbox.post { body(worker.on($0)) }
    }

    /// Where the new thread leaves what it made.
    private final class Made: Sendable {
        let ready = Latch()
        let thread = Mutex<LoopThread?>(nil)
    }
}
