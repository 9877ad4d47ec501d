import PosternCore
import Synchronization

/// Keeps the calls it is given, and answers them in one way.
final class RecordingCarrier: CallCarrier {
    private let state: Mutex<(calls: [ProxiedCall], result: CallResult)>

    init(
        _ result: CallResult = .answered(
            CallAnswer(
                status: 201,
                fields: [("Content-Type", "text/plain"), ("X-A", "1"), ("x-a", "2"), ("Content-Length", "2")],
                body: Array("hi".utf8),
                isTruncated: false,
                duration: .milliseconds(5)
            )
        )
    ) { state = Mutex(([], result)) }

    var calls: [ProxiedCall] { state.withLock { $0.calls } }

    func carry(_ call: ProxiedCall) async -> CallResult {
        let ruled: ProxiedCall
        do throws(ProxyError) { ruled = try call.ruled() } catch { return .refused(error) }
        return state.withLock { state in
            state.calls.append(ruled)
            return state.result
        }
    }
}
