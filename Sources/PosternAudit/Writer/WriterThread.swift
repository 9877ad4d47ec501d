internal import CLinux
internal import Glibc
internal import Synchronization

/// The thread that runs an ``AuditWriter``.
enum WriterThread {
    private final class Start {
        let writer: AuditWriter
        let end: WriterEnd

        init(_ writer: AuditWriter, _ end: WriterEnd) {
            self.writer = writer
            self.end = end
        }
    }

    /// Hands a writer over to a new thread, which reports to `end` when it is done and has let go of its files.
    static func start(_ writer: AuditWriter, _ end: WriterEnd) throws(AuditLogError) {
        let start = Unmanaged.passRetained(Start(writer, end))
        var thread = pthread_t()
        // The thread must not take signals: the daemon waits for them elsewhere.
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        let code = pthread_create(&thread, nil, { WriterThread.run($0) }, start.toOpaque())
        pthread_sigmask(SIG_SETMASK, &before, nil)
        guard code == 0 else {
            start.release()
            throw .system(operation: "start a thread for", path: "the audit log", code: code)
        }
        pthread_detach(thread)
    }

    private static func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        postern_audit_name_thread("postern-audit")
        let end: WriterEnd
        let isComplete: Bool
        do {
            let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
            end = start.end
            isComplete = start.writer.run()
        }
        // The writer and with it the lock are gone here: whoever waits may open the log again.
        end.report(isComplete)
        return nil
    }
}

/// Where the writer's thread says that it has ended.
final class WriterEnd: Sendable {
    private let result = Mutex<Bool?>(nil)
    private let parker = Parker()

    /// Reports whether everything was written.
    func report(_ isComplete: Bool) {
        result.withLock { $0 = isComplete }
        parker.wake()
    }

    /// Waits until the end or the monotonic time `deadline`; an end that is not reached by then counts as incomplete.
    func wait(until deadline: Int64) -> Bool {
        while !parker.isAwake {
            let wait = deadline - SystemClock.monotonic()
            if wait <= 0 { return false }
            parker.sleep(nanoseconds: wait)
        }
        return result.withLock { $0 ?? false }
    }
}
