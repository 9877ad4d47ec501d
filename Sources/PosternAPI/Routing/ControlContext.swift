internal import Hummingbird
internal import Logging
internal import PosternCore

/// What is known of a request beside itself.
struct ControlContext: RequestContext {
    /// Where a context comes from.
    struct Source: RequestContextSource {
        let logger: Logger
        let `operator`: Operator
    }

    var coreContext: CoreRequestContextStorage
    let `operator`: Operator

    init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        `operator` = source.operator
    }
}
