internal import CSandbox
internal import Glibc

/// A program in namespaces of its own.
package struct SandboxStart {
    /// What is started, and how it sees the machine.
    package struct Plan: Sendable {
        /// The agent's name, as the daemon has it.
        package var agent: String
        /// Where clients connect inside, on 127.0.0.1.
        package var port: UInt16
        /// Whether every address is the sandbox's own, for programs that go by no proxy.
        package var isTransparent: Bool
        package var files: SandboxFiles
        package var environment: [String: String]
        /// Where the program starts.
        package var directory: String
        /// The program and its arguments.
        package var command: [String]

        package init(
            agent: String,
            port: UInt16,
            isTransparent: Bool,
            files: SandboxFiles,
            environment: [String: String],
            directory: String,
            command: [String]
        ) {
            self.agent = agent
            self.port = port
            self.isTransparent = isTransparent
            self.files = files
            self.environment = environment
            self.directory = directory
            self.command = command
        }
    }

    /// Starts the program, with its listeners given to the daemon over `channel`.
    ///
    /// - Returns: its process id, for ``wait(for:)``.
    package static func start(_ plan: Plan, over channel: RunChannel) throws(SandboxFailure) -> Int32 {
        let memory = CMemory()
        let request = RunAnswer.encode(RunRequest(.listen, agent: plan.agent))
        let mounts = plan.files.mounts.map { memory.mount($0) }
        var failure = postern_sandbox_failure()
        let process = mounts.withUnsafeBufferPointer { mounts in
            var sandbox = postern_sandbox()
            sandbox.is_isolated = true
            sandbox.daemon = channel.descriptor
            sandbox.request = UnsafeRawPointer(memory.bytes(request))
            sandbox.request_length = request.count
            sandbox.port = plan.port
            sandbox.is_transparent = plan.isTransparent
            sandbox.mounts = mounts.baseAddress
            sandbox.mount_count = mounts.count
            sandbox.directory = UnsafePointer(memory.text(plan.directory))
            sandbox.programs = memory.constantTexts(programs(plan.command[0], plan.environment))
            sandbox.arguments = memory.texts(plan.command)
            sandbox.environment = memory.variables(plan.environment)
            return postern_sandbox_start(&sandbox, &failure)
        }
        guard process > 0 else { throw SandboxFailure(failure, plan) }
        return process
    }

    /// Starts a program that nothing contains.
    ///
    /// - Returns: its process id, for ``wait(for:)``.
    package static func startOpenly(
        _ command: [String],
        environment: [String: String]
    ) throws(SandboxFailure) -> Int32 {
        let memory = CMemory()
        var failure = postern_sandbox_failure()
        var sandbox = postern_sandbox()
        sandbox.programs = memory.constantTexts(programs(command[0], environment))
        sandbox.arguments = memory.texts(command)
        sandbox.environment = memory.variables(environment)
        let process = postern_sandbox_start(&sandbox, &failure)
        guard process > 0 else { throw SandboxFailure(failure, program: command[0]) }
        return process
    }

    /// Waits for the program, passing signals on; returns the status that the wrapper ends with.
    package static func wait(for process: Int32) -> Int32 {
        let status = postern_sandbox_wait(process)
        // As WIFSIGNALED and WEXITSTATUS have it.
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }

    /// Whether this system lets the user make namespaces.
    package static func probe() -> SandboxObstacle? {
        let error = postern_sandbox_probe()
        return error == 0 ? nil : SandboxObstacle(error: error)
    }

    /// Whether this kernel keeps a program from sending signals to those outside.
    package static var forbidsSignalsOutwards: Bool { postern_sandbox_can_forbid_signals() }

    /// What may be the program, as execvp(3) looks for it.
    private static func programs(_ name: String, _ environment: [String: String]) -> [String] {
        guard !name.contains("/") else { return [name] }
        let path = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        return path.split(separator: ":", omittingEmptySubsequences: false).map { $0.isEmpty ? name : "\($0)/\(name)" }
    }
}

/// Memory in the form in which C reads it, until this is let go.
private final class CMemory {
    private var pieces: [UnsafeMutableRawPointer] = []

    deinit { for piece in pieces { free(piece) } }

    func bytes(_ bytes: [UInt8]) -> UnsafeMutableRawPointer {
        let piece = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 16)
        piece.copyMemory(from: bytes, byteCount: bytes.count)
        pieces.append(piece)
        return piece
    }

    func text(_ text: String) -> UnsafeMutablePointer<CChar> {
        bytes(Array(text.utf8) + [0]).assumingMemoryBound(to: CChar.self)
    }

    /// An array of texts that ends in NULL.
    func texts(_ texts: [String]) -> UnsafePointer<UnsafeMutablePointer<CChar>?> {
        let pointers = texts.map { Optional(text($0)) } + [nil]
        let piece = bytes(pointers.withUnsafeBytes { Array($0) })
        return UnsafePointer(piece.assumingMemoryBound(to: UnsafeMutablePointer<CChar>?.self))
    }

    func variables(_ environment: [String: String]) -> UnsafePointer<UnsafeMutablePointer<CChar>?> {
        texts(environment.map { "\($0.key)=\($0.value)" })
    }

    func constantTexts(_ texts: [String]) -> UnsafePointer<UnsafePointer<CChar>?> {
        UnsafeRawPointer(self.texts(texts)).assumingMemoryBound(to: UnsafePointer<CChar>?.self)
    }

    func mount(_ mount: SandboxMount) -> postern_mount {
        var entry = postern_mount()
        entry.path = UnsafePointer(text(mount.path))
        switch mount {
        case .empty(_, let mode): (entry.kind, entry.mode) = (POSTERN_MOUNT_EMPTY, mode)
        case .hidden: entry.kind = POSTERN_MOUNT_HIDDEN
        case .readOnly: entry.kind = POSTERN_MOUNT_READ_ONLY
        case .pinned: entry.kind = POSTERN_MOUNT_PINNED
        case .processes: entry.kind = POSTERN_MOUNT_PROCESSES
        case .terminals: entry.kind = POSTERN_MOUNT_TERMINALS
        case .kept(_, let isReadOnly): entry.kind = isReadOnly ? POSTERN_MOUNT_KEPT_READ_ONLY : POSTERN_MOUNT_KEPT
        case .moved(_, let source): (entry.kind, entry.source) = (POSTERN_MOUNT_KEPT, UnsafePointer(text(source)))
        case .link(_, let target): (entry.kind, entry.source) = (POSTERN_MOUNT_LINK, UnsafePointer(text(target)))
        case .directory(_, let mode): (entry.kind, entry.mode) = (POSTERN_MOUNT_DIRECTORY, mode)
        case .standIn(let source, _): (entry.kind, entry.source) = (POSTERN_MOUNT_STAND_IN, UnsafePointer(text(source)))
        case .file(_, let contents):
            (entry.kind, entry.mode) = (POSTERN_MOUNT_FILE, 0o444)
            (entry.contents, entry.length) = (UnsafeRawPointer(bytes(contents)), contents.count)
        }
        return entry
    }
}
