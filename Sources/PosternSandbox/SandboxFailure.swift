internal import CSandbox
internal import Glibc

/// Why a program could not be started, in words, and how the wrapper ends.
package struct SandboxFailure: Error, Sendable {
    package let message: String
    package let hint: String?
    /// 125 if the wrapper failed, 126 if the program cannot be executed, 127 if there is none.
    package let status: Int32

    /// The wrapper failed.
    init(_ message: String, hint: String? = nil, status: Int32 = 125) {
        self.message = message
        self.hint = hint
        self.status = status
    }

    /// A program could not be started that nothing contains.
    init(_ failure: postern_sandbox_failure, program: String) {
        let reason = String(cString: strerror(failure.error)).lowercased()
        switch failure.step {
        case POSTERN_STEP_EXECUTE where failure.error == ENOENT:
            self.init("\(program): command not found", status: 127)
        case POSTERN_STEP_EXECUTE: self.init("\(program) cannot be executed: \(reason)", status: 126)
        default: self.init("\(SandboxFailure.words(failure.step)): \(reason)")
        }
    }

    init(_ failure: postern_sandbox_failure, _ plan: SandboxStart.Plan) {
        let reason = String(cString: strerror(failure.error)).lowercased()
        let program = plan.command[0]
        let message: String
        let hint: String?
        switch failure.step {
        case POSTERN_STEP_EXECUTE:
            let plain = SandboxFailure(failure, program: program)
            let isEmptied = plain.status == 127 && plan.files.isEmptied(program)
            self.init(
                plain.message,
                hint: isEmptied ? "its directory is empty inside: add --ro \(program)" : nil,
                status: plain.status
            )
            return
        case POSTERN_STEP_NAMESPACES:
            let obstacle = SandboxObstacle(error: failure.error)
            (message, hint) = (obstacle.message, obstacle.hint)
        case POSTERN_STEP_REFUSED:
            let refusal = SandboxFailure.refusal(in: failure)
            (message, hint) = (refusal.message, refusal.hint)
        case POSTERN_STEP_MOUNT:
            let mounts = plan.files.mounts
            let path = failure.mount < mounts.count ? mounts[failure.mount].path : "/"
            message = "\(path) cannot be arranged inside: \(reason)"
            hint = failure.error == ENOENT ? "--bind and --ro take what is there" : nil
        case POSTERN_STEP_DIRECTORY:
            message = "\(plan.directory) is not there inside: \(reason)"
            hint = "go to another directory, or add --bind \(plan.directory)"
        default: (message, hint) = (SandboxFailure(failure, program: program).message, nil)
        }
        self.init(message, hint: hint)
    }

    private static func words(_ step: postern_sandbox_step) -> String {
        switch step {
        case POSTERN_STEP_FORK: "no process can be started"
        case POSTERN_STEP_USER_MAP: "the user cannot be mapped into a namespace"
        case POSTERN_STEP_LOOPBACK: "the loopback inside cannot be brought up"
        case POSTERN_STEP_ROUTE: "addresses cannot be caught inside"
        case POSTERN_STEP_LISTEN: "nothing can listen inside"
        case POSTERN_STEP_REGISTER: "posternd did not take the listener"
        case POSTERN_STEP_PRIVILEGES: "privileges cannot be given up"
        default: "the sandbox cannot be made"
        }
    }

    private static func refusal(in failure: postern_sandbox_failure) -> RunAnswer.Refusal {
        let bytes = withUnsafeBytes(of: failure.answer) { Array($0.prefix(failure.answer_length)) }
        do throws(RunAnswer.Refusal) {
            let answer: RunDescription = try RunAnswer.decode(bytes)
            return RunAnswer.Refusal("not_an_answer", "posternd answered something else about \(answer.agent)")
        } catch { return error }
    }
}

/// Why this system lets the user make no namespaces, and which setting says so.
package struct SandboxObstacle: Error, Sendable {
    package let message: String
    package let hint: String

    init(error: Int32) {
        let reason = String(cString: strerror(error)).lowercased()
        message = "this system does not let you make namespaces (\(reason)), so nothing would contain the program"
        if SandboxObstacle.value(of: "/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1 {
            hint =
                "AppArmor forbids it: sysctl kernel.apparmor_restrict_unprivileged_userns=0, or a profile for postern"
        } else if SandboxObstacle.value(of: "/proc/sys/kernel/unprivileged_userns_clone") == 0 {
            hint = "sysctl kernel.unprivileged_userns_clone=1"
        } else if SandboxObstacle.value(of: "/proc/sys/user/max_user_namespaces") == 0 || error == ENOSPC {
            hint = "sysctl user.max_user_namespaces=15000"
        } else {
            hint =
                "in a container or a chroot they are forbidden: start the container with another seccomp profile, or run on the host; "
                + "--no-isolate sets the variables only, which contains nothing"
        }
    }

    private static func value(of path: String) -> Int? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var text = [UInt8](repeating: 0, count: 32)
        let count = read(file, &text, text.count)
        return count > 0 ? Int(String(decoding: text[..<count], as: UTF8.self).filter(\.isNumber)) : nil
    }
}
