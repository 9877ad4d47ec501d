internal import FoundationEssentials
internal import Glibc
internal import PosternCommand
internal import PosternControl

/// `posternd --client-origin`: the origin that clients ask, in a process of its own.
final class OriginProcess {
    private static let patienceMilliseconds: CInt = 20_000

    let address: Origin.Address
    private let program: ChildProgram
    private let lines: LineReader
    /// Its end is the origin's.
    private let life: CInt

    init(daemon: String, in scratch: ScratchDirectory, errors: CInt) throws(CommandFailure) {
        var input = [CInt](repeating: -1, count: 2)
        var output = [CInt](repeating: -1, count: 2)
        guard pipe(&input) == 0, pipe(&output) == 0 else { throw .system("cannot make a pipe") }
        defer {
            close(input[0])
            close(output[1])
        }
        life = input[1]
        lines = LineReader(output[0])
        program = try ChildProgram(
            [daemon, "--client-origin"],
            environment: [:],
            directory: scratch.path,
            input: input[0],
            output: output[1],
            error: errors
        )
        guard let line = lines.next(milliseconds: OriginProcess.patienceMilliseconds),
            let address = try? JSONDecoder().decode(Origin.Address.self, from: Data(line))
        else {
            throw CommandFailure(
                "\(daemon) does not play the origin that clients are to ask",
                hint: "install postern and posternd of the same version"
            )
        }
        self.address = address
    }

    deinit { close(life) }

    func end() { program.end() }

    /// What was asked since the last call.
    func requests() -> [Origin.Request] {
        var found: [Origin.Request] = []
        // The origin prints a request before it answers it, so that all of a client that has ended are there.
        while let line = lines.next(milliseconds: 0) {
            if let request = try? JSONDecoder().decode(Origin.Request.self, from: Data(line)) { found.append(request) }
        }
        return found
    }
}

/// Reads a pipe line by line.
private final class LineReader {
    private let descriptor: CInt
    private var received: [UInt8] = []

    init(_ descriptor: CInt) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// The next line, without its end; `nil` if none comes in time.
    func next(milliseconds: CInt) -> [UInt8]? {
        while true {
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                defer { received.removeFirst(end + 1) }
                return Array(received[..<end])
            }
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&wanted, 1, milliseconds) > 0 else { return nil }
            var room = [UInt8](repeating: 0, count: 65_536)
            let count = read(descriptor, &room, room.count)
            guard count > 0 else { return nil }
            received += room[..<count]
        }
    }
}
