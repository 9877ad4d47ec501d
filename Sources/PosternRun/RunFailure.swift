internal import PosternCommand
internal import PosternSandbox

/// A failure with the status that the wrapper ends with.
package struct RunFailure: Error {
    /// The status of a wrapper that started nothing, as of `env` and `timeout`.
    package static let status: Int32 = 125

    let failure: CommandFailure
    let status: Int32

    /// A program that could not be started.
    init(_ failure: SandboxFailure) {
        self.init(CommandFailure(failure.message, hint: failure.hint), status: failure.status)
    }

    private init(_ failure: CommandFailure, status: Int32) {
        self.failure = failure
        self.status = status
    }

    /// Words for anything that went wrong before the program was started.
    init(_ error: any Error) {
        switch error {
        case let failure as RunFailure: self = failure
        case let failure as CommandFailure: self.init(failure, status: RunFailure.status)
        default: self.init(CommandFailure(String(describing: error)), status: RunFailure.status)
        }
    }
}
